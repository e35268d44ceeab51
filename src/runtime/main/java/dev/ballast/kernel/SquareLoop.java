package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Template: half of the transposition of a square of {@value #SIDE} × {@value #SIDE} floats.
 * Swapping the off-diagonal quarters of the square, then of each quarter, and so on, transposes it
 * (Eklundh 1972); each half of the work swaps twice, four rows at a time.
 */
final class SquareLoop implements Transposer.Squares {
  static final int SIDE = 16;

  /** The second half: quarters of side 2 and 1, and not 8 and 4. */
  static final int INNER = 1;

  private static final Recipe RECIPE = Specialized.recipe(MethodHandles.lookup());
  private static final int WIDE = RECIPE.has(INNER) ? 2 : 8;
  private static final int NARROW = WIDE / 2;
  private static final VectorShuffle<Float> SWAP_WIDE =
      VectorShuffle.fromOp(Lanes.FLOATS, lane -> lane ^ WIDE);
  private static final VectorShuffle<Float> SWAP_NARROW =
      VectorShuffle.fromOp(Lanes.FLOATS, lane -> lane ^ NARROW);
  private static final VectorMask<Float> HIGH_WIDE =
      VectorMask.fromLong(Lanes.FLOATS, RECIPE.has(INNER) ? 0xCCCC : 0xFF00);
  private static final VectorMask<Float> HIGH_NARROW =
      VectorMask.fromLong(Lanes.FLOATS, RECIPE.has(INNER) ? 0xAAAA : 0xF0F0);

  @Override
  public void half(
      MemorySegment from, long fromAt, long fromRow, MemorySegment to, long toAt, long toRow) {
    int step = RECIPE.has(INNER) ? 4 : 1;
    for (int i = 0; i < 4; i++) {
      long f = fromAt + i * step * fromRow;
      FloatVector a = Lanes.load(from, f);
      FloatVector b = Lanes.load(from, f + NARROW * fromRow);
      FloatVector c = Lanes.load(from, f + WIDE * fromRow);
      FloatVector d = Lanes.load(from, f + (WIDE + NARROW) * fromRow);
      FloatVector ac = a.blend(c.rearrange(SWAP_WIDE), HIGH_WIDE);
      FloatVector ca = a.rearrange(SWAP_WIDE).blend(c, HIGH_WIDE);
      FloatVector bd = b.blend(d.rearrange(SWAP_WIDE), HIGH_WIDE);
      FloatVector db = b.rearrange(SWAP_WIDE).blend(d, HIGH_WIDE);
      long t = toAt + i * step * toRow;
      Lanes.store(ac.blend(bd.rearrange(SWAP_NARROW), HIGH_NARROW), to, t);
      Lanes.store(ac.rearrange(SWAP_NARROW).blend(bd, HIGH_NARROW), to, t + NARROW * toRow);
      Lanes.store(ca.blend(db.rearrange(SWAP_NARROW), HIGH_NARROW), to, t + WIDE * toRow);
      Lanes.store(
          ca.rearrange(SWAP_NARROW).blend(db, HIGH_NARROW), to, t + (WIDE + NARROW) * toRow);
    }
  }
}
