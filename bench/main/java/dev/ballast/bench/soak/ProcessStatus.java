package dev.ballast.bench.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What Linux says of this process's memory.
 *
 * @param resident all pages that are in memory
 * @param anonymous those that belong to no file: heap, arenas, stacks, what malloc has
 * @param files those of mapped files: programs, jars, models
 */
record ProcessStatus(long resident, long anonymous, long files) {
  private static final Path FILE = Path.of("/proc/self/status");

  /**
   * @throws IOException where there is no such file: on anything but Linux
   */
  static ProcessStatus now() throws IOException {
    long resident = 0;
    long anonymous = 0;
    long files = 0;
    for (String line : Files.readAllLines(FILE)) {
      if (line.startsWith("VmRSS:")) {
        resident = bytes(line);
      } else if (line.startsWith("RssAnon:")) {
        anonymous = bytes(line);
      } else if (line.startsWith("RssFile:")) {
        files = bytes(line);
      }
    }
    return new ProcessStatus(resident, anonymous, files);
  }

  static boolean isKnown() {
    return Files.isReadable(FILE);
  }

  private static long bytes(String line) {
    return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
  }
}
