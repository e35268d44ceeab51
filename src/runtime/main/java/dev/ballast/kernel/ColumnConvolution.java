package dev.ballast.kernel;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A convolution as a matrix product, image by image: what lies under each tap is copied to a line
 * of a matrix of its own, which the weights are multiplied with.
 */
final class ColumnConvolution implements Kernel {
  /** How many times as long an element takes as in a plain copy. */
  private static final int SLOWNESS = 5;

  private final ConvolutionShape shape;
  private final MemorySegment x;
  private final Slice y;
  private final MemorySegment bias;
  private final MemorySegment columns;

  /** For each image and group. */
  private final List<Kernel> products = new ArrayList<>();

  private final Kernel channels;

  /** The image and group that is at work. */
  private int block;

  ColumnConvolution(
      ConvolutionShape s,
      Slice x,
      Slice w,
      Slice y,
      MemorySegment bias,
      MemorySegment workspace,
      Workers workers) {
    this.shape = s;
    this.x = x.memory();
    this.y = y;
    this.bias = bias;
    this.columns = workspace.asSlice(0, columnBytes(s));
    MemorySegment rest = workspace.asSlice(columnBytes(s));
    long nanos = WorkNanos.moving(columnBytes(s) / Float.BYTES * SLOWNESS);
    this.channels = new SharedLines(this::copy, s.groupIn(), nanos, workers);
    int rows = s.groupIn() * s.taps();
    int places = s.y().out() * s.x().out();
    Slice matrix = part(x, Shape.of(rows, places), columns, 0);
    for (int block = 0; block < s.batch() * s.groups(); block++) {
      Slice weights = part(x, Shape.of(s.groupOut(), rows), w.memory(), block % s.groups());
      Slice result = part(x, Shape.of(s.groupOut(), places), y.memory(), block);
      products.add(
          bias.byteSize() == 0
              ? Gemm.matmul(
                  false,
                  false,
                  new Slices(List.of(weights, matrix), List.of(result), rest, workers))
              : Gemm.matmulAdd(
                  false,
                  false,
                  new Slices(List.of(result, weights, matrix), List.of(result), rest, workers)));
    }
  }

  /** The part number {@code i} of memory that is cut into parts of one shape. */
  private static Slice part(Slice like, Shape shape, MemorySegment memory, int i) {
    long bytes = shape.elements() * Float.BYTES;
    return new Slice(like.type().withShape(shape), memory.asSlice(i * bytes, bytes));
  }

  static long workspaceBytes(ConvolutionShape s) {
    var dims = new Gemm.Dims(s.groupOut(), (int) s.outPlane(), s.groupIn() * s.taps());
    return columnBytes(s) + Gemm.workspaceBytes(DType.F32, dims, false, false, true);
  }

  private static long columnBytes(ConvolutionShape s) {
    return (long) s.groupIn() * s.taps() * s.y().out() * s.x().out() * Float.BYTES;
  }

  @Override
  public void run() {
    if (bias.byteSize() > 0) {
      startFromBias();
    }
    for (block = 0; block < products.size(); block++) {
      channels.run();
      products.get(block).run();
    }
  }

  /** What lies under the taps of some channels. */
  private void copy(int first, int end) {
    for (int c = first; c < end; c++) {
      long plane = ((long) block * shape.groupIn() + c) * shape.inPlane();
      long at = (long) c * shape.taps() * shape.outPlane();
      for (int k = 0; k < shape.y().kernel(); k++) {
        for (int l = 0; l < shape.x().kernel(); l++, at += shape.outPlane()) {
          tap(plane, k, l, at);
        }
      }
    }
  }

  private void startFromBias() {
    long places = shape.outPlane();
    for (long o = 0; o < (long) shape.batch() * shape.out(); o++) {
      float b = PlainFloats.get(bias, o % shape.out());
      for (long i = 0; i < places; i++) {
        PlainFloats.set(y.memory(), o * places + i, b);
      }
    }
  }

  private void tap(long plane, int k, int l, long to) {
    long place = to;
    WindowAxis across = shape.x();
    for (int i = 0; i < shape.y().out(); i++) {
      int row = shape.y().place(i, k);
      long line = plane + (long) row * across.in();
      boolean there = shape.y().has(row);
      for (int j = 0; j < across.out(); j++, place++) {
        int column = across.place(j, l);
        boolean met = there && across.has(column);
        PlainFloats.set(columns, place, met ? PlainFloats.get(x, line + column) : 0);
      }
    }
  }
}
