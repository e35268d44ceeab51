package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;

/** Template: the ends of lines of floats. Of the last line see {@link LastRow}. */
final class LineEndLoop implements LineEnds {
  private static final Recipe RECIPE = Specialized.recipe(MethodHandles.lookup());

  @Override
  public void load(MemorySegment from, long at, MemorySegment vector, long n) {
    if (RECIPE.has(Recipe.MASKLESS) || !LastRow.isInside(from, at)) {
      for (long i = 0; i < Lanes.COUNT; i++) {
        Lanes.set(vector, i, i < n ? Lanes.get(from, at + i) : 0);
      }
    } else {
      Lanes.store(Lanes.load(from, at, Lanes.first(n)), vector, 0);
    }
  }

  @Override
  public void store(MemorySegment vector, MemorySegment to, long at, long n) {
    if (RECIPE.has(Recipe.MASKLESS) || !LastRow.isInside(to, at)) {
      for (long i = 0; i < n; i++) {
        Lanes.set(to, at + i, Lanes.get(vector, i));
      }
    } else {
      Lanes.store(Lanes.load(vector, 0), to, at, Lanes.first(n));
    }
  }
}
