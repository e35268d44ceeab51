package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Template: {@code out = f(in)}. Of the end see {@link LastRow}. */
final class UnaryLoop implements MapLoop {
  private static final Recipe RECIPE = Specialized.recipe(MethodHandles.lookup());

  @Override
  public Kernel bind(Slice out, Slice... operands) {
    MemorySegment from = operands[0].memory();
    MemorySegment to = out.memory();
    long n = out.elements();
    long full = n & -Lanes.COUNT;
    return () -> {
      whole(from, to, full);
      if (full < n) {
        rest(from, to, full, n);
      }
    };
  }

  private static void whole(MemorySegment from, MemorySegment to, long n) {
    for (long i = 0; i < n; i += Lanes.COUNT) {
      Lanes.store(LaneMath.function(Lanes.load(from, i)), to, i);
    }
  }

  private static void rest(MemorySegment from, MemorySegment to, long full, long n) {
    boolean inside = LastRow.isInside(from, full) && LastRow.isInside(to, full);
    if (RECIPE.has(Recipe.MASKLESS) || !inside) {
      for (long i = full; i < n; i++) {
        FloatVector x = Lanes.broadcast(Lanes.get(from, i));
        Lanes.set(to, i, LaneMath.function(x).lane(0));
      }
    } else {
      VectorMask<Float> tail = Lanes.first(n - full);
      Lanes.store(LaneMath.function(Lanes.load(from, full, tail)), to, full, tail);
    }
  }
}
