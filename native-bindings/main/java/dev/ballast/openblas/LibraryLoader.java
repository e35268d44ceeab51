package dev.ballast.openblas;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks for OpenBLAS where {@link Origin} says, and takes the first that loads and fits. */
final class LibraryLoader {
  static final String PATH_PROPERTY = "ballast.openblas.path";
  static final String PATH_VARIABLE = "BALLAST_OPENBLAS_PATH";

  private static final String NEXT_FOR_USER =
      "Next: correct or remove the system property %s (or the variable %s).";
  private static final String MUSL_FOR_USER =
      " This JVM runs on musl: the library must be built for it.";
  private static final String NEXT =
      "Next: add org.bytedeco:openblas with the classifier %s to the class path, or install"
          + " OpenBLAS, or name its file with -D%s=FILE; a cache that cannot be written is moved"
          + " with -Dballast.cache=FOLDER.";
  private static final String NEXT_ON_MUSL =
      "Next: install an OpenBLAS built for musl (Alpine's package is openblas), or name its file"
          + " with -D%s=FILE, or run on a JDK and a system with glibc.";

  private final Optional<String> userPath;
  private final Platform platform;
  private final boolean musl;
  private final List<Attempt> attempts = new ArrayList<>();
  private final long startNanos = System.nanoTime();

  /**
   * @param musl whether the process runs on musl, for which no natives are bundled
   */
  LibraryLoader(Optional<String> userPath, Platform platform, boolean musl) {
    this.userPath = userPath;
    this.platform = platform;
    this.musl = musl;
  }

  static LibraryLoader ofThisProcess() {
    Optional<String> property = given(System.getProperty(PATH_PROPERTY));
    return new LibraryLoader(
        property.or(() -> given(System.getenv(PATH_VARIABLE))), Platform.current(), Musl.isHere());
  }

  // An empty variable is how a shell unsets one for a single command.
  private static Optional<String> given(String setting) {
    return Optional.ofNullable(setting).filter(text -> !text.isBlank());
  }

  NativeLibrary load() {
    if (userPath.isPresent()) {
      String next = NEXT_FOR_USER.formatted(PATH_PROPERTY, PATH_VARIABLE);
      return fromUser(userPath.get())
          .orElseThrow(() -> failure(musl ? next + MUSL_FOR_USER : next));
    }
    return fromBundle()
        .or(this::fromSystem)
        .orElseThrow(
            () ->
                failure(
                    musl
                        ? NEXT_ON_MUSL.formatted(PATH_PROPERTY)
                        : NEXT.formatted(platform.classifier(), PATH_PROPERTY)));
  }

  private NativeLibraryException failure(String nextStep) {
    return new NativeLibraryException(attempts, nextStep);
  }

  private Optional<NativeLibrary> fromUser(String location) {
    Path path;
    try {
      path = Path.of(location).toAbsolutePath();
    } catch (InvalidPathException e) {
      return failed(Origin.USER, location, "this is not a path: " + e.getReason());
    }
    if (!Files.exists(path)) {
      return failed(Origin.USER, path.toString(), "there is no such file");
    }
    if (!Files.isRegularFile(path)) {
      return failed(Origin.USER, path.toString(), "this is not a file; name the library itself");
    }
    return open(Candidate.of(Origin.USER, List.of(path)));
  }

  private Optional<NativeLibrary> fromBundle() {
    String location = "org.bytedeco:openblas:" + platform.classifier();
    if (musl) {
      return failed(Origin.BUNDLED, location, "this JVM runs on musl, these natives need glibc");
    }
    try {
      Optional<NativeCache> cache = NativeCache.ofThisPlatform();
      if (cache.isEmpty()) {
        return failed(Origin.BUNDLED, location, "no OpenBLAS is bundled for this platform");
      }
      location = cache.get().folder().toString();
      Optional<NativeLibrary> library = openBundle(cache.get());
      // The quick check of prepare() trusts sizes and times. If the linker refuses what passed it,
      // the checksums say whether the files are to blame.
      if (library.isEmpty() && cache.get().repair()) {
        return openBundle(cache.get());
      }
      return library;
    } catch (IOException | InvalidPathException e) {
      return failed(Origin.BUNDLED, location, e.toString());
    }
  }

  private Optional<NativeLibrary> openBundle(NativeCache cache) throws IOException {
    return open(Candidate.of(Origin.BUNDLED, cache.prepare()));
  }

  private Optional<NativeLibrary> fromSystem() {
    return platform.systemLibraries().stream()
        .flatMap(name -> open(Candidate.ofSystem(name)).stream())
        .findFirst();
  }

  private Optional<NativeLibrary> open(Candidate candidate) {
    try {
      attempts.add(Attempt.succeeded(candidate.origin(), candidate.location()));
      return Optional.of(candidate.open(startNanos, attempts));
    } catch (UnusableLibraryException e) {
      attempts.removeLast();
      return failed(candidate.origin(), candidate.location(), e.getMessage());
    }
  }

  private Optional<NativeLibrary> failed(Origin origin, String location, String reason) {
    attempts.add(Attempt.failed(origin, location, reason));
    return Optional.empty();
  }
}
