package dev.ballast.kernel;

/**
 * The sizes of a pooling: images x[B,C,H,W] to y[B,C,H',W'], or with the batch last.
 *
 * @param batch images
 * @param channels of each
 */
public record PoolShape(int batch, int channels, WindowAxis y, WindowAxis x, boolean batchLast) {
  /** Taps of the window. */
  public int taps() {
    return y.kernel() * x.kernel();
  }

  /** Whether some place is under several windows. */
  boolean overlaps() {
    return y.overlaps() || x.overlaps();
  }

  boolean isPadded() {
    return y.padding() > 0 || x.padding() > 0;
  }

  /** Elements of y. */
  public long results() {
    return (long) batch * channels * y.out() * x.out();
  }

  /** Bits that tell a tap. */
  int bits() {
    return Integer.SIZE - Integer.numberOfLeadingZeros(taps() - 1);
  }

  /** Words of 32 bits for one bit of each element of y. */
  private long words() {
    return (results() + Integer.SIZE - 1) / Integer.SIZE;
  }

  /** Words that tell a tap for each element of y: at least one. */
  public long placeWords() {
    return Math.max(1, bits() * words());
  }

  /** Bytes from the lowest bits of all taps to the next higher ones. */
  long bitBytes() {
    return words() * Integer.BYTES;
  }

  /** A convolution that meets the same places: each channel of its own. */
  ConvolutionShape walked() {
    return new ConvolutionShape(batch, channels, channels, channels, y, x, batchLast);
  }
}
