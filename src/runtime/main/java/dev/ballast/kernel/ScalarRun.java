package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;

import dev.ballast.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Runs a scalar program. Each instruction is computed in double and rounded to the program's type,
 * as the reference kernels do, so that a scalar gives the same bits wherever it is computed.
 *
 * <p>The loop is one switch. It is fast because the planner sorts instructions by operation where
 * their order is free: the processor then foresees the jump.
 */
public final class ScalarRun implements Kernel {
  // Codes as constants, for the switch; ScalarRunTest holds them against the enumeration.
  static final int ADD = 13;
  static final int SUB = 14;
  static final int MUL = 15;
  static final int SELECT = 23;
  static final int MUL_ADD = 24;

  private static final UnaryFunction[] UNARY = UnaryFunction.values();
  private static final BinaryFunction[] BINARY = BinaryFunction.values();

  private final ScalarCode code;
  private final Slices operands;
  private final MemorySegment slots;
  private final boolean single;

  /**
   * @param operands inputs and results; the workspace is the program's slots
   */
  public ScalarRun(ScalarCode code, DType dtype, Slices operands) {
    this.code = code;
    this.operands = operands;
    this.slots = operands.workspace();
    this.single = dtype == DType.F32;
  }

  @Override
  public void run() {
    int slot = 0;
    for (int k = 0; k < operands.inputs().size(); k++) {
      Slice in = operands.in(k);
      long n = in.elements();
      for (long i = 0; i < n; i++) {
        set(slot++, in.get(i));
      }
    }
    for (double constant : code.constants()) {
      set(slot++, constant);
    }
    instructions(code.op(), code.to(), code.a(), code.b(), code.thirds());
    int output = 0;
    for (int k = 0; k < operands.results().size(); k++) {
      Slice out = operands.out(k);
      long n = out.elements();
      for (long i = 0; i < n; i++) {
        out.set(i, get(code.outputs()[output++]));
      }
    }
  }

  private void instructions(byte[] op, int[] to, int[] a, int[] b, int[] thirds) {
    int third = 0;
    for (int i = 0; i < op.length; i++) {
      double x = get(a[i]);
      double r =
          switch (op[i]) {
            case ADD -> x + get(b[i]);
            case SUB -> x - get(b[i]);
            case MUL -> x * get(b[i]);
            case MUL_ADD -> get(to[i]) + (single ? (float) (x * get(b[i])) : x * get(b[i]));
            case SELECT -> select(x, b[i], thirds[third++]);
            default ->
                op[i] < ADD ? UNARY[op[i]].apply(x) : BINARY[op[i] - ADD].apply(x, get(b[i]));
          };
      set(to[i], single ? (float) r : r);
    }
  }

  private double select(double condition, int b, int c) {
    return get(condition != 0 ? b : c);
  }

  private double get(int slot) {
    return slots.getAtIndex(JAVA_DOUBLE_UNALIGNED, slot);
  }

  private void set(int slot, double value) {
    slots.setAtIndex(JAVA_DOUBLE_UNALIGNED, slot, value);
  }
}
