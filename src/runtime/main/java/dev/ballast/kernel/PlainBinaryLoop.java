package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;

/** Template: {@code out = f(a, b)} on floats without the Vector API, computed in double. */
final class PlainBinaryLoop implements MapLoop {
  private static final BinaryFunction F =
      BinaryFunction.valueOf(Specialized.recipe(MethodHandles.lookup()).function());

  @Override
  public Kernel bind(Slice out, Slice... operands) {
    Odometer o = Elementwise.odometer(out, operands);
    MemorySegment a = operands[0].memory();
    MemorySegment b = operands[1].memory();
    MemorySegment to = out.memory();
    return () -> run(o, a, b, to);
  }

  private static void run(Odometer o, MemorySegment a, MemorySegment b, MemorySegment to) {
    long n = o.innerLength();
    long at = 0;
    o.reset();
    do {
      long ia = o.offset(0);
      long ib = o.offset(1);
      for (long i = 0; i < n; i++) {
        float x = a.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, ia + i * o.innerStride(0));
        float y = b.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, ib + i * o.innerStride(1));
        to.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, at + i, (float) F.apply(x, y));
      }
      at += n;
    } while (o.next());
  }
}
