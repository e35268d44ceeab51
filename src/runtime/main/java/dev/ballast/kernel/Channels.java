package dev.ballast.kernel;

import java.util.Optional;
import java.util.function.LongToDoubleFunction;

/**
 * What is the same for all of a channel, or summed over it. A channel's elements lie in {@code
 * pieces} of {@code length}: one where the batch is last, else one an image.
 *
 * @param channels of each image
 * @param pieces of each channel
 * @param length elements of a piece
 */
public record Channels(int channels, int pieces, long length) {

  /** Elements of a channel. */
  public long count() {
    return pieces * length;
  }

  /** The first element of a piece. */
  long start(int channel, int piece) {
    return ((long) piece * channels + channel) * length;
  }

  /** The mean of each channel, and the mean of the squares of the distances from it. */
  public Kernel moments(Slice x, Slice mean, Slice variance, Workers workers) {
    return FloatLoops.serves(x, mean, variance)
        ? Warmed.of(
            ChannelLoops.moments(this, x, mean, variance, workers),
            Code.MOMENTS,
            Channels::smallMoments)
        : referenceMoments(x, mean, variance);
  }

  /** y = x · scale + shift, one of each a channel. */
  public Kernel affine(Slice x, Slice scale, Optional<Slice> shift, Slice y, Workers workers) {
    return FloatLoops.serves(x, scale, shift.orElse(x), y)
        ? Warmed.of(
            ChannelLoops.affine(this, x, scale, shift, y, workers),
            Code.AFFINE,
            Channels::smallAffine)
        : referenceAffine(x, scale, shift, y);
  }

  /** Σ g · x and Σ g over each channel. */
  public Kernel products(Slice g, Slice x, Slice products, Slice sums, Workers workers) {
    return FloatLoops.serves(g, x, products, sums)
        ? Warmed.of(
            ChannelLoops.products(this, g, x, products, sums, workers),
            Code.PRODUCTS,
            Channels::smallProducts)
        : referenceProducts(g, x, products, sums);
  }

  /** Which code is warm. */
  private enum Code {
    MOMENTS,
    AFFINE,
    PRODUCTS
  }

  private static Kernel smallMoments(int n) {
    return ChannelLoops.moments(
        new Channels(2, 2, n),
        Warmed.floats(4, n),
        Warmed.floats(2),
        Warmed.floats(2),
        Workers.none());
  }

  private static Kernel smallAffine(int n) {
    Optional<Slice> shift = Optional.of(Warmed.floats(2));
    return ChannelLoops.affine(
        new Channels(2, 2, n),
        Warmed.floats(4, n),
        Warmed.floats(2),
        shift,
        Warmed.floats(4, n),
        Workers.none());
  }

  private static Kernel smallProducts(int n) {
    return ChannelLoops.products(
        new Channels(2, 2, n),
        Warmed.floats(4, n),
        Warmed.floats(4, n),
        Warmed.floats(2),
        Warmed.floats(2),
        Workers.none());
  }

  public Kernel referenceMoments(Slice x, Slice mean, Slice variance) {
    return () -> {
      for (int c = 0; c < channels; c++) {
        double m = sum(c, x::get) / count();
        double squares = sum(c, i -> (x.get(i) - m) * (x.get(i) - m));
        mean.set(c, m);
        variance.set(c, squares / count());
      }
    };
  }

  public Kernel referenceAffine(Slice x, Slice scale, Optional<Slice> shift, Slice y) {
    return () -> {
      for (int c = 0; c < channels; c++) {
        double factor = scale.get(c);
        double plus = shift.isPresent() ? shift.get().get(c) : 0;
        for (int p = 0; p < pieces; p++) {
          for (long i = start(c, p); i < start(c, p) + length; i++) {
            y.set(i, x.get(i) * factor + plus);
          }
        }
      }
    };
  }

  public Kernel referenceProducts(Slice g, Slice x, Slice products, Slice sums) {
    return () -> {
      for (int c = 0; c < channels; c++) {
        products.set(c, sum(c, i -> g.get(i) * x.get(i)));
        sums.set(c, sum(c, g::get));
      }
    };
  }

  private double sum(int channel, LongToDoubleFunction term) {
    double sum = 0;
    for (int p = 0; p < pieces; p++) {
      for (long i = start(channel, p); i < start(channel, p) + length; i++) {
        sum += term.applyAsDouble(i);
      }
    }
    return sum;
  }
}
