package dev.ballast.kernel;

import dev.ballast.tensor.Philox;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;

/** Kernels whose bits come from a counter, so that they can be drawn again. */
public final class Randomness {
  private Randomness() {}

  /**
   * {@code out[i] = x[i] / (1 − rate)} where element i is kept, else 0. Which are kept is a
   * function of {@code counter = (seed, step)}, of {@code stream} and of i alone: word i mod 4 of
   * block i / 4.
   */
  public static Kernel dropout(double rate, long stream, Slice x, Slice counter, Slice out) {
    if (!FloatLoops.serves(x, out)) {
      return referenceDropout(rate, stream, x, counter, out);
    }
    DropoutKernels loop = FloatLoops.loop(DropoutKernels.class, DropoutLoop.class);
    return Warmed.of(
        loop.dropout(rate, stream, x, counter, out),
        DropoutLoop.class,
        n -> {
          Slice zero = Slice.allocate(TensorType.i64(2), Arena.ofAuto());
          return loop.dropout(0.5, 0, Warmed.floats(n), zero, Warmed.floats(n));
        });
  }

  /** The same kernel, on floats. */
  interface DropoutKernels {
    Kernel dropout(double rate, long stream, Slice x, Slice counter, Slice out);
  }

  public static Kernel referenceDropout(
      double rate, long stream, Slice x, Slice counter, Slice out) {
    double scale = 1.0 / (1.0 - rate);
    Philox philox = new Philox(0, 0);
    return () -> {
      philox.reseed(counter.getLong(0), stream(stream, counter));
      for (long i = 0; i < x.elements(); i++) {
        boolean kept = philox.nextFloat() >= (float) rate;
        out.set(i, kept ? x.get(i) * scale : 0);
      }
    };
  }

  /** The stream of numbers of one step. */
  static long stream(long stream, Slice counter) {
    return (stream << 40) + counter.getLong(1);
  }
}
