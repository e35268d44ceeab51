package dev.ballast.kernel;

import static java.lang.classfile.TypeKind.INT;
import static java.lang.classfile.TypeKind.LONG;

import java.lang.classfile.CodeBuilder;
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

  private record Key(int rows, int taps, boolean ones, boolean tail) {
    /** Sums of a row. */
    int sums() {
      return ones ? taps + 1 : taps;
    }
  }

  private static final Map<Key, CorrelationTile> MADE = new ConcurrentHashMap<>();

  private final VectorCode to;
  private final Key key;
  private final int[][] sums;

  /** Of a tail: 1 in the lanes that belong to no whole vector, 0 in the others. */
  private int keep;

  private CorrelationTileCode(VectorCode to, Key key) {
    this.to = to;
    this.key = key;
    this.sums = new int[key.rows][key.sums()];
  }

  /**
   * A tile's code.
   *
   * @param ones whether each row is added up as well, behind its taps
   * @param tail for what is left of each line behind its whole vectors; else for these
   */
  static CorrelationTile of(int rows, int taps, boolean ones, boolean tail) {
    return MADE.computeIfAbsent(
        new Key(rows, taps, ones, tail),
        k ->
            VectorCode.define(
                CorrelationTile.class, code -> new CorrelationTileCode(code, k).write()));
  }

  private void write() {
    CodeBuilder c = to.code();
    to.direct(DY);
    to.direct(X);
    to.direct(MEMORY);
    if (key.rows * key.sums() >= GatherTileCode.LARGE) {
      to.onlyOptimized(LENGTH, MEMORY, MEMORY_AT);
    }
    int full = to.local(INT);
    c.iload(LENGTH).loadConstant(-Lanes.COUNT).iand().istore(full);
    if (key.tail) {
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
    int[] xs = new int[key.taps];
    for (int t = 0; t < key.taps; t++) {
      xs[t] = to.local(LONG);
      to.addElement(xs[t], X_AT, OFFSETS, TAP);
      to.code().iinc(TAP, 1);
    }
    return xs;
  }

  private void throughSums(boolean in) {
    int row = to.local(LONG);
    to.code().lload(MEMORY_AT).lstore(row);
    for (int r = 0; r < key.rows; r++) {
      for (int t = 0; t < key.sums(); t++) {
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
    if (key.tail) {
      c.iload(LENGTH).loadConstant(Lanes.COUNT).isub().istore(i);
      place(xs, dyLine, xLine, i);
    } else {
      to.loop(i, full, Lanes.COUNT, () -> place(xs, dyLine, xLine, i));
    }
  }

  private void place(int[] xs, int dyLine, int xLine, int i) {
    CodeBuilder c = to.code();
    int at = to.local(LONG);
    int[] x = new int[key.taps];
    for (int t = 0; t < key.taps; t++) {
      x[t] = to.vector();
      c.lload(xs[t]).lload(xLine).ladd().iload(i).i2l().ladd().lstore(at);
      to.load(X, to.element(at, 0), x[t]);
    }
    c.lload(dyLine).iload(i).i2l().ladd().lstore(at);
    int dy = to.vector();
    for (int r = 0; r < key.rows; r++) {
      to.load(DY, to.element(at, 0), dy);
      if (key.tail) {
        to.multiply(keep, dy);
      }
      for (int t = 0; t < key.taps; t++) {
        to.fma(dy, x[t], sums[r][t]);
      }
      if (key.ones) {
        to.add(dy, sums[r][key.taps]);
      }
      to.advance(at, DY_ROW);
    }
  }
}
