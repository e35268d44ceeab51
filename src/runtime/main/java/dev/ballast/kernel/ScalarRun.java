package dev.ballast.kernel;

import dev.ballast.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Runs a scalar program. Each instruction is computed in double and rounded to the program's type,
 * as the reference kernels do, so that a scalar gives the same bits wherever it is computed.
 *
 * <p>Instructions of one operation that follow each other are a stretch, and run in a loop of their
 * own; the planner sorts them so that most do.
 */
public final class ScalarRun implements Kernel {
  private static final byte SELECT = (byte) ScalarOp.SELECT.ordinal();

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
        ScalarStretch.set(slots, slot++, in.get(i));
      }
    }
    for (double constant : code.constants()) {
      ScalarStretch.set(slots, slot++, constant);
    }
    instructions(code.op(), code.to(), code.a(), code.b(), code.thirds());
    int output = 0;
    for (int k = 0; k < operands.results().size(); k++) {
      Slice out = operands.out(k);
      long n = out.elements();
      for (long i = 0; i < n; i++) {
        out.set(i, ScalarStretch.get(slots, code.outputs()[output++]));
      }
    }
  }

  private void instructions(byte[] op, int[] to, int[] a, int[] b, int[] thirds) {
    int third = 0;
    int i = 0;
    while (i < op.length) {
      int end = endOfStretch(op, i);
      if (op[i] == SELECT) {
        third = ScalarStretch.select(slots, to, a, b, thirds, third, i, end);
      } else {
        ScalarStretch.OF[op[i]].run(slots, to, a, b, i, end, single);
      }
      i = end;
    }
  }

  private static int endOfStretch(byte[] op, int from) {
    int end = from + 1;
    while (end < op.length && op[end] == op[from]) {
      end++;
    }
    return end;
  }
}
