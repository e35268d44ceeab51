import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Compares what two builds left in their {@code target} folders: each module's jars and the bill of
 * materials.
 *
 * <p>{@code java SameBytes.java FIRST SECOND}; the status is 0 if all are the same, 1 if not. Of a
 * jar that differs it names the first entry that does, or says that the bytes around the entries
 * do: their order, times or permissions.
 */
final class SameBytes {
  private SameBytes() {}

  public static void main(String[] args) throws Exception {
    if (args.length != 2) {
      System.err.println("usage: SameBytes FIRST SECOND");
      System.exit(2);
    }
    System.exit(compare(Path.of(args[0]), Path.of(args[1])) ? 0 : 1);
  }

  private static boolean compare(Path first, Path second) throws Exception {
    SortedSet<String> names = artifacts(first);
    SortedSet<String> others = artifacts(second);
    if (names.isEmpty()) {
      System.out.println("nothing was built in " + first);
      return false;
    }
    boolean same = true;
    for (String name : union(names, others)) {
      Path a = first.resolve(name);
      Path b = second.resolve(name);
      String difference = difference(a, b);
      same &= difference.isEmpty();
      System.out.println(
          difference.isEmpty() ? sha256(a) + "  " + name : "DIFFERS  " + name + ": " + difference);
    }
    System.out.println(same ? "the same bytes" : "not reproducible");
    return same;
  }

  /** What a build delivers, as paths below its root. */
  private static SortedSet<String> artifacts(Path root) throws IOException {
    SortedSet<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(root)) {
      files
          .filter(file -> file.getParent().endsWith("target"))
          .filter(file -> file.toString().matches(".*\\.jar|.*bom\\.json"))
          .map(file -> root.relativize(file).toString())
          .forEach(names::add);
    }
    return names;
  }

  private static SortedSet<String> union(SortedSet<String> some, SortedSet<String> more) {
    SortedSet<String> all = new TreeSet<>(some);
    all.addAll(more);
    return all;
  }

  /** Where two files differ first; empty if nowhere. */
  private static String difference(Path a, Path b) throws Exception {
    if (!Files.exists(a) || !Files.exists(b)) {
      return "only one build made it";
    }
    long at = Files.mismatch(a, b);
    if (at < 0) {
      return "";
    }
    return a.toString().endsWith(".jar") ? firstEntry(a, b, at) : "from byte " + at + " on";
  }

  private static String firstEntry(Path a, Path b, long at) throws Exception {
    try (ZipFile first = new ZipFile(a.toFile());
        ZipFile second = new ZipFile(b.toFile())) {
      for (String name : union(names(first), names(second))) {
        ZipEntry one = first.getEntry(name);
        ZipEntry other = second.getEntry(name);
        if (one == null || other == null) {
          return name + " is in one alone";
        }
        if (!Arrays.equals(content(first, one), content(second, other))) {
          return name;
        }
        if (one.getTime() != other.getTime()) {
          return name + " has the times " + one.getTimeLocal() + " and " + other.getTimeLocal();
        }
      }
      List<String> order = order(first);
      List<String> otherOrder = order(second);
      for (int i = 0; i < order.size(); i++) {
        if (!order.get(i).equals(otherOrder.get(i))) {
          return order.get(i) + " and " + otherOrder.get(i) + " stand at the same place";
        }
      }
    }
    return "all entries are the same, their permissions or other attributes differ from byte " + at;
  }

  private static List<String> order(ZipFile jar) {
    List<String> names = new ArrayList<>();
    jar.entries().asIterator().forEachRemaining(entry -> names.add(entry.getName()));
    return names;
  }

  private static SortedSet<String> names(ZipFile jar) {
    return new TreeSet<>(order(jar));
  }

  private static byte[] content(ZipFile jar, ZipEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }

  private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
