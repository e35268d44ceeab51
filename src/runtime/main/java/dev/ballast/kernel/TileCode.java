package dev.ballast.kernel;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes the class of a {@link Tile} for each form that is asked for, once. Generated, since every
 * sum must be a local variable of its own to stay in a register, and a product needs tiles of many
 * heights and widths for its edges. What the class does, for two rows and one vector:
 *
 * <pre>{@code
 * FloatVector s00 = zero, s10 = zero;
 * while (depth-- > 0) {
 *   FloatVector b = load(B, bAt);
 *   s00 = broadcast(A[aAt]).fma(b, s00);
 *   s10 = broadcast(A[aAt + aRow]).fma(b, s10);
 *   aAt += aStep;
 *   bAt += bStep;
 * }
 * store(s00, C, cAt);
 * store(s10, C, cAt + cRow);
 * }</pre>
 */
final class TileCode {
  // The slots of Tile.run's arguments.
  private static final int A = 1;
  private static final int A_AT = 2;
  private static final int A_ROW = 4;
  private static final int A_STEP = 6;
  private static final int B = 8;
  private static final int B_AT = 9;
  private static final int B_STEP = 11;
  private static final int DEPTH = 13;
  private static final int C = 14;
  private static final int C_AT = 15;
  private static final int C_ROW = 17;

  private static final Map<Tile.Form, Tile> MADE = new ConcurrentHashMap<>();

  private final Tile.Form form;
  private final VectorCode vectors;
  private final CodeBuilder code;

  private TileCode(Tile.Form form, VectorCode vectors) {
    this.form = form;
    this.vectors = vectors;
    this.code = vectors.code();
  }

  /** The tile of this form. */
  static Tile of(Tile.Form form) {
    return MADE.computeIfAbsent(form, WarmTile::of);
  }

  /** The generated code itself. */
  static Tile define(Tile.Form form) {
    return VectorCode.define(Tile.class, c -> new TileCode(form, c).run());
  }

  private void run() {
    vectors.direct(A);
    vectors.direct(B);
    vectors.direct(C);
    int[][] sums = vectors.zeros(form.rows(), form.vectors());
    Label next = code.newLabel();
    Label done = code.newLabel();
    code.labelBinding(next).iload(DEPTH).ifle(done);
    step(sums);
    code.lload(A_AT).lload(A_STEP).ladd().lstore(A_AT);
    code.lload(B_AT).lload(B_STEP).ladd().lstore(B_AT);
    code.iinc(DEPTH, -1).goto_(next).labelBinding(done);
    store(sums);
  }

  private void step(int[][] sums) {
    int[] b = new int[form.vectors()];
    for (int v = 0; v < b.length; v++) {
      b[v] = vectors.vector();
      vectors.load(B, vector(B_AT, v), b[v]);
    }
    int factor = vectors.vector();
    for (int r = 0; r < form.rows(); r++) {
      long row = r;
      vectors.broadcast(
          A, () -> code.lload(A_AT).lload(A_ROW).loadConstant(row).lmul().ladd(), factor);
      for (int v = 0; v < b.length; v++) {
        vectors.fma(factor, b[v], sums[r][v]);
      }
    }
  }

  /** The offset of vector v from the one in a variable. */
  private Runnable vector(int at, int v) {
    return () -> code.lload(at).loadConstant((long) v * VectorCode.VECTOR_BYTES).ladd();
  }

  private void store(int[][] sums) {
    for (int[] row : sums) {
      for (int v = 0; v < row.length; v++) {
        vectors.store(row[v], C, vector(C_AT, v));
      }
      code.lload(C_AT).lload(C_ROW).ladd().lstore(C_AT);
    }
  }
}
