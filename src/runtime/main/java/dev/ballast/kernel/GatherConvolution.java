package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A convolution or the gradient by its input on floats, stretch by stretch of the result. Weights
 * are read as scalars, so nothing is copied or packed first.
 */
final class GatherConvolution implements Kernel {
  private static final boolean PLAIN = !Simd.isAvailable();

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
  private final Blocks[] cuts;

  /** All rows, where there are fewer lanes than a vector has. */
  private final GatherTile remainder;

  private final GatherWalk.Stretch stretch = this::stretch;

  /** Where the rows of each tile start. */
  private record Blocks(int[] starts, GatherTile[] tiles) {}

  private GatherConvolution(
      ConvolutionShape s,
      boolean forward,
      GatherWalk walk,
      MemorySegment in,
      MemorySegment w,
      MemorySegment out,
      MemorySegment bias) {
    this.walk = walk;
    this.in = in;
    this.w = w;
    this.out = out;
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
    this.cuts = new Blocks[GatherTileCode.VECTORS + 1];
    for (int v = 1; v <= GatherTileCode.VECTORS; v++) {
      cuts[v] = blocks(v);
    }
  }

  /** y = x ⋆ w, and b where {@code bias} holds any. */
  static Kernel forward(
      ConvolutionShape s, MemorySegment x, MemorySegment w, MemorySegment y, MemorySegment bias) {
    return forward(s, GatherWalk.forward(s), x, w, y, bias);
  }

  /** The same by another way through the places. */
  static Kernel forward(
      ConvolutionShape s,
      GatherWalk walk,
      MemorySegment x,
      MemorySegment w,
      MemorySegment y,
      MemorySegment bias) {
    return new GatherConvolution(s, true, walk, x, w, y, bias);
  }

  /** ∂L/∂x of ∂L/∂y. */
  static Kernel backward(ConvolutionShape s, MemorySegment dy, MemorySegment w, MemorySegment dx) {
    return new GatherConvolution(s, false, GatherWalk.backward(s), dy, w, dx, MemorySegment.NULL);
  }

  private Blocks blocks(int vectors) {
    int most = Math.min(GatherTileCode.ROWS, GatherTileCode.SUMS / vectors);
    int n = Cut.blocks(rows, most);
    int[] starts = new int[n];
    GatherTile[] tiles = new GatherTile[n];
    for (int b = 0; b < n; b++) {
      starts[b] = Cut.start(rows, n, b);
      tiles[b] = tile(Cut.start(rows, n, b + 1) - starts[b], vectors);
    }
    return new Blocks(starts, tiles);
  }

  private GatherTile tile(int tall, int vectors) {
    return PLAIN ? GatherTile.plain(tall) : GatherTileCode.of(tall, vectors, biased);
  }

  @Override
  public void run() {
    walk.walk(stretch);
  }

  /**
   * Whole vectors from the start; the last ones end where the lanes end, and so may compute some
   * lanes again. A vector through a mask would do that too, but HotSpot's first compiler gives up
   * on tiles with masks, and then they may never be optimized.
   */
  private void stretch(GatherTile.Patch patch, long source, int group, long result, int length) {
    if (length < WIDTH) {
      tile(remainder, 0, patch, source, group, result, length);
      return;
    }
    int done = 0;
    while (done < length) {
      int vectors = Math.min(GatherTileCode.VECTORS, (length - done + WIDTH - 1) / WIDTH);
      if (vectors * WIDTH > length) {
        vectors--;
      }
      int at = Math.min(done, length - vectors * WIDTH);
      block(cuts[vectors], patch, source + at, group, result + at, vectors * WIDTH);
      done = at + vectors * WIDTH;
    }
  }

  private void block(
      Blocks blocks, GatherTile.Patch patch, long source, int group, long result, int lanes) {
    for (int b = 0; b < blocks.tiles.length; b++) {
      tile(blocks.tiles[b], blocks.starts[b], patch, source, group, result, lanes);
    }
  }

  private void tile(
      GatherTile tile,
      int row,
      GatherTile.Patch patch,
      long source,
      int group,
      long result,
      int lanes) {
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
        lanes);
  }
}
