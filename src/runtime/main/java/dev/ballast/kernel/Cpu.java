package dev.ballast.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What tells one kind of processor from another. */
final class Cpu {
  private static final Path INFO = Path.of("/proc/cpuinfo");

  private Cpu() {}

  /**
   * Fit for a file name: vendor, family and model where the system tells, and the vectors' width.
   * Without streams and patterns: every process asks before its first answer.
   */
  static String name() {
    String name = System.getProperty("os.arch") + "-" + Simd.lanes() * Float.SIZE;
    try {
      String text = Files.isReadable(INFO) ? Files.readString(INFO) : "";
      for (String key : new String[] {"model\t", "cpu family", "vendor_id"}) {
        String value = value(text, key);
        name = value.isEmpty() ? name : value + "-" + name;
      }
    } catch (IOException e) {
      // The width alone will do.
    }
    return plain(name.toLowerCase(Locale.ROOT));
  }

  /** Of the first line that begins with the key; empty where there is none. */
  static String value(String text, String key) {
    int start = ("\n" + text).indexOf("\n" + key);
    if (start < 0) {
      return "";
    }
    int end = text.indexOf('\n', start);
    String line = text.substring(start, end < 0 ? text.length() : end);
    return line.substring(line.indexOf(':') + 1).strip();
  }

  /** With a hyphen for whatever is not a letter or a digit. */
  private static String plain(String name) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean keeps = c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
      if (keeps) {
        plain.append(c);
      } else if (plain.isEmpty() || plain.charAt(plain.length() - 1) != '-') {
        plain.append('-');
      }
    }
    return plain.toString();
  }
}
