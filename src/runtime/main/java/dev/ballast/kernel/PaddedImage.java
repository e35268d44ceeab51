package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/** Copies images of floats between the zeros that a convolution thinks around them. */
final class PaddedImage implements Kernel {
  private final MemorySegment from;
  private final MemorySegment to;
  private final int lines;
  private final long line;
  private final long paddedLine;
  private final int paddedLines;

  /** Bytes of zeros before and behind each line, and lines of zeros above each image. */
  private final long beside;

  private final int above;
  private final Kernel shared;

  PaddedImage(ConvolutionShape s, MemorySegment from, MemorySegment to, Workers workers) {
    ConvolutionShape p = shape(s);
    this.from = from;
    this.to = to;
    this.lines = s.y().in();
    this.line = (long) Float.BYTES * s.x().in() * s.lanes();
    this.paddedLine = (long) Float.BYTES * p.x().in() * s.lanes();
    this.paddedLines = p.y().in();
    this.beside = (long) Float.BYTES * s.x().padding() * s.lanes();
    this.above = s.y().padding();
    long nanos = WorkNanos.moving(2 * p.inElements());
    this.shared = new SharedLines(this::copy, s.images() * s.in() * paddedLines, nanos, workers);
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
    shared.run();
  }

  /** Some lines of all padded images, one behind the other. */
  private void copy(int first, int end) {
    for (int i = first; i < end; i++) {
      int image = i / paddedLines;
      int row = i - image * paddedLines - above;
      long at = i * paddedLine;
      if (row < 0 || row >= lines) {
        Zeros.fill(to, at, paddedLine);
      } else {
        Zeros.fill(to, at, beside);
        MemorySegment.copy(from, ((long) image * lines + row) * line, to, at + beside, line);
        Zeros.fill(to, at + beside + line, beside);
      }
    }
  }
}
