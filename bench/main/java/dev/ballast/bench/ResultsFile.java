package dev.ballast.bench;

import dev.ballast.cli.ModelPaths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page of results in sections, as {@code bench/RESULTS.md} is. Each command writes its own
 * section and leaves the others, and whatever stands between them, as they are.
 *
 * <pre>{@code
 * ResultsFile page = new ResultsFile(Path.of("bench/RESULTS.md"));
 * String plot = page.picture("soak", "Resident memory over an hour", linePlot.svg());
 * page.write("soak", "## Soak\n\n" + Origin.of(spec).lines() + "\n" + plot);
 * }</pre>
 *
 * A section stands between two comments, {@code <!-- begin NAME -->} and {@code <!-- end NAME -->},
 * and begins with a heading of the second level; the page alone has the first. A new section goes
 * to the end.
 */
public final class ResultsFile {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");

  private static final String HEAD =
      """
      # Results

      Each section is written by the command that it names: don't edit. Figures hold for one
      machine on one day, and can be compared within a section only.
      """;

  private final Path file;

  /**
   * @param file need not be there yet
   */
  public ResultsFile(Path file) {
    this.file = file;
  }

  /**
   * Puts a section in the place of the one of this name.
   *
   * @param name lower-case letters, digits and hyphens
   * @param markdown whole lines
   * @throws IOException where the page can't be read or written, or has no end to this section;
   *     nothing has changed then
   */
  public void write(String name, String markdown) throws IOException {
    demandName(name);
    String page = Files.exists(file) ? Files.readString(file) : HEAD;
    String begin = "<!-- begin " + name + " -->";
    String end = "<!-- end " + name + " -->";
    String section = begin + "\n" + markdown.strip() + "\n" + end;
    int from = page.indexOf(begin);
    int to = page.indexOf(end);
    if (from < 0 && to < 0) {
      replace(page.stripTrailing() + "\n\n" + section + "\n");
    } else if (from < 0 || to < from) {
      throw new IOException(
          "%s: line %d: section '%s' needs a line '%s' and, below it, a line '%s'; put them in"
                  .formatted(file, line(page, Math.max(from, to)), name, begin, end)
              + " order, or delete both");
    } else {
      replace(page.substring(0, from) + section + page.substring(to + end.length()));
    }
  }

  /**
   * Writes a picture into the folder {@code results} beside the page.
   *
   * @param name of the file, without its ending
   * @param says what there is to see, for who can't
   * @return the line of Markdown that shows it
   */
  public String picture(String name, String says, String svg) throws IOException {
    demandName(name);
    Path folder = Files.createDirectories(file.toAbsolutePath().resolveSibling("results"));
    ModelPaths.replace(folder.resolve(name + ".svg"), svg.getBytes(StandardCharsets.UTF_8));
    return "![" + says + "](results/" + name + ".svg)\n";
  }

  private static void demandName(String name) {
    Matcher m = NAME.matcher(name);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "'" + name + "' is no name: lower-case letters, digits and hyphens are");
    }
  }

  private static int line(String page, int at) {
    return 1 + (int) page.substring(0, at).chars().filter(c -> c == '\n').count();
  }

  private void replace(String page) throws IOException {
    ModelPaths.replace(file, page.getBytes(StandardCharsets.UTF_8));
  }
}
