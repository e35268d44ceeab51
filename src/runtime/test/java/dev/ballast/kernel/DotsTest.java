package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.tensor.Philox;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
