package dev.ballast.kernel;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Vector code that must not be used before HotSpot has compiled it. Until then others do the same
 * to the same bits, so a caller that misses the change for a while loses time only.
 */
final class Warm<T> {
  private volatile Optional<T> code;

  private Warm(Optional<T> code) {
    this.code = code;
  }

  /** Code that needs no warming. */
  static <T> Warm<T> ready(T code) {
    return new Warm<>(Optional.of(code));
  }

  /** Code that is being warmed; parameters as of {@link Warmer#warm}. */
  static <T> Warm<T> of(Supplier<T> make, Consumer<T> call, int operations) {
    Warm<T> w = new Warm<>(Optional.empty());
    Warmer.warm(make, call, operations, c -> w.code = Optional.of(c));
    return w;
  }

  /** The code, once it is compiled. */
  Optional<T> code() {
    return code;
  }
}
