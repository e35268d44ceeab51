package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

  private static final int NANOS_OF_LANE = 1;

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

  /** All parts of all groups, over one block of lines; and the lanes' sums in the end. */
  private final Kernel block;

  private final Kernel rowSums;

  /** The first line of the block that is at work. */
  private int line;

  /**
   * The part of the work that a tile does: some rows, from {@code row} on, and some sums.
   *
   * @param tail for what whole vectors leave of the lines, where they leave any
   */
  private record Part(Tile whole, Optional<Tile> tail, int row, int tap) {}

  /** A generated tile and what does the same until it is compiled. */
  private record Tile(Warm<CorrelationTile> warm, CorrelationTile plain) {
    static Tile generated(CorrelationTile.Form form) {
      return new Tile(CorrelationTileCode.of(form), new PlainCorrelation(form));
    }

    static Tile plain(CorrelationTile.Form form) {
      CorrelationTile tile = CorrelationTile.plain(form);
      return new Tile(Warm.ready(tile), tile);
    }

    CorrelationTile now() {
      return warm.code().orElse(plain);
    }
  }

  CorrelationGradient(
      ConvolutionShape s,
      MemorySegment x,
      MemorySegment dy,
      MemorySegment dw,
      MemorySegment db,
      MemorySegment workspace,
      Workers workers) {
    this.dy = dy;
    this.dw = dw;
    this.db = db;
    this.biased = db.byteSize() > 0;
    long sumBytes = sumBytes(s);
    this.sums = workspace.asSlice(0, sumBytes);
    boolean padded = PaddedImage.isNeeded(s);
    MemorySegment copy = padded ? workspace.asSlice(sumBytes) : MemorySegment.NULL;
    this.pad = padded ? new PaddedImage(s, x, copy, workers) : () -> {};
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
    addParts(plain);
    this.block =
        new SharedLines(
            this::parts,
            groups * parts.size(),
            WorkNanos.multiplying(s.multiplications() / Math.ceilDiv(lines, linesAtOnce)),
            workers);
    this.rowSums =
        new SharedLines(this::finish, s.out(), sumBytes(s) / Float.BYTES * NANOS_OF_LANE, workers);
  }

  /** Cuts rows and sums into tiles; where there is a bias, the last sum of a row is of it alone. */
  private void addParts(boolean plain) {
    int blocks = Cut.blocks(rows, CorrelationTileCode.ROWS);
    for (int b = 0; b < blocks; b++) {
      int row = Cut.start(rows, blocks, b);
      int tall = Cut.start(rows, blocks, b + 1) - row;
      for (int tap = 0; tap < rowSums(); tap += CorrelationTileCode.SUMS) {
        int sums = Math.min(CorrelationTileCode.SUMS, rowSums() - tap);
        boolean ones = biased && tap + sums == rowSums();
        int taps = ones ? sums - 1 : sums;
        parts.add(part(row, tap, new CorrelationTile.Form(tall, taps, ones, false), plain));
      }
    }
  }

  private Part part(int row, int tap, CorrelationTile.Form form, boolean plain) {
    if (plain) {
      return new Part(Tile.plain(form), Optional.empty(), row, tap);
    }
    boolean whole = length % Simd.lanes() == 0;
    var tail = new CorrelationTile.Form(form.rows(), form.taps(), form.ones(), true);
    return new Part(
        Tile.generated(form),
        whole ? Optional.empty() : Optional.of(Tile.generated(tail)),
        row,
        tap);
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
    return s.out() * eachRow * CorrelationTile.WIDTH * Float.BYTES;
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
    sums.fill((byte) 0);
    for (line = 0; line < dyLines.length; line += linesAtOnce) {
      block.run();
    }
    rowSums.run();
  }

  private void parts(int first, int end) {
    for (int i = first; i < end; i++) {
      Part p = parts.get(i % parts.size());
      part(i / parts.size(), p, p.whole.now());
      if (p.tail.isPresent()) {
        part(i / parts.size(), p, p.tail.get().now());
      }
    }
  }

  private void part(int group, Part p, CorrelationTile tile) {
    long row = (long) group * rows + p.row;
    long sumsRow = (long) rowSums() * CorrelationTile.WIDTH;
    tile.run(
        dy,
        row * dyPlane,
        dyPlane,
        x,
        group * xGroup,
        offsets,
        p.tap,
        dyLines,
        xLines,
        line,
        Math.min(dyLines.length, line + linesAtOnce),
        length,
        sums,
        row * sumsRow + (long) p.tap * CorrelationTile.WIDTH,
        sumsRow);
  }

  private void finish(int first, int end) {
    long at = (long) first * rowSums() * CorrelationTile.WIDTH;
    for (int row = first; row < end; row++) {
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
