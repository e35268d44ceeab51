package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient by a convolution's weights: ∂L/∂w[o,c,k] is the sum over all places of ∂L/∂y[o]
 * times the place of x[c] under tap k. Neighbours in memory are lanes as in {@link
 * GatherConvolution}. A padded image is copied between zeros first, so that every tap meets it
 * everywhere.
 *
 * <p>Sums are vectors in the workspace, and lines are taken a block at a time so that a block of
 * ∂L/∂y stays in cache while all taps pass over it. Their lanes are added in a fixed order at the
 * end.
 */
final class CorrelationGradient implements Kernel {
  /** Bytes of ∂L/∂y and x that a block of lines may have: about half of a second-level cache. */
  private static final long BLOCK_BYTES = 256 << 10;

  private final MemorySegment dy;
  private final MemorySegment x;
  private final MemorySegment dw;
  private final MemorySegment db;
  private final boolean biased;
  private final MemorySegment sums;
  private final Kernel pad;
  private final int groups;
  private final int rows;
  private final long dyPlane;
  private final long xGroup;

  /** Offsets in x of all taps of all channels of a group. */
  private final int[] offsets;

  private final long[] dyLines;
  private final long[] xLines;
  private final int length;
  private final int linesAtOnce;
  private final List<Part> parts = new ArrayList<>();

  /** The part of the work that a tile does: some rows, from {@code row} on, and some sums. */
  private record Part(CorrelationTile tile, int row, int tap) {}

  CorrelationGradient(
      ConvolutionShape s,
      MemorySegment x,
      MemorySegment dy,
      MemorySegment dw,
      MemorySegment db,
      MemorySegment workspace) {
    this.dy = dy;
    this.dw = dw;
    this.db = db;
    this.biased = db.byteSize() > 0;
    long sumBytes = sumBytes(s);
    this.sums = workspace.asSlice(0, sumBytes);
    boolean padded = PaddedImage.isNeeded(s);
    MemorySegment copy = padded ? workspace.asSlice(sumBytes) : MemorySegment.NULL;
    this.pad = padded ? new PaddedImage(s, x, copy) : () -> {};
    this.x = padded ? copy : x;
    ConvolutionShape inner = padded ? PaddedImage.shape(s) : s;
    this.groups = s.groups();
    this.rows = s.groupOut();
    this.dyPlane = s.outPlane();
    this.xGroup = inner.groupIn() * inner.inPlane();
    this.offsets = offsets(inner);
    boolean merged = s.x().stride() == 1;
    this.length = merged ? s.x().out() * s.lanes() : s.lanes();
    int perRow = merged ? 1 : s.x().out();
    int lines = s.images() * s.y().out() * perRow;
    this.dyLines = new long[lines];
    this.xLines = new long[lines];
    for (int l = 0; l < lines; l++) {
      int j = l % perRow;
      int i = l / perRow % s.y().out();
      int image = l / perRow / s.y().out();
      dyLines[l] = image * s.out() * dyPlane + ((long) i * s.x().out() + j) * s.lanes();
      xLines[l] =
          image * s.in() * inner.inPlane()
              + ((long) i * s.y().stride() * inner.x().in() + (long) j * s.x().stride())
                  * s.lanes();
    }
    long lineBytes = (long) Float.BYTES * length * (rows + s.groupIn());
    this.linesAtOnce = (int) Math.max(1, Math.min(lines, BLOCK_BYTES / lineBytes));
    boolean plain = !Simd.isAvailable() || length < Simd.lanes();
    addParts(plain, false);
    if (!plain && length % Simd.lanes() > 0) {
      addParts(false, true);
    }
  }

  /** Cuts rows and sums into tiles; where there is a bias, the last sum of a row is of it alone. */
  private void addParts(boolean plain, boolean tail) {
    int blocks = Cut.blocks(rows, CorrelationTileCode.ROWS);
    for (int b = 0; b < blocks; b++) {
      int row = Cut.start(rows, blocks, b);
      int tall = Cut.start(rows, blocks, b + 1) - row;
      for (int tap = 0; tap < rowSums(); tap += CorrelationTileCode.SUMS) {
        int sums = Math.min(CorrelationTileCode.SUMS, rowSums() - tap);
        boolean ones = biased && tap + sums == rowSums();
        int taps = ones ? sums - 1 : sums;
        CorrelationTile tile =
            plain
                ? CorrelationTile.plain(tall, taps, ones)
                : CorrelationTileCode.of(tall, taps, ones, tail);
        parts.add(new Part(tile, row, tap));
      }
    }
  }

  private int rowSums() {
    return biased ? offsets.length + 1 : offsets.length;
  }

  /** Bytes of workspace. */
  static long workspaceBytes(ConvolutionShape s) {
    return sumBytes(s) + (PaddedImage.isNeeded(s) ? PaddedImage.bytes(s) : 0);
  }

  private static long sumBytes(ConvolutionShape s) {
    long eachRow = (long) s.groupIn() * s.taps() + 1;
    return s.groupOut() * eachRow * CorrelationTile.WIDTH * Float.BYTES;
  }

  private static int[] offsets(ConvolutionShape s) {
    int[] offsets = new int[s.groupIn() * s.taps()];
    int t = 0;
    for (int c = 0; c < s.groupIn(); c++) {
      for (int k = 0; k < s.y().kernel(); k++) {
        for (int l = 0; l < s.x().kernel(); l++) {
          long place = (long) k * s.y().dilation() * s.x().in() + (long) l * s.x().dilation();
          offsets[t++] = Math.toIntExact(c * s.inPlane() + place * s.lanes());
        }
      }
    }
    return offsets;
  }

  @Override
  public void run() {
    pad.run();
    for (int g = 0; g < groups; g++) {
      sums.fill((byte) 0);
      for (int line = 0; line < dyLines.length; line += linesAtOnce) {
        lines(g, line, Math.min(dyLines.length, line + linesAtOnce));
      }
      finish(g * rows);
    }
  }

  private void lines(int group, int from, int end) {
    long sumsRow = (long) rowSums() * CorrelationTile.WIDTH;
    for (int i = 0; i < parts.size(); i++) {
      Part p = parts.get(i);
      p.tile.run(
          dy,
          ((long) group * rows + p.row) * dyPlane,
          dyPlane,
          x,
          group * xGroup,
          offsets,
          p.tap,
          dyLines,
          xLines,
          from,
          end,
          length,
          sums,
          p.row * sumsRow + (long) p.tap * CorrelationTile.WIDTH,
          sumsRow);
    }
  }

  private void finish(int firstRow) {
    long at = 0;
    for (int row = firstRow; row < firstRow + rows; row++) {
      for (int tap = 0; tap < offsets.length; tap++, at += CorrelationTile.WIDTH) {
        PlainFloats.set(dw, (long) row * offsets.length + tap, sum(at));
      }
      if (biased) {
        PlainFloats.set(db, row, sum(at));
        at += CorrelationTile.WIDTH;
      }
    }
  }

  /** Neighbours first, then pairs of them, in double: always in the same order. */
  private float sum(long at) {
    double even = 0;
    double odd = 0;
    for (int i = 0; i < CorrelationTile.WIDTH; i += 2) {
      even += PlainFloats.get(sums, at + i);
      odd += PlainFloats.get(sums, at + i + 1);
    }
    return (float) (even + odd);
  }
}
