package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.tensor.Philox;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DotsTest {
  @ParameterizedTest
  @CsvSource({"1, 8, 5", "2, 8, 1", "3, 8, 9", "4, 6, 3", "6, 4, 2", "8, 3, 7", "8, 1, 0"})
  void generatedDotsComputeTheBitsOfPlainOnes(int left, int right, int depth) {
    assumeTrue(Simd.isAvailable(), Simd.description());
    Dots.Form form = new Dots.Form(left, right);
    float[] generated = sums(DotCode.define(form), form, depth);
    assertArrayEquals(sums(new PlainDots(form), form, depth), generated);
  }

  @Test
  void sixteenVectorsFoldToTheSumsOfTheirLanesToTheBit() {
    assumeTrue(Simd.lanes() == 16, "vectors of sixteen floats");
    var outer = FloatLoops.loop(DotProduct.Sums.class, FoldLoop.class, 0);
    var inner = FloatLoops.loop(DotProduct.Sums.class, FoldLoop.class, FoldLoop.INNER);
    var single = FloatLoops.loop(DotProduct.Sums.class, DotSums.class, 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment folded = random(3, arena.allocate(32 * 64, 64));
      MemorySegment summed = arena.allocate(32 * 64, 64).copyFrom(folded);
      outer.fold(folded, 32);
      inner.fold(folded, 8);
      single.fold(summed, 32);
      for (int n = 0; n < 32; n++) {
        int place = n & -16 | Integer.reverse(n & 15) >>> 28;
        assertEquals(
            summed.getAtIndex(JAVA_FLOAT, n), folded.getAtIndex(JAVA_FLOAT, place), "sum " + n);
      }
    }
  }

  private static float[] sums(Dots dots, Dots.Form form, int depth) {
    long row = (long) depth * Lanes.COUNT * Float.BYTES + 12;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment a = random(1, arena.allocate(form.left() * row, 64));
      MemorySegment b = random(2, arena.allocate(form.right() * row, 64));
      long bytes = (long) form.left() * form.right() * Lanes.COUNT * Float.BYTES;
      MemorySegment sums = arena.allocate(bytes, 64);
      dots.run(a, 0, row, b, 0, row, depth, sums);
      return sums.toArray(JAVA_FLOAT);
    }
  }

  private static MemorySegment random(int stream, MemorySegment m) {
    Philox random = new Philox(5, stream);
    for (long i = 0; i < m.byteSize() / Float.BYTES; i++) {
      m.setAtIndex(JAVA_FLOAT, i, (float) random.nextGaussian());
    }
    return m;
  }
}
