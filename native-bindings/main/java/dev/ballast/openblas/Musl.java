package dev.ballast.openblas;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whether this process runs on musl, the C library of Alpine Linux. Libraries are made for one C
 * library: what was linked against glibc asks musl for functions that it does not have.
 *
 * <p>musl is one file, the dynamic linker and the C library at once, so a process that runs on it
 * has it mapped: as {@code ld-musl-ARCH.so.1}, or under the name {@code libc.so} in a folder of its
 * own where a system has both.
 */
final class Musl {
  private static final Pattern MAPPED =
      Pattern.compile("/(ld-musl-[^/]+\\.so\\.1|[^/]*-linux-musl[^/]*/libc\\.so)$");

  private Musl() {}

  /** Whether it is this process's C library; false where the system does not tell. */
  static boolean isHere() {
    return isMappedIn(Path.of("/proc/self/maps"));
  }

  static boolean isMappedIn(Path maps) {
    if (!Files.isReadable(maps)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(maps)) {
      return lines.anyMatch(line -> line.contains("musl") && MAPPED.matcher(line).find());
    } catch (IOException e) {
      // Only the choice of words depends on it: the linker refuses the wrong library all the same.
      return false;
    }
  }
}
