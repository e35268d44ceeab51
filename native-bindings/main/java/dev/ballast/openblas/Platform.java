package dev.ballast.openblas;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The operating system and processor, as far as finding OpenBLAS depends on them.
 *
 * @param os the system's family
 * @param arch {@code x86_64}, {@code arm64}, or what the JVM calls another processor
 */
record Platform(Os os, String arch) {
  enum Os {
    LINUX,
    MACOSX,
    WINDOWS,
    OTHER
  }

  static Platform current() {
    return of(System.getProperty("os.name"), System.getProperty("os.arch"));
  }

  static Platform of(String osName, String osArch) {
    String name = osName.toLowerCase(Locale.ROOT);
    Os os =
        name.startsWith("linux")
            ? Os.LINUX
            : name.startsWith("mac")
                ? Os.MACOSX
                : name.startsWith("windows") ? Os.WINDOWS : Os.OTHER;
    String arch =
        switch (osArch) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm64";
          default -> osArch;
        };
    return new Platform(os, arch);
  }

  /** The Maven classifier of the natives, which is also their folder inside the jar. */
  String classifier() {
    return os.name().toLowerCase(Locale.ROOT) + "-" + arch;
  }

  /** Names and paths under which a system's own OpenBLAS is usually found. */
  List<String> systemLibraries() {
    return switch (os) {
      case MACOSX ->
          List.of(
              "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
              "/usr/local/opt/openblas/lib/libopenblas.dylib",
              "/opt/local/lib/libopenblas.dylib",
              "libopenblas.dylib");
      case WINDOWS -> List.of("libopenblas.dll", "openblas.dll");
      // Debian, Fedora and others; Alpine; wherever the files for developers are installed.
      case LINUX, OTHER -> List.of("libopenblas.so.0", "libopenblas.so.3", "libopenblas.so");
    };
  }

  /** Where this user's cached files belong: the system property {@code ballast.cache} decides. */
  Path cacheRoot() {
    return path(System.getProperty("ballast.cache"))
        .or(this::usualCacheRoot)
        .orElseGet(this::cacheRootInHome)
        .toAbsolutePath();
  }

  private Optional<Path> usualCacheRoot() {
    return switch (os) {
      case WINDOWS -> path(System.getenv("LOCALAPPDATA")).map(p -> p.resolve("ballast"));
      case MACOSX -> Optional.empty();
      // The XDG specification: a relative path in the variable is to be ignored.
      case LINUX, OTHER ->
          path(System.getenv("XDG_CACHE_HOME"))
              .filter(Path::isAbsolute)
              .map(p -> p.resolve("ballast"));
    };
  }

  private Path cacheRootInHome() {
    Path home = Path.of(System.getProperty("user.home"));
    return switch (os) {
      case WINDOWS -> home.resolve("AppData", "Local", "ballast");
      case MACOSX -> home.resolve("Library", "Caches", "ballast");
      case LINUX, OTHER -> home.resolve(".cache", "ballast");
    };
  }

  // An empty variable is how a shell unsets one for a single command.
  private static Optional<Path> path(String setting) {
    return Optional.ofNullable(setting).filter(text -> !text.isBlank()).map(Path::of);
  }
}
