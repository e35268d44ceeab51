package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A convolution of images that lie one behind the other, where the window moves by one: image by
 * image, with all places of a padded plane as lanes. A tap is then the same distance from every
 * place, so that line ends and borders need no care; what was computed between the lines of the
 * result is left out when these are copied.
 */
final class FlatConvolution implements Kernel {
  /** Lanes of the longest vectors there are. */
  private static final int LANES = 16;

  private final ConvolutionShape shape;
  private final FlatShape flat;
  private final MemorySegment x;
  private final MemorySegment y;
  private final MemorySegment padded;
  private final MemorySegment wide;
  private final Kernel[] products;
  private final Kernel channelsIn;
  private final Kernel channelsOut;

  /** The image that is at work. */
  private int image;

  /**
   * Sizes in elements.
   *
   * @param pitch from one line to the next, of x with its padding and of the result
   * @param length lanes, from the first place of the result to the last
   * @param inPlane of a channel of x
   * @param outPlane of a channel of the result
   * @param copiesIn whether x must be copied, for padding or because it is too small for a vector
   * @param copiesOut whether there is anything between the lines of the result
   */
  private record FlatShape(
      int pitch, int length, int inPlane, int outPlane, boolean copiesIn, boolean copiesOut) {

    static FlatShape of(ConvolutionShape s) {
      int pitch = s.x().in() + 2 * s.x().padding();
      int height = s.y().in() + 2 * s.y().padding();
      int places = (s.y().out() - 1) * pitch + s.x().out();
      int length = Math.max(places, LANES);
      boolean copiesIn = PaddedImage.isNeeded(s) || length > places;
      boolean copiesOut = length > places || pitch > s.x().out();
      int outPlane = copiesOut ? length + LANES : length;
      return new FlatShape(
          pitch, length, height * pitch + length - places, outPlane, copiesIn, copiesOut);
    }

    long inBytes(ConvolutionShape s) {
      return copiesIn ? (long) s.in() * inPlane * Float.BYTES : 0;
    }

    long outBytes(ConvolutionShape s) {
      return copiesOut ? (long) s.out() * outPlane * Float.BYTES : 0;
    }
  }

  FlatConvolution(
      ConvolutionShape s,
      MemorySegment x,
      MemorySegment w,
      MemorySegment y,
      MemorySegment bias,
      MemorySegment workspace,
      Workers workers) {
    this.shape = s;
    this.flat = FlatShape.of(s);
    this.x = x;
    this.y = y;
    this.padded = workspace.asSlice(0, flat.inBytes(s));
    this.wide = workspace.asSlice(flat.inBytes(s), flat.outBytes(s));
    long imageX = s.in() * s.inPlane() * Float.BYTES;
    long imageY = s.out() * s.outPlane() * Float.BYTES;
    this.products = new Kernel[s.batch()];
    for (int b = 0; b < s.batch(); b++) {
      GatherWalk walk = GatherWalk.flat(s, flat.pitch, flat.length, flat.inPlane, flat.outPlane);
      MemorySegment from = flat.copiesIn ? padded : x.asSlice(b * imageX, imageX);
      MemorySegment to = flat.copiesOut ? wide : y.asSlice(b * imageY, imageY);
      var operands = new GatherConvolution.Operands(from, w, to, bias);
      products[b] = GatherConvolution.forward(s, walk, operands, workers);
    }
    this.channelsIn =
        new SharedLines(
            this::copyIn, s.in(), WorkNanos.moving(2L * s.in() * flat.inPlane), workers);
    this.channelsOut =
        new SharedLines(
            this::copyOut, s.out(), WorkNanos.moving(2L * s.out() * flat.outPlane), workers);
  }

  static boolean serves(ConvolutionShape s) {
    return (!s.batchLast() || s.batch() == 1) && s.x().stride() == 1 && s.y().stride() == 1;
  }

  static long workspaceBytes(ConvolutionShape s) {
    FlatShape flat = FlatShape.of(s);
    return flat.inBytes(s) + flat.outBytes(s);
  }

  @Override
  public void run() {
    for (image = 0; image < shape.batch(); image++) {
      if (flat.copiesIn) {
        channelsIn.run();
      }
      products[image].run();
      if (flat.copiesOut) {
        channelsOut.run();
      }
    }
  }

  private void copyIn(int first, int end) {
    int width = shape.x().in();
    long plane = (long) flat.inPlane * Float.BYTES;
    long from = ((long) image * shape.in() + first) * shape.inPlane();
    long start = (long) shape.y().padding() * flat.pitch + shape.x().padding();
    for (int c = first; c < end; c++) {
      Zeros.fill(padded, c * plane, plane);
      long to = (long) c * flat.inPlane + start;
      for (int i = 0; i < shape.y().in(); i++, from += width, to += flat.pitch) {
        Lines.copy(x, from, padded, to, width);
      }
    }
  }

  private void copyOut(int first, int end) {
    int width = shape.x().out();
    long to = ((long) image * shape.out() + first) * shape.outPlane();
    for (int o = first; o < end; o++) {
      long from = (long) o * flat.outPlane;
      for (int i = 0; i < shape.y().out(); i++, from += flat.pitch, to += width) {
        Lines.copy(wide, from, y, to, width);
      }
    }
  }
}
