package dev.ballast.kernel;

/** Rows, along the last dimension, by their mean and deviation. */
public final class RowMoments {
  /** The same kernel, on floats. */
  interface RowNormalization {
    Kernel normalize(double epsilon, Slice x, Slice y, Slice scale);
  }

  private RowMoments() {}

  /**
   * {@code scale[b] = 1/√(variance(x[b]) + ε)}, {@code y[b,c] = (x[b,c] − mean(x[b])) · scale[b]}.
   * {@code y} may lie over {@code x}.
   */
  public static Kernel normalize(double epsilon, Slice x, Slice y, Slice scale) {
    if (!FloatLoops.serves(x, y, scale)) {
      return referenceNormalize(epsilon, x, y, scale);
    }
    RowNormalization loop = FloatLoops.loop(RowNormalization.class, NormalizeLoop.class);
    return Warmed.of(
        loop.normalize(epsilon, x, y, scale),
        NormalizeLoop.class,
        n ->
            loop.normalize(epsilon, Warmed.floats(4, n), Warmed.floats(4, n), Warmed.floats(4, 1)));
  }

  public static Kernel referenceNormalize(double epsilon, Slice x, Slice y, Slice scale) {
    int c = x.type().shape().dim(-1);
    return () -> {
      for (long b = 0; b < scale.elements(); b++) {
        double mean = 0;
        for (long i = b * c; i < (b + 1) * c; i++) {
          mean += x.get(i) / c;
        }
        double variance = 0;
        for (long i = b * c; i < (b + 1) * c; i++) {
          double d = x.get(i) - mean;
          variance += d * d / c;
        }
        double r = 1 / Math.sqrt(variance + epsilon);
        for (long i = b * c; i < (b + 1) * c; i++) {
          y.set(i, (x.get(i) - mean) * r);
        }
        scale.set(b, r);
      }
    };
  }
}
