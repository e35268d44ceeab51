import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks, or repairs, the formatting of every Java source below a folder with google-java-format.
 *
 * <p>A program of its own and not a Maven plugin, because the formatter parses with the compiler of
 * the JVM it runs in, and Maven's may be older than the sources.
 *
 * <p>{@code java -cp google-java-format.jar Format.java check|write ROOT KNOWN}, where {@code
 * KNOWN} is a file that remembers the checksums of well-formed sources, so that only new and
 * changed ones are parsed. It lies below {@code target} and its name must change with the
 * formatter's version.
 */
final class Format {
  /** What was wrong with one file: a line to show, or nothing when the file was repaired. */
  record Finding(Path file, String text) {}

  private final Path root;
  private final boolean write;
  private final Path known;
  private final Set<String> before;
  private final Set<String> after = Collections.synchronizedSet(new TreeSet<>());

  private Format(Path root, boolean write, Path known) throws IOException {
    this.root = root;
    this.write = write;
    this.known = known;
    this.before = Files.exists(known) ? Set.copyOf(Files.readAllLines(known)) : Set.of();
  }

  public static void main(String[] args) throws IOException {
    if (args.length != 3 || !Set.of("check", "write").contains(args[0])) {
      System.err.println("usage: Format check|write ROOT KNOWN");
      System.exit(2);
    }
    Format format = new Format(Path.of(args[1]), args[0].equals("write"), Path.of(args[2]));
    System.exit(format.run() ? 0 : 1);
  }

  private boolean run() throws IOException {
    List<Path> sources = sources();
    List<Finding> findings =
        sources.parallelStream().map(this::examine).flatMap(Optional::stream).toList();
    Files.createDirectories(known.toAbsolutePath().getParent());
    Files.write(known, after);
    findings.forEach(f -> System.err.println(root.relativize(f.file()) + f.text()));
    boolean good = findings.stream().allMatch(f -> f.text().isEmpty());
    if (!good) {
      System.err.println();
      System.err.println("Repair the formatting with:  mvn -N validate -Dformat=write");
    } else if (write) {
      System.err.println(findings.size() + " of " + sources.size() + " files rewritten");
    }
    return good;
  }

  private List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean hidden = name.startsWith(".") && !name.equals(".mvn") && !folder.equals(root);
            return hidden || name.equals("target")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              sources.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    Collections.sort(sources);
    return sources;
  }

  private Optional<Finding> examine(Path file) {
    try {
      String actual = Files.readString(file);
      String checksum = checksum(actual);
      if (before.contains(checksum)) {
        after.add(checksum);
        return Optional.empty();
      }
      String wanted = new Formatter().formatSourceAndFixImports(actual);
      if (wanted.equals(actual)) {
        after.add(checksum);
        return Optional.empty();
      }
      if (!write) {
        return Optional.of(new Finding(file, firstDifference(actual, wanted)));
      }
      Files.writeString(file, wanted, StandardOpenOption.TRUNCATE_EXISTING);
      after.add(checksum(wanted));
      return Optional.of(new Finding(file, ""));
    } catch (FormatterException e) {
      return Optional.of(new Finding(file, ": cannot be parsed: " + e.getMessage()));
    } catch (IOException e) {
      return Optional.of(new Finding(file, ": " + e));
    }
  }

  private static String firstDifference(String actual, String wanted) {
    List<String> is = actual.lines().toList();
    List<String> should = wanted.lines().toList();
    int i = 0;
    while (i < is.size() && i < should.size() && is.get(i).equals(should.get(i))) {
      i++;
    }
    return "%s is not formatted%n  is:     %s%n  should: %s"
        .formatted(":" + (i + 1), line(is, i), line(should, i));
  }

  private static String line(List<String> lines, int i) {
    return i < lines.size() ? lines.get(i) : "(end of file)";
  }

  private static String checksum(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
