import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs the commands of a page, so that what stands on it is what they print.
 *
 * <pre>
 * java src/docs/Page.java check src/docs/LECTURE.md    says what no longer holds, exit status 1
 * java src/docs/Page.java write src/docs/LECTURE.md    writes it anew
 * </pre>
 *
 * Start it in the project's root. A command stands behind {@code $ } in a block that is marked
 *
 * <ul>
 *   <li>{@code console}: run in both cases; each character of its output must be there, and so each
 *       byte of the pictures that it writes below {@code src/docs/};
 *   <li>{@code console measured}: its figures are of one machine on one day. {@code write} runs it;
 *       {@code check} runs the shorter command in the comment {@code <!-- check: … -->} before the
 *       block, and demands that the page has the lines without digits that it prints;
 *   <li>{@code console recorded}: takes long or needs data from elsewhere. {@code write} leaves it
 *       unless {@code all} is the third word; {@code check} demands that the command has the
 *       options.
 * </ul>
 */
public final class Page {
  private static final Pattern BLOCK =
      Pattern.compile(
          "(?:<!-- check: (?<check>[^\n]*) -->\n\n?)?```console(?<kind>[ a-z]*)\n(?<body>.*?)```\n",
          Pattern.DOTALL);
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");
  private static final Pattern PICTURE = Pattern.compile("src/docs/.*\\.(svg|png)");

  private final Path page;
  private final boolean write;
  private final boolean all;
  private final List<String> complaints = new ArrayList<>();

  private Page(Path page, boolean write, boolean all) {
    this.page = page;
    this.write = write;
    this.all = all;
  }

  public static void main(String[] words) throws IOException, InterruptedException {
    List<String> w = List.of(words);
    if (w.size() < 2 || !Set.of("check", "write").contains(w.getFirst())) {
      System.err.println("usage: java Page.java check|write PAGE.md [all]");
      System.exit(2);
    }
    Page p = new Page(Path.of(w.get(1)), w.getFirst().equals("write"), w.contains("all"));
    p.run();
    p.complaints.forEach(System.err::println);
    System.exit(p.complaints.isEmpty() ? 0 : 1);
  }

  private void run() throws IOException, InterruptedException {
    String text = Files.readString(page);
    Matcher m = BLOCK.matcher(text);
    StringBuilder fresh = new StringBuilder();
    int from = 0;
    int blocks = 0;
    while (m.find()) {
      int line = (int) text.substring(0, m.start("body")).lines().count();
      String body = m.group("body");
      String now =
          switch (m.group("kind").strip()) {
            case "" -> exact(body, line);
            case "measured" -> measured(body, m.group("check"), line);
            case "recorded" -> recorded(body, line);
            default -> throw new IOException(page + ":" + line + ": unknown kind of block");
          };
      fresh.append(text, from, m.start("body")).append(now);
      from = m.end("body");
      blocks++;
    }
    if (blocks == 0) {
      complaints.add(page + ": no block of commands");
    }
    fresh.append(text.substring(from));
    if (write) {
      Files.writeString(page, fresh);
    }
  }

  private String exact(String body, int line) throws IOException, InterruptedException {
    StringBuilder now = new StringBuilder();
    for (String command : commands(body)) {
      now.append("$ ").append(command).append('\n').append(output(command, line));
    }
    if (!write && !now.toString().equals(body)) {
      complaints.add(page + ":" + line + ": " + firstDifference(body, now.toString()));
    }
    return now.toString();
  }

  private String measured(String body, String check, int line)
      throws IOException, InterruptedException {
    if (write) {
      return exact(body, line);
    }
    if (check == null) {
      complaints.add(page + ":" + line + ": no <!-- check: … --> before a measured block");
      return body;
    }
    List<String> own = body.lines().map(Page::squeezed).toList();
    output(check, line)
        .lines()
        .map(Page::squeezed)
        .filter(l -> !l.isEmpty() && !l.matches(".*\\d.*") && !own.contains(l))
        .forEach(l -> complaints.add(page + ":" + line + ": now printed, not here: " + l));
    return body;
  }

  private static String squeezed(String line) {
    return line.strip().replaceAll("\\s+", " ");
  }

  private String recorded(String body, int line) throws IOException, InterruptedException {
    if (write && all) {
      return exact(body, line);
    }
    for (String command : commands(body)) {
      List<String> words = words(command);
      if (!words.getFirst().equals("./ballast")) {
        continue;
      }
      List<String> help = new ArrayList<>(words.subList(0, words.get(1).equals("bench") ? 3 : 2));
      help.add("--help");
      String options = run(help, line);
      words.stream()
          .filter(w -> w.startsWith("--") && !options.contains(w.replaceAll("=.*", "")))
          .forEach(w -> complaints.add(page + ":" + line + ": there is no option " + w));
    }
    return body;
  }

  private static List<String> commands(String body) {
    return body.lines().filter(l -> l.startsWith("$ ")).map(l -> l.substring(2)).toList();
  }

  private static List<String> words(String command) {
    Matcher m = WORD.matcher(command);
    List<String> words = new ArrayList<>();
    while (m.find()) {
      words.add(m.group(1) != null ? m.group(1) : m.group(2) != null ? m.group(2) : m.group(3));
    }
    return words;
  }

  /** What a command prints; the pictures that it writes are compared or kept. */
  private String output(String command, int line) throws IOException, InterruptedException {
    List<String> words = words(command);
    if (write) {
      return run(words, line);
    }
    Path folder = Files.createTempDirectory("page");
    try {
      Set<String> pictures = new LinkedHashSet<>();
      List<String> moved = new ArrayList<>();
      for (String w : words) {
        boolean picture = PICTURE.matcher(w).matches();
        moved.add(picture ? folder.resolve(Path.of(w).getFileName()).toString() : w);
        if (picture) {
          pictures.add(w);
        }
      }
      String printed = run(moved, line);
      for (String p : pictures) {
        Path now = folder.resolve(Path.of(p).getFileName());
        if (!Files.exists(Path.of(p)) || Files.mismatch(now, Path.of(p)) >= 0) {
          complaints.add(page + ":" + line + ": " + p + " is no longer what the command draws");
        }
      }
      return printed;
    } finally {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path f : files.toList()) {
          Files.delete(f);
        }
      }
      Files.delete(folder);
    }
  }

  private String run(List<String> words, int line) throws IOException, InterruptedException {
    Path errors = Files.createTempFile("page", ".err");
    try {
      Process p = new ProcessBuilder(words).redirectError(errors.toFile()).start();
      String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = p.waitFor();
      if (status != 0) {
        complaints.add(
            page
                + ":"
                + line
                + ": "
                + String.join(" ", words)
                + " ended with status "
                + status
                + ": "
                + Files.readString(errors).strip());
      }
      return out.isEmpty() || out.endsWith("\n") ? out : out + "\n";
    } finally {
      Files.delete(errors);
    }
  }

  private static String firstDifference(String then, String now) {
    String[] a = then.split("\n");
    String[] b = now.split("\n");
    int i = Arrays.mismatch(a, b);
    return "the page says «"
        + (i < a.length ? a[i] : "")
        + "», the command «"
        + (i >= 0 && i < b.length ? b[i] : "")
        + "»";
  }
}
