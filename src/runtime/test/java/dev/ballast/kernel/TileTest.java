package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.tensor.Philox;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TileTest {
  private static final float UNTOUCHED = -77;

  @BeforeAll
  static void thereAreVectors() {
    assumeTrue(Simd.isAvailable(), Simd.description());
  }

  @ParameterizedTest
  @CsvSource({"6, 4, 33", "12, 1, 19", "10, 2, 7", "7, 3, 64", "1, 8, 70", "1, 1, 1", "4, 4, 9"})
  void generatedTilesComputeTheBitsOfPlainOnesAndNothingBesides(int rows, int vectors, int depth) {
    Tile.Form form = new Tile.Form(rows, vectors);
    for (int width : new int[] {width(form), vectors * Lanes.COUNT}) {
      float[] generated = sums(TileCode.define(form), form, depth, width);
      assertArrayEquals(sums(new PlainTile(form), form, depth, width), generated);
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 2, 100", "2, 3, 50"})
  void aTileIsTheProduct(int rows, int vectors, int depth) {
    Tile.Form form = new Tile.Form(rows, vectors);
    int width = width(form);
    float[] sums = sums(TileCode.define(form), form, depth, width);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < width; c++) {
        double expected = UNTOUCHED;
        if (c < vectors * Lanes.COUNT) {
          expected = 0;
          for (int k = 0; k < depth; k++) {
            expected += (double) value(1, k * rows + r) * value(2, k * width + c);
          }
        }
        assertEquals(expected, sums[r * width + c], 1e-5 * depth, "row " + r + ", column " + c);
      }
    }
  }

  private static int width(Tile.Form form) {
    return (form.vectors() + 1) * Lanes.COUNT;
  }

  private static float value(int stream, int index) {
    return (float) new Philox(7, stream * 100_000L + index).nextGaussian();
  }

  /** B and C so wide, at least as the tile is; A stored by steps. */
  private static float[] sums(Tile tile, Tile.Form form, int depth, int width) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment a = arena.allocate(4L * form.rows() * depth, 64);
      MemorySegment b = arena.allocate(4L * width * depth, 64);
      MemorySegment c = arena.allocate(4L * width * form.rows(), 64);
      for (int i = 0; i < form.rows() * depth; i++) {
        a.setAtIndex(JAVA_FLOAT, i, value(1, i));
      }
      for (int i = 0; i < width * depth; i++) {
        b.setAtIndex(JAVA_FLOAT, i, value(2, i));
      }
      for (int i = 0; i < width * form.rows(); i++) {
        c.setAtIndex(JAVA_FLOAT, i, UNTOUCHED);
      }
      long row = 4L * width;
      tile.run(a, 0, 4, 4L * form.rows(), b, 0, row, depth, c, 0, row);
      return c.toArray(JAVA_FLOAT);
    }
  }
}
