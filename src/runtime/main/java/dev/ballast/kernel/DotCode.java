package dev.ballast.kernel;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Writes the class of {@link Dots} for each form that is asked for, once. */
final class DotCode {
  // The slots of Dots.run's arguments.
  private static final int A = 1;
  private static final int A_AT = 2;
  private static final int A_ROW = 4;
  private static final int B = 6;
  private static final int B_AT = 7;
  private static final int B_ROW = 9;
  private static final int DEPTH = 11;
  private static final int SUMS = 12;

  private static final Map<Dots.Form, Dots> MADE = new ConcurrentHashMap<>();

  private final Dots.Form form;
  private final VectorCode vectors;
  private final CodeBuilder code;

  private DotCode(Dots.Form form, VectorCode vectors) {
    this.form = form;
    this.vectors = vectors;
    this.code = vectors.code();
  }

  /** The dots of this form. */
  static Dots of(Dots.Form form) {
    return MADE.computeIfAbsent(form, WarmDots::of);
  }

  /** The generated code itself. */
  static Dots define(Dots.Form form) {
    return VectorCode.define(Dots.class, c -> new DotCode(form, c).run());
  }

  private void run() {
    vectors.direct(A);
    vectors.direct(B);
    vectors.direct(SUMS);
    int[][] sums = vectors.zeros(form.left(), form.right());
    Label next = code.newLabel();
    Label done = code.newLabel();
    code.labelBinding(next).iload(DEPTH).ifle(done);
    step(sums);
    code.lload(A_AT).loadConstant((long) VectorCode.VECTOR_BYTES).ladd().lstore(A_AT);
    code.lload(B_AT).loadConstant((long) VectorCode.VECTOR_BYTES).ladd().lstore(B_AT);
    code.iinc(DEPTH, -1).goto_(next).labelBinding(done);
    long at = 0;
    for (int[] row : sums) {
      for (int sum : row) {
        long offset = at;
        vectors.store(sum, SUMS, () -> code.loadConstant(offset));
        at += VectorCode.VECTOR_BYTES;
      }
    }
  }

  private void step(int[][] sums) {
    int[] b = new int[form.right()];
    for (int j = 0; j < b.length; j++) {
      b[j] = vectors.vector();
      vectors.load(B, row(B_AT, B_ROW, j), b[j]);
    }
    int a = vectors.vector();
    for (int i = 0; i < form.left(); i++) {
      vectors.load(A, row(A_AT, A_ROW, i), a);
      for (int j = 0; j < b.length; j++) {
        vectors.fma(a, b[j], sums[i][j]);
      }
    }
  }

  private Runnable row(int at, int stride, long row) {
    return () -> code.lload(at).lload(stride).loadConstant(row).lmul().ladd();
  }
}
