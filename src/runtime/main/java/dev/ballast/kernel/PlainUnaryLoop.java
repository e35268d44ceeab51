package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;

/** Template: {@code out = f(in)} on floats without the Vector API, computed in double. */
final class PlainUnaryLoop implements MapLoop {
  private static final UnaryFunction F =
      UnaryFunction.valueOf(Specialized.recipe(MethodHandles.lookup()).function());

  @Override
  public Kernel bind(Slice out, Slice... operands) {
    MemorySegment from = operands[0].memory();
    MemorySegment to = out.memory();
    long n = out.elements();
    return () -> run(from, to, n);
  }

  private static void run(MemorySegment from, MemorySegment to, long n) {
    for (long i = 0; i < n; i++) {
      float x = from.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
      to.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, (float) F.apply(x));
    }
  }
}
