package dev.ballast.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A convolution or the gradient by its input on floats, stretch by stretch of the result. Weights
 * are read as scalars, so nothing is copied or packed first.
 *
 * <p>Each element is one chain of fused multiply-adds, so how the result is cut, into tiles and for
 * workers, changes no bit of it.
 */
final class GatherConvolution implements Kernel {
  private static final boolean PLAIN = !Simd.isAvailable();

  /** Lanes of a vector. */
  private static final int WIDTH = PLAIN ? 16 : Simd.lanes();

  /** With fewer lines than these, workers share the rows of a line as well. */
  private static final int ENOUGH_LINES = 8;

  /** What rows start from where there is no bias. */
  private static final MemorySegment ZEROS =
      Arena.global().allocate((long) GatherTileCode.ROWS * Float.BYTES, 64);

  private final GatherWalk walk;
  private final Operands operands;
  private final boolean biased;
  private final int rows;
  private final int sources;
  private final GatherTile.Strides strides;
  private final long groupWeights;

  /** The parts into which the rows are cut for workers. */
  private final GatherWalk.Stretch[] parts;

  private final Kernel shared;

  /** What is gathered from, the weights, where results go, and what they start from, if any. */
  record Operands(MemorySegment in, MemorySegment w, MemorySegment out, MemorySegment bias) {}

  private GatherConvolution(
      ConvolutionShape s, boolean forward, GatherWalk walk, Operands operands, Workers workers) {
    this.walk = walk;
    this.operands = operands;
    this.biased = operands.bias.byteSize() > 0;
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
    this.parts = new GatherWalk.Stretch[parts(walk.lines(), workers)];
    for (int p = 0; p < parts.length; p++) {
      Part part = new Part(Cut.start(rows, parts.length, p), Cut.start(rows, parts.length, p + 1));
      parts[p] = part::stretch;
    }
    long nanos = WorkNanos.multiplying(s.multiplications() / (s.images() / walk.images()));
    this.shared = new SharedLines(this::lines, walk.lines() * parts.length, nanos, workers);
  }

  private int parts(int lines, Workers workers) {
    boolean enough = workers.threads() == 1 || lines >= ENOUGH_LINES;
    return enough ? 1 : Math.clamp(rows / GatherTileCode.ROWS, 1, ENOUGH_LINES / lines);
  }

  /** y = x ⋆ w, and b where there is a bias. */
  static Kernel forward(ConvolutionShape s, Operands operands, Workers workers) {
    return forward(s, GatherWalk.forward(s), operands, workers);
  }

  /** The same by another way through the places. */
  static Kernel forward(ConvolutionShape s, GatherWalk walk, Operands operands, Workers workers) {
    return new GatherConvolution(s, true, walk, operands, workers);
  }

  /** ∂L/∂x of ∂L/∂y. */
  static Kernel backward(
      ConvolutionShape s, MemorySegment dy, MemorySegment w, MemorySegment dx, Workers workers) {
    Operands operands = new Operands(dy, w, dx, MemorySegment.NULL);
    return new GatherConvolution(s, false, GatherWalk.backward(s), operands, workers);
  }

  @Override
  public void run() {
    shared.run();
  }

  /** Lines of the result, each as often as there are parts. */
  private void lines(int first, int end) {
    if (parts.length == 1) {
      walk.walk(parts[0], first, end);
      return;
    }
    for (int i = first; i < end; i++) {
      walk.walk(parts[i % parts.length], i / parts.length, i / parts.length + 1);
    }
  }

  /** As many vectors as fit into what is left of a stretch, and one more if need be. */
  private static int vectors(int length, int done) {
    int vectors = Math.min(GatherTileCode.VECTORS, Math.ceilDiv(length - done, WIDTH));
    return vectors * WIDTH > length ? vectors - 1 : vectors;
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
        operands.in,
        source,
        operands.w,
        group * groupWeights + row * strides.wRow(),
        operands.out,
        result + row * strides.outRow(),
        biased ? operands.bias : ZEROS,
        biased ? (long) group * rows + row : 0,
        patch,
        sources,
        strides,
        lanes);
  }

  /** Some rows of all groups. */
  private final class Part {
    private final GatherBlocks plain;

    /** By number of vectors; the plain ones where there are no such tiles. */
    private final GatherBlocks[] cuts = new GatherBlocks[GatherTileCode.VECTORS + 1];

    Part(int from, int to) {
      plain = GatherBlocks.plain(from, to);
      Arrays.fill(cuts, plain);
      for (int length : PLAIN ? new int[0] : walk.lengths()) {
        int vectors;
        for (int done = 0; length >= WIDTH && done < length; done += vectors * WIDTH) {
          vectors = vectors(length, done);
          if (cuts[vectors] == plain) {
            cuts[vectors] = GatherBlocks.generated(from, to, vectors);
          }
        }
      }
    }

    /**
     * Whole vectors from the start; the last ones end where the lanes end, and so may compute some
     * lanes again.
     */
    void stretch(GatherTile.Patch patch, long source, int group, long result, int length) {
      int done = 0;
      while (done < length) {
        int vectors = length < WIDTH ? 0 : vectors(length, done);
        GatherBlocks blocks = cuts[vectors];
        GatherTile[] tiles = blocks.tiles();
        if (blocks == plain || tiles.length == 0) {
          block(plain, plain.tiles(), patch, source + done, group, result + done, length - done);
          return;
        }
        int at = Math.min(done, length - vectors * WIDTH);
        block(blocks, tiles, patch, source + at, group, result + at, vectors * WIDTH);
        done = at + vectors * WIDTH;
      }
    }

    private void block(
        GatherBlocks blocks,
        GatherTile[] tiles,
        GatherTile.Patch patch,
        long source,
        int group,
        long result,
        int lanes) {
      for (int b = 0; b < tiles.length; b++) {
        tile(tiles[b], blocks.start(b), patch, source, group, result, lanes);
      }
    }
  }
}
