package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Template: {@code out = c ≠ 0 ? a : b}, where any operand may stay in place along a line. */
final class SelectLoop implements MapLoop {
  private static final Recipe RECIPE = Specialized.recipe(MethodHandles.lookup());
  private static final boolean C_STAYS = RECIPE.has(1);
  private static final boolean A_STAYS = RECIPE.has(2);
  private static final boolean B_STAYS = RECIPE.has(4);

  @Override
  public Kernel bind(Slice out, Slice... operands) {
    Odometer o = Elementwise.odometer(out, operands);
    MemorySegment c = operands[0].memory();
    MemorySegment a = operands[1].memory();
    MemorySegment b = operands[2].memory();
    MemorySegment to = out.memory();
    return () -> run(o, c, a, b, to);
  }

  private static void run(
      Odometer o, MemorySegment c, MemorySegment a, MemorySegment b, MemorySegment to) {
    long n = o.innerLength();
    long full = n & -Lanes.COUNT;
    long at = 0;
    o.reset();
    do {
      whole(c, o.offset(0), a, o.offset(1), b, o.offset(2), to, at, full);
      if (full < n) {
        rest(o, c, a, b, to, at, full, n);
      }
      at += n;
    } while (o.next());
  }

  private static void whole(
      MemorySegment c,
      long ic,
      MemorySegment a,
      long ia,
      MemorySegment b,
      long ib,
      MemorySegment to,
      long at,
      long n) {
    FloatVector oneC = Lanes.broadcast(C_STAYS ? Lanes.get(c, ic) : 0);
    FloatVector oneA = Lanes.broadcast(A_STAYS ? Lanes.get(a, ia) : 0);
    FloatVector oneB = Lanes.broadcast(B_STAYS ? Lanes.get(b, ib) : 0);
    for (long i = 0; i < n; i += Lanes.COUNT) {
      FloatVector x = C_STAYS ? oneC : Lanes.load(c, ic + i);
      FloatVector y = A_STAYS ? oneA : Lanes.load(a, ia + i);
      FloatVector z = B_STAYS ? oneB : Lanes.load(b, ib + i);
      Lanes.store(z.blend(y, x.compare(VectorOperators.NE, 0f)), to, at + i);
    }
  }

  private static void rest(
      Odometer o,
      MemorySegment c,
      MemorySegment a,
      MemorySegment b,
      MemorySegment to,
      long at,
      long full,
      long n) {
    long ic = o.offset(0) + (C_STAYS ? 0 : full);
    long ia = o.offset(1) + (A_STAYS ? 0 : full);
    long ib = o.offset(2) + (B_STAYS ? 0 : full);
    boolean inside =
        (C_STAYS || LastRow.isInside(c, ic))
            && (A_STAYS || LastRow.isInside(a, ia))
            && (B_STAYS || LastRow.isInside(b, ib))
            && LastRow.isInside(to, at + full);
    if (RECIPE.has(Recipe.MASKLESS) || !inside) {
      for (long i = full; i < n; i++) {
        float x = Lanes.get(c, ic + (C_STAYS ? 0 : i - full));
        float y = Lanes.get(a, ia + (A_STAYS ? 0 : i - full));
        float z = Lanes.get(b, ib + (B_STAYS ? 0 : i - full));
        Lanes.set(to, at + i, x != 0 ? y : z);
      }
    } else {
      VectorMask<Float> tail = Lanes.first(n - full);
      FloatVector x = C_STAYS ? Lanes.broadcast(Lanes.get(c, ic)) : Lanes.load(c, ic, tail);
      FloatVector y = A_STAYS ? Lanes.broadcast(Lanes.get(a, ia)) : Lanes.load(a, ia, tail);
      FloatVector z = B_STAYS ? Lanes.broadcast(Lanes.get(b, ib)) : Lanes.load(b, ib, tail);
      FloatVector v = z.blend(y, x.compare(VectorOperators.NE, 0f));
      Lanes.store(v, to, at + full, tail);
    }
  }
}
