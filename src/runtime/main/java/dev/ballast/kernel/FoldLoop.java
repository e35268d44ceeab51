package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Template: of four vectors of sixteen lanes each, one is made that holds two halvings of each: the
 * first variant folds each to a quarter, the second folds quarters to sums. Of sixteen vectors, one
 * is left, in which the sum of the n-th stands in the lane whose number has n's bits reversed. Each
 * sum is the one that {@link Lanes#sum(FloatVector)} makes, to the bit.
 */
final class FoldLoop implements DotProduct.Sums {
  /** The second halvings: by 2 and 1, and not by 8 and 4. */
  static final int INNER = 1;

  private static final Recipe RECIPE = Specialized.recipe(MethodHandles.lookup());
  private static final int WIDE = RECIPE.has(INNER) ? 2 : 8;
  private static final VectorShuffle<Float> SWAP_WIDE =
      VectorShuffle.fromOp(Lanes.FLOATS, lane -> lane ^ WIDE);
  private static final VectorShuffle<Float> SWAP_NARROW =
      VectorShuffle.fromOp(Lanes.FLOATS, lane -> lane ^ WIDE / 2);
  private static final VectorMask<Float> HIGH_WIDE =
      VectorMask.fromLong(Lanes.FLOATS, RECIPE.has(INNER) ? 0xCCCC : 0xFF00);
  private static final VectorMask<Float> HIGH_NARROW =
      VectorMask.fromLong(Lanes.FLOATS, RECIPE.has(INNER) ? 0xAAAA : 0xF0F0);

  /** Four vectors become one, in the place of the first fourth of them. */
  @Override
  public void fold(MemorySegment sums, int count) {
    long to = 0;
    for (long n = 0; n < count; n += 4) {
      long at = n * Lanes.COUNT;
      FloatVector a = Lanes.load(sums, at);
      FloatVector b = Lanes.load(sums, at + Lanes.COUNT);
      FloatVector c = Lanes.load(sums, at + 2 * Lanes.COUNT);
      FloatVector d = Lanes.load(sums, at + 3 * Lanes.COUNT);
      FloatVector ab = a.blend(b, HIGH_WIDE).add(b.blend(a, HIGH_WIDE).rearrange(SWAP_WIDE));
      FloatVector cd = c.blend(d, HIGH_WIDE).add(d.blend(c, HIGH_WIDE).rearrange(SWAP_WIDE));
      FloatVector all =
          ab.blend(cd, HIGH_NARROW).add(cd.blend(ab, HIGH_NARROW).rearrange(SWAP_NARROW));
      Lanes.store(all, sums, to);
      to += Lanes.COUNT;
    }
  }
}
