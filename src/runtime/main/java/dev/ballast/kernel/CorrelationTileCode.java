package dev.ballast.kernel;

import static java.lang.classfile.TypeKind.INT;
import static java.lang.classfile.TypeKind.LONG;

import java.lang.classfile.CodeBuilder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes {@link CorrelationTile}s of {@code rows} × {@code taps} registers. What is left of a line
 * behind its whole vectors is done by tiles apart, with a last vector that ends where the line
 * ends; masks are avoided for the reason told at {@link GatherConvolution}.
 */
final class CorrelationTileCode {
  /** Rows of a tile, at most. */
  static final int ROWS = 6;

  /** Sums of a row of a tile, at most. */
  static final int SUMS = 4;

  private static final int DY = 1;
  private static final int DY_AT = 2;
  private static final int DY_ROW = 4;
  private static final int X = 6;
  private static final int X_AT = 7;
  private static final int OFFSETS = 9;
  private static final int TAP = 10;
  private static final int DY_LINES = 11;
  private static final int X_LINES = 12;
  private static final int LINE = 13;
  private static final int END = 14;
  private static final int LENGTH = 15;
  private static final int MEMORY = 16;
  private static final int MEMORY_AT = 17;
  private static final int MEMORY_ROW = 19;

  /** Lines, and vectors of each, that a tile is warmed on. */
  private static final int WARM_LINES = 16;

  private static final int WARM_VECTORS = 16;

  /** With fewer sums, a place takes as long as with so many. */
  private static final int HIDING = 8;

  private static final Map<CorrelationTile.Form, Warm<CorrelationTile>> MADE =
      new ConcurrentHashMap<>();

  private final VectorCode to;
  private final CorrelationTile.Form form;
  private final int[][] sums;

  /** Of a tail: 1 in the lanes that belong to no whole vector, 0 in the others. */
  private int keep;

  private CorrelationTileCode(VectorCode to, CorrelationTile.Form form) {
    this.to = to;
    this.form = form;
    this.sums = new int[form.rows()][form.sums()];
  }

  /** The tile of this form. */
  static Warm<CorrelationTile> of(CorrelationTile.Form form) {
    return MADE.computeIfAbsent(form, CorrelationTileCode::warm);
  }

  private static Warm<CorrelationTile> warm(CorrelationTile.Form form) {
    int length = form.tail() ? Lanes.COUNT + 1 : WARM_VECTORS * Lanes.COUNT;
    int lines = form.tail() ? WARM_LINES * WARM_VECTORS : WARM_LINES;
    long sumsRow = (long) form.sums() * CorrelationTile.WIDTH;
    int[] offsets = new int[form.taps()];
    long[] starts = new long[lines];
    Arena arena = Arena.ofAuto();
    MemorySegment dy = arena.allocate(4L * form.rows() * length, 64);
    MemorySegment x = arena.allocate(4L * length, 64);
    MemorySegment sums = arena.allocate(4L * form.rows() * sumsRow, 64);
    return Warm.of(
        () -> define(form),
        tile ->
            tile.run(
                dy, 0, length, x, 0, offsets, 0, starts, starts, 0, lines, length, sums, 0,
                sumsRow),
        WARM_LINES * WARM_VECTORS * Math.max(HIDING, form.rows() * form.sums()));
  }

  /** The generated code itself. */
  static CorrelationTile define(CorrelationTile.Form form) {
    return VectorCode.define(
        CorrelationTile.class, code -> new CorrelationTileCode(code, form).write());
  }

  private void write() {
    CodeBuilder c = to.code();
    to.direct(DY);
    to.direct(X);
    to.direct(MEMORY);
    if (form.rows() * form.sums() >= GatherTileCode.LARGE) {
      to.onlyOptimized(LENGTH, MEMORY, MEMORY_AT);
    }
    int full = to.local(INT);
    c.iload(LENGTH).loadConstant(-Lanes.COUNT).iand().istore(full);
    if (form.tail()) {
      keep = to.vector();
      to.loadLast(() -> c.iload(LENGTH).iload(full).isub(), keep);
    }
    int[] xs = starts();
    throughSums(true);
    var head = c.newLabel();
    var done = c.newLabel();
    c.labelBinding(head).iload(LINE).iload(END).if_icmpge(done);
    line(xs, full);
    c.iinc(LINE, 1).goto_(head).labelBinding(done);
    throughSums(false);
  }

  /** For each tap, where its first element lies in x, line apart. */
  private int[] starts() {
    int[] xs = new int[form.taps()];
    for (int t = 0; t < form.taps(); t++) {
      xs[t] = to.local(LONG);
      to.addElement(xs[t], X_AT, OFFSETS, TAP);
      to.code().iinc(TAP, 1);
    }
    return xs;
  }

  private void throughSums(boolean in) {
    int row = to.local(LONG);
    to.code().lload(MEMORY_AT).lstore(row);
    for (int r = 0; r < form.rows(); r++) {
      for (int t = 0; t < form.sums(); t++) {
        int at = to.local(LONG);
        to.code().lload(row).loadConstant((long) t * CorrelationTile.WIDTH).ladd().lstore(at);
        if (in) {
          sums[r][t] = to.vector();
          to.load(MEMORY, to.element(at, 0), sums[r][t]);
        } else {
          to.store(sums[r][t], MEMORY, to.element(at, 0));
        }
      }
      to.advance(row, MEMORY_ROW);
    }
  }

  private void line(int[] xs, int full) {
    CodeBuilder c = to.code();
    int dyLine = to.local(LONG);
    int xLine = to.local(LONG);
    c.lload(DY_AT).aload(DY_LINES).iload(LINE).laload().ladd().lstore(dyLine);
    c.aload(X_LINES).iload(LINE).laload().lstore(xLine);
    int i = to.local(INT);
    if (form.tail()) {
      c.iload(LENGTH).loadConstant(Lanes.COUNT).isub().istore(i);
      place(xs, dyLine, xLine, i);
    } else {
      to.loop(i, full, Lanes.COUNT, () -> place(xs, dyLine, xLine, i));
    }
  }

  private void place(int[] xs, int dyLine, int xLine, int i) {
    CodeBuilder c = to.code();
    int at = to.local(LONG);
    int[] x = new int[form.taps()];
    for (int t = 0; t < form.taps(); t++) {
      x[t] = to.vector();
      c.lload(xs[t]).lload(xLine).ladd().iload(i).i2l().ladd().lstore(at);
      to.load(X, to.element(at, 0), x[t]);
    }
    c.lload(dyLine).iload(i).i2l().ladd().lstore(at);
    int dy = to.vector();
    for (int r = 0; r < form.rows(); r++) {
      to.load(DY, to.element(at, 0), dy);
      if (form.tail()) {
        to.multiply(keep, dy);
      }
      for (int t = 0; t < form.taps(); t++) {
        to.fma(dy, x[t], sums[r][t]);
      }
      if (form.ones()) {
        to.add(dy, sums[r][form.taps()]);
      }
      to.advance(at, DY_ROW);
    }
  }
}
