package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A convolution of images that lie one behind the other, image by image, with the places of a line
 * as lanes. Each is copied between zeros first, and its lines are made so wide that a line of the
 * result is whole vectors; what is too much is left out when the result is copied.
 */
final class WideConvolution implements Kernel {
  /** Lanes of the longest vectors there are. */
  private static final int LANES = 16;

  private final ConvolutionShape shape;
  private final ConvolutionShape wide;
  private final MemorySegment x;
  private final MemorySegment y;
  private final MemorySegment wideX;
  private final MemorySegment wideY;
  private final Kernel product;

  WideConvolution(
      ConvolutionShape s, Slice x, Slice w, Slice y, MemorySegment bias, MemorySegment workspace) {
    this.shape = s;
    this.wide = wide(s);
    this.x = x.memory();
    this.y = y.memory();
    this.wideX = workspace.asSlice(0, xBytes(wide));
    this.wideY = workspace.asSlice(xBytes(wide), yBytes(wide));
    this.product = GatherConvolution.forward(wide, wideX, w.memory(), wideY, bias);
  }

  /** Whether there is a stretch of neighbours to be had. */
  static boolean serves(ConvolutionShape s) {
    return !s.batchLast() && s.x().stride() == 1;
  }

  static long workspaceBytes(ConvolutionShape s) {
    return xBytes(wide(s)) + yBytes(wide(s));
  }

  private static long xBytes(ConvolutionShape wide) {
    return wide.in() * wide.inPlane() * Float.BYTES;
  }

  private static long yBytes(ConvolutionShape wide) {
    return wide.out() * wide.outPlane() * Float.BYTES;
  }

  /** The convolution of one image with zeros around it, and behind its lines. */
  private static ConvolutionShape wide(ConvolutionShape s) {
    int out = (s.x().out() + LANES - 1) & -LANES;
    int in = out + s.x().dilation() * (s.x().kernel() - 1);
    return new ConvolutionShape(
        1,
        s.in(),
        s.out(),
        s.groups(),
        new WindowAxis(
            s.y().in() + 2 * s.y().padding(), s.y().kernel(), s.y().stride(), 0, s.y().dilation()),
        new WindowAxis(in, s.x().kernel(), 1, 0, s.x().dilation()),
        true);
  }

  @Override
  public void run() {
    wideX.fill((byte) 0);
    for (int image = 0; image < shape.batch(); image++) {
      copyIn(image);
      product.run();
      copyOut(image);
    }
  }

  private void copyIn(int image) {
    long from = (long) image * shape.in() * shape.inPlane();
    long start = (long) shape.y().padding() * wide.x().in() + shape.x().padding();
    for (int c = 0; c < shape.in(); c++) {
      for (int i = 0; i < shape.y().in(); i++) {
        lines(
            x,
            from + c * shape.inPlane() + (long) i * shape.x().in(),
            wideX,
            c * wide.inPlane() + (long) i * wide.x().in() + start,
            shape.x().in());
      }
    }
  }

  private void copyOut(int image) {
    long to = (long) image * shape.out() * shape.outPlane();
    for (int o = 0; o < shape.out(); o++) {
      for (int i = 0; i < shape.y().out(); i++) {
        lines(
            wideY,
            o * wide.outPlane() + (long) i * wide.x().out(),
            y,
            to + o * shape.outPlane() + (long) i * shape.x().out(),
            shape.x().out());
      }
    }
  }

  private static void lines(
      MemorySegment from, long at, MemorySegment to, long place, long elements) {
    MemorySegment.copy(from, at * Float.BYTES, to, place * Float.BYTES, elements * Float.BYTES);
  }
}
