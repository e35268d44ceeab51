import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes into the bill of materials what lies inside the jar of natives: each file that Ballast
 * loads, with its checksum and licence. What the jar's own pom says of licences is meant for the
 * Java classes of JavaCPP's presets, of which Ballast uses none.
 *
 * <p>{@code java Natives.java BOM MANIFEST}; where there is no bill, as in a build offline, it does
 * nothing.
 */
final class Natives {
  private static final Pattern COMPONENT =
      Pattern.compile(
          "\"bom-ref\" : \"pkg:maven/org\\.bytedeco/openblas@[^?]*\\?classifier=([^&]+)&.*\\R");

  private record NativeFile(String sha256, String name) {
    /** As an SPDX expression. The last three are of the GNU compilers. */
    String licence() {
      return name.startsWith("libopenblas")
          ? "BSD-3-Clause"
          : name.startsWith("libgfortran") || name.startsWith("libgcc_s")
              ? "GPL-3.0-or-later WITH GCC-exception-3.1"
              : name.startsWith("libquadmath") ? "LGPL-2.1-or-later" : unknown();
    }

    private String unknown() {
      throw new IllegalStateException("of which licence is " + name + "?");
    }

    String component() {
      return """
      {
        "type" : "file",
        "name" : "%s",
        "hashes" : [
          {
            "alg" : "SHA-256",
            "content" : "%s"
          }
        ],
        "licenses" : [
          {
            "expression" : "%s"
          }
        ]
      }\
      """
          .formatted(name, sha256, licence())
          .indent(8)
          .stripTrailing();
    }
  }

  private Natives() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      System.err.println("usage: Natives BOM MANIFEST");
      System.exit(2);
    }
    Path bom = Path.of(args[0]);
    if (!Files.exists(bom)) {
      return;
    }
    String text = Files.readString(bom);
    Matcher component = COMPONENT.matcher(text);
    if (!component.find()) {
      System.err.println(bom + " does not name org.bytedeco:openblas with a classifier");
      System.exit(1);
    }
    if (text.startsWith("      \"components\"", component.end())) {
      return; // of an earlier build
    }
    List<NativeFile> files = files(Path.of(args[1]), component.group(1));
    String inside =
        String.join(",\n", files.stream().map(NativeFile::component).toList())
            .transform(all -> "      \"components\" : [\n" + all + "\n      ],\n");
    Files.writeString(
        bom, text.substring(0, component.end()) + inside + text.substring(component.end()));
  }

  /** The lines below {@code platform NAME}: checksum, bytes, name. */
  private static List<NativeFile> files(Path manifest, String platform) throws IOException {
    List<NativeFile> files = new ArrayList<>();
    boolean here = false;
    for (String line : Files.readAllLines(manifest)) {
      String[] words = line.strip().split(" +");
      if (words[0].equals("platform")) {
        here = words[1].equals(platform);
      } else if (here && words.length == 3) {
        files.add(new NativeFile(words[0], words[2]));
      }
    }
    return files;
  }
}
