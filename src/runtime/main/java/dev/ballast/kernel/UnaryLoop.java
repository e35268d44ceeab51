package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Template: {@code out = f(in)}. */
final class UnaryLoop implements MapLoop {
  private static final Recipe RECIPE = Specialized.recipe(MethodHandles.lookup());

  @Override
  public Kernel bind(Slice out, Slice... operands) {
    MemorySegment from = operands[0].memory();
    MemorySegment to = out.memory();
    long n = out.elements();
    return () -> run(from, to, n);
  }

  private static void run(MemorySegment from, MemorySegment to, long n) {
    long full = n & -Lanes.COUNT;
    for (long i = 0; i < full; i += Lanes.COUNT) {
      Lanes.store(LaneMath.function(Lanes.load(from, i)), to, i);
    }
    if (RECIPE.has(Recipe.MASKLESS)) {
      for (long i = full; i < n; i++) {
        FloatVector x = Lanes.broadcast(Lanes.get(from, i));
        Lanes.set(to, i, LaneMath.function(x).lane(0));
      }
    } else if (full < n) {
      VectorMask<Float> tail = Lanes.first(n - full);
      Lanes.store(LaneMath.function(Lanes.load(from, full, tail)), to, full, tail);
    }
  }
}
