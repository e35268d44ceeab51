package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Template: {@code out = f(a, b)}, where either operand may stay in place along a line. */
final class BinaryLoop implements MapLoop {
  private static final Recipe RECIPE = Specialized.recipe(MethodHandles.lookup());
  private static final boolean A_STAYS = RECIPE.has(1);
  private static final boolean B_STAYS = RECIPE.has(2);

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
      line(a, o.offset(0), b, o.offset(1), to, at, n);
      at += n;
    } while (o.next());
  }

  private static void line(
      MemorySegment a, long ia, MemorySegment b, long ib, MemorySegment to, long at, long n) {
    FloatVector oneA = Lanes.broadcast(A_STAYS ? Lanes.get(a, ia) : 0);
    FloatVector oneB = Lanes.broadcast(B_STAYS ? Lanes.get(b, ib) : 0);
    long full = n & -Lanes.COUNT;
    for (long i = 0; i < full; i += Lanes.COUNT) {
      FloatVector x = A_STAYS ? oneA : Lanes.load(a, ia + i);
      FloatVector y = B_STAYS ? oneB : Lanes.load(b, ib + i);
      Lanes.store(LaneMath.function(x, y), to, at + i);
    }
    if (RECIPE.has(Recipe.MASKLESS)) {
      for (long i = full; i < n; i++) {
        FloatVector x = A_STAYS ? oneA : Lanes.broadcast(Lanes.get(a, ia + i));
        FloatVector y = B_STAYS ? oneB : Lanes.broadcast(Lanes.get(b, ib + i));
        Lanes.set(to, at + i, LaneMath.function(x, y).lane(0));
      }
    } else if (full < n) {
      VectorMask<Float> tail = Lanes.first(n - full);
      FloatVector x = A_STAYS ? oneA : Lanes.load(a, ia + full, tail);
      FloatVector y = B_STAYS ? oneB : Lanes.load(b, ib + full, tail);
      Lanes.store(LaneMath.function(x, y), to, at + full, tail);
    }
  }
}
