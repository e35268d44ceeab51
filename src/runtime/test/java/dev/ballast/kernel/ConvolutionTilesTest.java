package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.tensor.Philox;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Generated tiles of convolutions give the bits of plain ones, and write nothing besides. */
class ConvolutionTilesTest {
  private static final float UNTOUCHED = -77;

  @BeforeAll
  static void thereAreVectors() {
    assumeTrue(Simd.isAvailable(), Simd.description());
  }

  @ParameterizedTest
  @CsvSource({"6, 4, 3", "8, 3, 2", "1, 1, 1", "5, 2, 4", "8, 1, 7"})
  void gatherTiles(int rows, int vectors, int sources) {
    float[] generated = gathered(GatherTileCode.define(rows, vectors), rows, vectors, sources);
    assertArrayEquals(gathered(new PlainGather(rows), rows, vectors, sources), generated);
  }

  private static float[] gathered(GatherTile tile, int rows, int vectors, int sources) {
    int lanes = vectors * Lanes.COUNT;
    var patch = new GatherTile.Patch(new int[] {0, 3, 1, 9}, new int[] {2, 0, 1, 5});
    var strides = new GatherTile.Strides(lanes + 10, 6, 6L * sources, lanes + 3);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment in = random(1, (lanes + 10) * sources, arena);
      MemorySegment w = random(2, 6 * sources * rows, arena);
      MemorySegment bias = random(3, rows + 1, arena);
      MemorySegment out = filled((lanes + 3) * rows, arena);
      tile.run(in, 0, w, 0, out, 0, bias, 1, patch, sources, strides, lanes);
      return out.toArray(JAVA_FLOAT);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "6, 4, false, false, 64", "6, 3, true, false, 70", "1, 1, false, true, 17",
    "5, 2, true, true, 45", "3, 0, true, false, 1300", "4, 4, false, true, 1300"
  })
  void correlationTiles(int rows, int taps, boolean ones, boolean tail, int length) {
    var form = new CorrelationTile.Form(rows, taps, ones, tail);
    float[] generated = correlated(CorrelationTileCode.define(form), form, length);
    assertArrayEquals(correlated(new PlainCorrelation(form), form, length), generated);
  }

  private static float[] correlated(CorrelationTile tile, CorrelationTile.Form form, int length) {
    int[] offsets = {0, 5, 2, 7, 1};
    long[] dyLines = {0, length + 1};
    long[] xLines = {3, length + 6};
    int sumsRow = (form.sums() + 1) * CorrelationTile.WIDTH;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment dy = random(1, (2 * length + 1) * form.rows(), arena);
      MemorySegment x = random(2, 2 * length + 20, arena);
      MemorySegment sums = filled(sumsRow * form.rows(), arena);
      tile.run(
          dy, 0, 2L * length, x, 0, offsets, 1, dyLines, xLines, 0, 2, length, sums, 0, sumsRow);
      return sums.toArray(JAVA_FLOAT);
    }
  }

  private static MemorySegment random(int stream, int n, Arena arena) {
    MemorySegment m = arena.allocate(4L * n, 64);
    Philox random = new Philox(7, stream);
    for (int i = 0; i < n; i++) {
      m.setAtIndex(JAVA_FLOAT, i, (float) random.nextGaussian());
    }
    return m;
  }

  private static MemorySegment filled(int n, Arena arena) {
    MemorySegment m = arena.allocate(4L * n, 64);
    for (int i = 0; i < n; i++) {
      m.setAtIndex(JAVA_FLOAT, i, UNTOUCHED);
    }
    return m;
  }
}
