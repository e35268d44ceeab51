package dev.ballast.openblas;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The memory of this process that is really in RAM, where the system tells. */
final class ResidentMemory {
  // Not statm or status: their counters lag by up to 64 pages for each thread, and statm counts in
  // pages whose size would have to be asked for. This file is added up when it is read.
  private static final Path ROLLUP = Path.of("/proc/self/smaps_rollup");

  private ResidentMemory() {}

  static OptionalLong bytes() {
    if (!Files.isReadable(ROLLUP)) {
      return OptionalLong.empty();
    }
    try {
      for (String line : Files.readAllLines(ROLLUP)) {
        if (line.startsWith("Rss:")) {
          String kibibytes = line.substring("Rss:".length()).replace("kB", "").strip();
          return OptionalLong.of(Long.parseLong(kibibytes) * 1024);
        }
      }
      return OptionalLong.empty();
    } catch (IOException e) {
      // Hardened kernels list the file and refuse to open it; a report without the number will do.
      return OptionalLong.empty();
    }
  }
}
