package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/** Copies images of floats between the zeros that a convolution thinks around them. */
final class PaddedImage implements Kernel {
  private final MemorySegment from;
  private final MemorySegment to;
  private final int planes;
  private final int lines;
  private final long line;
  private final long plane;
  private final long paddedLine;
  private final long paddedPlane;
  private final long start;

  PaddedImage(ConvolutionShape s, MemorySegment from, MemorySegment to) {
    ConvolutionShape p = shape(s);
    this.from = from;
    this.to = to;
    this.planes = s.images() * s.in();
    this.lines = s.y().in();
    this.line = (long) Float.BYTES * s.x().in() * s.lanes();
    this.plane = line * lines;
    this.paddedLine = (long) Float.BYTES * p.x().in() * s.lanes();
    this.paddedPlane = Float.BYTES * p.inPlane();
    this.start = s.y().padding() * paddedLine + (long) Float.BYTES * s.x().padding() * s.lanes();
  }

  static boolean isNeeded(ConvolutionShape s) {
    return s.y().padding() > 0 || s.x().padding() > 0;
  }

  /** The same convolution of the padded image. */
  static ConvolutionShape shape(ConvolutionShape s) {
    return new ConvolutionShape(
        s.batch(), s.in(), s.out(), s.groups(), padded(s.y()), padded(s.x()), s.batchLast());
  }

  private static WindowAxis padded(WindowAxis a) {
    return new WindowAxis(a.in() + 2 * a.padding(), a.kernel(), a.stride(), 0, a.dilation());
  }

  static long bytes(ConvolutionShape s) {
    return Float.BYTES * s.images() * s.in() * shape(s).inPlane();
  }

  @Override
  public void run() {
    to.fill((byte) 0);
    for (int p = 0; p < planes; p++) {
      for (int i = 0; i < lines; i++) {
        long target = p * paddedPlane + start + i * paddedLine;
        MemorySegment.copy(from, p * plane + i * line, to, target, line);
      }
    }
  }
}
