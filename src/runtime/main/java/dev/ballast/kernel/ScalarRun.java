package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;

import dev.ballast.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Runs a scalar program. Each instruction is computed in double and rounded to the program's type,
 * as the reference kernels do, so that a scalar gives the same bits wherever it is computed.
 *
 * <p>Instructions of one operation that follow each other run in a loop of their own; the planner
 * sorts them so that most do. One loop with a switch for each instruction took 1.6 times as long.
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
    int i = 0;
    while (i < op.length) {
      byte code = op[i];
      int end = endOfRun(op, i);
      switch (code) {
        case ADD -> add(to, a, b, i, end);
        case SUB -> subtract(to, a, b, i, end);
        case MUL -> multiply(to, a, b, i, end);
        case MUL_ADD -> multiplyAdd(to, a, b, i, end);
        case SELECT -> {
          select(to, a, b, thirds, third, i, end);
          third += end - i;
        }
        default -> {
          if (code < ADD) {
            unary(UNARY[code], to, a, i, end);
          } else {
            binary(BINARY[code - ADD], to, a, b, i, end);
          }
        }
      }
      i = end;
    }
  }

  private static int endOfRun(byte[] op, int from) {
    int end = from + 1;
    while (end < op.length && op[end] == op[from]) {
      end++;
    }
    return end;
  }

  private void add(int[] to, int[] a, int[] b, int from, int end) {
    for (int i = from; i < end; i++) {
      set(to[i], rounded(get(a[i]) + get(b[i])));
    }
  }

  private void subtract(int[] to, int[] a, int[] b, int from, int end) {
    for (int i = from; i < end; i++) {
      set(to[i], rounded(get(a[i]) - get(b[i])));
    }
  }

  private void multiply(int[] to, int[] a, int[] b, int from, int end) {
    for (int i = from; i < end; i++) {
      set(to[i], rounded(get(a[i]) * get(b[i])));
    }
  }

  private void multiplyAdd(int[] to, int[] a, int[] b, int from, int end) {
    for (int i = from; i < end; i++) {
      set(to[i], rounded(get(to[i]) + rounded(get(a[i]) * get(b[i]))));
    }
  }

  private void select(int[] to, int[] a, int[] b, int[] thirds, int third, int from, int end) {
    for (int i = from; i < end; i++) {
      double second = get(b[i]);
      double other = get(thirds[third + i - from]);
      set(to[i], get(a[i]) != 0 ? second : other);
    }
  }

  private void unary(UnaryFunction f, int[] to, int[] a, int from, int end) {
    for (int i = from; i < end; i++) {
      set(to[i], rounded(f.apply(get(a[i]))));
    }
  }

  private void binary(BinaryFunction f, int[] to, int[] a, int[] b, int from, int end) {
    for (int i = from; i < end; i++) {
      set(to[i], rounded(f.apply(get(a[i]), get(b[i]))));
    }
  }

  private double rounded(double d) {
    return single ? (float) d : d;
  }

  private double get(int slot) {
    return slots.getAtIndex(JAVA_DOUBLE_UNALIGNED, slot);
  }

  private void set(int slot, double value) {
    slots.setAtIndex(JAVA_DOUBLE_UNALIGNED, slot, value);
  }
}
