package dev.ballast.kernel;

/**
 * The sizes of a convolution of images x with weights w[O, C/groups, kh, kw] to images y.
 *
 * @param batch images
 * @param in channels C of x
 * @param out channels O of y
 * @param groups parts into which both channels fall, each part of y made of one of x
 * @param batchLast whether images lie as [C, H, W, B] in memory, else as [B, C, H, W]
 */
public record ConvolutionShape(
    int batch, int in, int out, int groups, WindowAxis y, WindowAxis x, boolean batchLast) {

  /** Channels of x in a group. */
  int groupIn() {
    return in / groups;
  }

  /** Channels of y in a group. */
  int groupOut() {
    return out / groups;
  }

  /** Taps of the window. */
  int taps() {
    return y.kernel() * x.kernel();
  }

  /** How many images lie apart: all of them, or one where they lie interleaved. */
  int images() {
    return batchLast ? 1 : batch;
  }

  /** How many neighbours in memory are the same place of different images. */
  int lanes() {
    return batchLast ? batch : 1;
  }

  /** The same with images interleaved. */
  ConvolutionShape interleaved() {
    return new ConvolutionShape(batch, in, out, groups, y, x, true);
  }

  /** Elements of x. */
  long inElements() {
    return (long) batch * in * y.in() * x.in();
  }

  /** Elements of y. */
  long outElements() {
    return (long) batch * out * y.out() * x.out();
  }

  /** Elements of one channel of x, all interleaved images together. */
  long inPlane() {
    return (long) y.in() * x.in() * lanes();
  }

  /** Elements of one channel of y, all interleaved images together. */
  long outPlane() {
    return (long) y.out() * x.out() * lanes();
  }

  /** Multiplications with additions where no place is padding. */
  public long multiplications() {
    return (long) batch * out * y.out() * x.out() * groupIn() * taps();
  }

  /** The index in x. */
  long at(int b, int c, int i, int j) {
    return batchLast
        ? ((c * (long) y.in() + i) * x.in() + j) * batch + b
        : ((b * (long) in + c) * y.in() + i) * x.in() + j;
  }

  /** The index in y. */
  long outAt(int b, int o, int i, int j) {
    return batchLast
        ? ((o * (long) y.out() + i) * x.out() + j) * batch + b
        : ((b * (long) out + o) * y.out() + i) * x.out() + j;
  }
}
