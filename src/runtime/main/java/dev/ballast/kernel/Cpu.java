package dev.ballast.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What tells one kind of processor from another. */
final class Cpu {
  private static final Path INFO = Path.of("/proc/cpuinfo");

  private Cpu() {}

  /**
   * Fit for a file name: vendor, family and model where the system tells, and the vectors' width.
   */
  static String name() {
    String width = System.getProperty("os.arch") + "-" + Simd.lanes() * Float.SIZE;
    try {
      String text = Files.isReadable(INFO) ? Files.readString(INFO) : "";
      String model =
          Stream.of("vendor_id", "cpu family", "model\t")
              .map(key -> value(text, key))
              .filter(v -> !v.isEmpty())
              .collect(Collectors.joining("-"));
      return (model.isEmpty() ? width : model + "-" + width)
          .toLowerCase(Locale.ROOT)
          .replaceAll("[^a-z0-9]+", "-");
    } catch (IOException e) {
      return width;
    }
  }

  private static String value(String text, String key) {
    return text.lines()
        .filter(l -> l.startsWith(key))
        .map(l -> l.substring(l.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }
}
