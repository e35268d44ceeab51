package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * A loop over instructions of one operation. It is called through this interface, which has too
 * many implementations for HotSpot to inline: where it put all loops into their caller it gave up
 * on inlining memory accesses within them, and took twice as long.
 */
@FunctionalInterface
interface ScalarStretch {
  /** Runs instructions {@code from} (inclusive) to {@code end} (exclusive). */
  void run(MemorySegment m, int[] to, int[] a, int[] b, int from, int end, boolean single);

  /** By code; choices have three operands and a loop apart. */
  ScalarStretch[] OF = all();

  private static ScalarStretch[] all() {
    ScalarOp[] ops = ScalarOp.values();
    ScalarStretch[] all = new ScalarStretch[ops.length];
    for (ScalarOp op : ops) {
      all[op.ordinal()] =
          switch (op) {
            case ADD -> ScalarStretch::add;
            case SUB -> ScalarStretch::subtract;
            case MUL -> ScalarStretch::multiply;
            case MUL_ADD -> ScalarStretch::multiplyAdd;
            case SELECT ->
                (m, to, a, b, from, end, single) -> {
                  throw new IllegalStateException("a choice has three operands");
                };
            default -> op.arity() == 1 ? of(op.unary()) : of(op.binary());
          };
    }
    return all;
  }

  private static void add(
      MemorySegment m, int[] to, int[] a, int[] b, int from, int end, boolean single) {
    for (int i = from; i < end; i++) {
      set(m, to[i], rounded(get(m, a[i]) + get(m, b[i]), single));
    }
  }

  private static void subtract(
      MemorySegment m, int[] to, int[] a, int[] b, int from, int end, boolean single) {
    for (int i = from; i < end; i++) {
      set(m, to[i], rounded(get(m, a[i]) - get(m, b[i]), single));
    }
  }

  private static void multiply(
      MemorySegment m, int[] to, int[] a, int[] b, int from, int end, boolean single) {
    for (int i = from; i < end; i++) {
      set(m, to[i], rounded(get(m, a[i]) * get(m, b[i]), single));
    }
  }

  private static void multiplyAdd(
      MemorySegment m, int[] to, int[] a, int[] b, int from, int end, boolean single) {
    for (int i = from; i < end; i++) {
      double product = rounded(get(m, a[i]) * get(m, b[i]), single);
      set(m, to[i], rounded(get(m, to[i]) + product, single));
    }
  }

  private static ScalarStretch of(UnaryFunction f) {
    return (m, to, a, b, from, end, single) -> {
      for (int i = from; i < end; i++) {
        set(m, to[i], rounded(f.apply(get(m, a[i])), single));
      }
    };
  }

  private static ScalarStretch of(BinaryFunction f) {
    return (m, to, a, b, from, end, single) -> {
      for (int i = from; i < end; i++) {
        set(m, to[i], rounded(f.apply(get(m, a[i]), get(m, b[i])), single));
      }
    };
  }

  /**
   * {@code a ≠ 0 ? b : c}, c from an array that has only those.
   *
   * @return where the next third operand stands
   */
  static int select(
      MemorySegment m, int[] to, int[] a, int[] b, int[] thirds, int third, int from, int end) {
    int next = third;
    for (int i = from; i < end; i++) {
      double chosen = get(m, b[i]);
      double other = get(m, thirds[next++]);
      set(m, to[i], get(m, a[i]) != 0 ? chosen : other);
    }
    return next;
  }

  private static double rounded(double d, boolean single) {
    return single ? (float) d : d;
  }

  static double get(MemorySegment m, int slot) {
    return m.getAtIndex(JAVA_DOUBLE_UNALIGNED, slot);
  }

  static void set(MemorySegment m, int slot, double value) {
    m.setAtIndex(JAVA_DOUBLE_UNALIGNED, slot, value);
  }
}
