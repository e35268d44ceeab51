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

  private final Optional<String> userPath;
  private final Platform platform;
  private final List<Attempt> attempts = new ArrayList<>();
  private final long startNanos = System.nanoTime();

  LibraryLoader(Optional<String> userPath, Platform platform) {
    this.userPath = userPath;
    this.platform = platform;
  }

  static LibraryLoader ofThisProcess() {
    Optional<String> property = given(System.getProperty(PATH_PROPERTY));
    return new LibraryLoader(
        property.or(() -> given(System.getenv(PATH_VARIABLE))), Platform.current());
  }

  // An empty variable is how a shell unsets one for a single command.
  private static Optional<String> given(String setting) {
    return Optional.ofNullable(setting).filter(text -> !text.isBlank());
  }

  NativeLibrary load() {
    if (userPath.isPresent()) {
      return fromUser(userPath.get())
          .orElseThrow(
              () ->
                  failure(
                      "Next: correct or remove the system property %s (or the variable %s)."
                          .formatted(PATH_PROPERTY, PATH_VARIABLE)));
    }
    return fromBundle()
        .or(this::fromSystem)
        .orElseThrow(
            () ->
                failure(
                    "Next: add org.bytedeco:openblas with the classifier %s to the class path, or"
                            .formatted(platform.classifier())
                        + " install OpenBLAS, or name its file with -D%s=FILE; a cache that cannot"
                            .formatted(PATH_PROPERTY)
                        + " be written is moved with -Dballast.cache=FOLDER."));
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
