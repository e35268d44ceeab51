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
    long full = n & -Lanes.COUNT;
    long at = 0;
    o.reset();
    do {
      whole(a, o.offset(0), b, o.offset(1), to, at, full);
      if (full < n) {
        long ia = o.offset(0) + (A_STAYS ? 0 : full);
        long ib = o.offset(1) + (B_STAYS ? 0 : full);
        rest(a, ia, b, ib, to, at + full, n - full);
      }
      at += n;
    } while (o.next());
  }

  private static void whole(
      MemorySegment a, long ia, MemorySegment b, long ib, MemorySegment to, long at, long n) {
    FloatVector oneA = Lanes.broadcast(A_STAYS ? Lanes.get(a, ia) : 0);
    FloatVector oneB = Lanes.broadcast(B_STAYS ? Lanes.get(b, ib) : 0);
    for (long i = 0; i < n; i += Lanes.COUNT) {
      FloatVector x = A_STAYS ? oneA : Lanes.load(a, ia + i);
      FloatVector y = B_STAYS ? oneB : Lanes.load(b, ib + i);
      Lanes.store(LaneMath.function(x, y), to, at + i);
    }
  }

  private static void rest(
      MemorySegment a, long ia, MemorySegment b, long ib, MemorySegment to, long at, long n) {
    boolean inside =
        (A_STAYS || LastRow.isInside(a, ia))
            && (B_STAYS || LastRow.isInside(b, ib))
            && LastRow.isInside(to, at);
    if (RECIPE.has(Recipe.MASKLESS) || !inside) {
      for (long i = 0; i < n; i++) {
        FloatVector x = Lanes.broadcast(Lanes.get(a, A_STAYS ? ia : ia + i));
        FloatVector y = Lanes.broadcast(Lanes.get(b, B_STAYS ? ib : ib + i));
        Lanes.set(to, at + i, LaneMath.function(x, y).lane(0));
      }
    } else {
      VectorMask<Float> tail = Lanes.first(n);
      FloatVector x = A_STAYS ? Lanes.broadcast(Lanes.get(a, ia)) : Lanes.load(a, ia, tail);
      FloatVector y = B_STAYS ? Lanes.broadcast(Lanes.get(b, ib)) : Lanes.load(b, ib, tail);
      Lanes.store(LaneMath.function(x, y), to, at, tail);
    }
  }
}
