package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A convolution or the gradient by its input on floats, stretch by stretch of the result. Weights
 * are read as scalars, so nothing is copied or packed first.
 */
final class GatherConvolution implements Kernel {
  private static final boolean PLAIN = !Simd.isAvailable();

  /** Whether a vector that is not full may be masked. */
  private static final boolean MASKED = PLAIN || FloatLoops.TAILS == 0;

  /** Lanes of a vector. */
  private static final int WIDTH = PLAIN ? 16 : Simd.lanes();

  private final GatherWalk walk;
  private final MemorySegment in;
  private final MemorySegment w;
  private final MemorySegment out;
  private final MemorySegment bias;
  private final boolean biased;
  private final int rows;
  private final int sources;
  private final GatherTile.Strides strides;
  private final long groupWeights;

  /** By number of vectors, how the rows are cut into tiles. */
  private final Cut[] cuts;

  /** All rows of the lanes left over where vectors can't be masked. */
  private final GatherTile remainder;

  private final GatherWalk.Stretch stretch = this::stretch;

  /** Blocks of rows: the first {@code more} have {@code tall} rows, the others one less. */
  private record Cut(int blocks, int tall, int more, GatherTile[] full, GatherTile[] masked) {
    int rows(int block) {
      return block < more ? tall : tall - 1;
    }
  }

  private GatherConvolution(
      ConvolutionShape s, boolean forward, Slice in, Slice w, Slice out, MemorySegment bias) {
    this.walk = forward ? GatherWalk.forward(s) : GatherWalk.backward(s);
    this.in = in.memory();
    this.w = w.memory();
    this.out = out.memory();
    this.bias = bias;
    this.biased = bias.byteSize() > 0;
    this.rows = forward ? s.groupOut() : s.groupIn();
    this.sources = forward ? s.groupIn() : s.groupOut();
    long channel = s.taps();
    long filter = s.groupIn() * channel;
    this.strides =
        new GatherTile.Strides(
            walk.from().plane(),
            forward ? channel : filter,
            forward ? filter : channel,
            walk.to().plane());
    this.groupWeights = s.groupOut() * filter;
    this.remainder = GatherTile.plain(rows);
    this.cuts = new Cut[GatherTileCode.VECTORS + 1];
    for (int v = 1; v <= GatherTileCode.VECTORS; v++) {
      cuts[v] = cut(v);
    }
  }

  /** y = x ⋆ w, and b where {@code bias} holds any. */
  static Kernel forward(ConvolutionShape s, Slice x, Slice w, Slice y, MemorySegment bias) {
    return new GatherConvolution(s, true, x, w, y, bias);
  }

  /** ∂L/∂x of ∂L/∂y. */
  static Kernel backward(ConvolutionShape s, Slice dy, Slice w, Slice dx) {
    return new GatherConvolution(s, false, dy, w, dx, MemorySegment.NULL);
  }

  private Cut cut(int vectors) {
    int most = Math.max(1, GatherTileCode.SUMS / vectors);
    int blocks = (rows + most - 1) / most;
    int tall = (rows + blocks - 1) / blocks;
    int more = rows - blocks * (tall - 1);
    int small = more == blocks ? tall : tall - 1;
    GatherTile[] full = {tile(tall, vectors, false), tile(small, vectors, false)};
    GatherTile[] masked = {tile(tall, vectors, true), tile(small, vectors, true)};
    return new Cut(blocks, tall, more, full, masked);
  }

  private GatherTile tile(int tall, int vectors, boolean masked) {
    return PLAIN ? GatherTile.plain(tall) : GatherTileCode.of(tall, vectors, masked, biased);
  }

  @Override
  public void run() {
    walk.walk(stretch);
  }

  private void stretch(GatherTile.Patch patch, long source, int group, long result, int length) {
    int done = 0;
    int step = GatherTileCode.VECTORS * WIDTH;
    for (; done + step <= length; done += step) {
      Cut widest = cuts[GatherTileCode.VECTORS];
      block(widest, widest.full, patch, source + done, group, result + done, step);
    }
    int whole = (length - done) / WIDTH;
    int last = (length - done) % WIDTH;
    if (last > 0 && MASKED) {
      Cut cut = cuts[whole + 1];
      int told = PLAIN ? length - done : last;
      block(cut, cut.masked, patch, source + done, group, result + done, told);
      return;
    }
    if (whole > 0) {
      Cut cut = cuts[whole];
      block(cut, cut.full, patch, source + done, group, result + done, whole * WIDTH);
    }
    if (last > 0) {
      int at = done + whole * WIDTH;
      tile(remainder, 0, patch, source + at, group, result + at, last);
    }
  }

  private void block(
      Cut cut,
      GatherTile[] tiles,
      GatherTile.Patch patch,
      long source,
      int group,
      long result,
      int told) {
    int row = 0;
    for (int b = 0; b < cut.blocks; b++) {
      GatherTile tile = b < cut.more ? tiles[0] : tiles[1];
      tile(tile, row, patch, source, group, result, told);
      row += cut.rows(b);
    }
  }

  private void tile(
      GatherTile tile,
      int row,
      GatherTile.Patch patch,
      long source,
      int group,
      long result,
      int told) {
    tile.run(
        in,
        source,
        w,
        group * groupWeights + row * strides.wRow(),
        out,
        result + row * strides.outRow(),
        bias,
        biased ? (long) group * rows + row : -1,
        patch,
        sources,
        strides,
        told);
  }
}
