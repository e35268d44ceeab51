package dev.ballast.openblas;

import java.util.Locale;
import java.util.Optional;

/**
 * One try to load OpenBLAS.
 *
 * @param origin who proposed the library
 * @param location a path, a name for the system's loader, or what was looked for
 * @param failure why it was not used; empty for the library that was
 */
public record Attempt(Origin origin, String location, Optional<String> failure) {

  static Attempt failed(Origin origin, String location, String failure) {
    return new Attempt(origin, location, Optional.of(failure));
  }

  static Attempt succeeded(Origin origin, String location) {
    return new Attempt(origin, location, Optional.empty());
  }

  @Override
  public String toString() {
    return "%-7s  %s: %s"
        .formatted(origin.name().toLowerCase(Locale.ROOT), location, failure.orElse("loaded"));
  }
}
