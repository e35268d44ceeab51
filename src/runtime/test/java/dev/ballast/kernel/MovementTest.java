package dev.ballast.kernel;

import static dev.ballast.kernel.Operands.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

class MovementTest {
  private final Operands operands = new Operands();

  @Test
  void everyPermutationOfThreeAxesPutsEveryElementInItsPlace() {
    int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (DType dtype : List.of(DType.F32, DType.I64)) {
      for (int[] dims : new int[][] {{2, 3, 4}, {1, 17, 33}, {16, 16, 16}, {5, 1, 40}}) {
        for (int[] order : orders) {
          permute(dtype, dims, order);
        }
      }
    }
  }

  private void permute(DType dtype, int[] dims, int[] order) {
    Slice from = operands.indices(dtype, 1_000_000, dims);
    Shape space = Shape.of(dims[order[0]], dims[order[1]], dims[order[2]]);
    Slice to = operands.zeros(new TensorType(dtype, space));
    long[] own = from.type().shape().strides();
    long[] strides = {own[order[0]], own[order[1]], own[order[2]]};
    Movement.strided(space, from, 0, strides, to, 0, space.strides()).run();
    long at = 0;
    for (int i = 0; i < space.dim(0); i++) {
      for (int j = 0; j < space.dim(1); j++) {
        for (int k = 0; k < space.dim(2); k++, at++) {
          assertEquals(from.get(i * strides[0] + j * strides[1] + k * strides[2]), to.get(at));
        }
      }
    }
  }

  @Test
  void aWindowIsCopiedFromItsStart() {
    Slice from = operands.normal(6, 7);
    Slice to = operands.zeros(3, 4);
    Movement.strided(Shape.of(3, 4), from, 9, new long[] {7, 1}, to, 0, new long[] {4, 1}).run();
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 4; j++) {
        assertEquals(from.get((i + 1) * 7 + j + 2), to.get(i * 4 + j));
      }
    }
  }

  @Test
  void transposingKeepsTheBitsOfNaN() {
    Slice from = operands.zeros(2, 3);
    for (int i = 0; i < 6; i++) {
      from.memory().setAtIndex(java.lang.foreign.ValueLayout.JAVA_INT, i, 0x7F800001 + i);
    }
    Slice to = operands.zeros(3, 2);
    Slice back = operands.zeros(2, 3);
    Movement.strided(Shape.of(3, 2), from, 0, new long[] {1, 3}, to, 0, new long[] {2, 1}).run();
    Movement.strided(Shape.of(2, 3), to, 0, new long[] {1, 2}, back, 0, new long[] {3, 1}).run();
    assertSameBits(from, back, "transposed twice");
  }

  @Test
  void gatherTakesRowsAndScatterAddReturnsThem() {
    for (int inner : new int[] {1, 2, 5, 16}) {
      Slice table = operands.normal(7, inner);
      Slice indices = operands.indices(DType.I32, 7, 9);
      Slice rows = operands.zeros(9, inner);
      Indexing.gather(0, table, indices, rows).run();
      Slice sums = operands.zeros(7, inner);
      Indexing.scatterAdd(0, rows, indices, sums).run();
      double[] expected = new double[7 * inner];
      for (int k = 0; k < 9; k++) {
        for (int j = 0; j < inner; j++) {
          int source = (int) indices.getLong(k) * inner + j;
          assertEquals(table.get(source), rows.get((long) k * inner + j));
          expected[source] = (float) (expected[source] + table.get(source));
        }
      }
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], sums.get(i), 1e-6);
      }
    }
  }

  @Test
  void gatherWorksAlongAnInnerAxis() {
    Slice x = operands.normal(2, 5, 3);
    Slice indices = operands.indices(DType.I64, 5, 4);
    Slice out = operands.zeros(2, 4, 3);
    Indexing.gather(1, x, indices, out).run();
    for (int o = 0; o < 2; o++) {
      for (int k = 0; k < 4; k++) {
        for (int j = 0; j < 3; j++) {
          assertEquals(x.get((o * 5 + indices.getLong(k)) * 3 + j), out.get((o * 4 + k) * 3 + j));
        }
      }
    }
  }

  @Test
  void anIndexOutOfRangeIsNamed() {
    Slice indices = operands.zeros(TensorType.i32(2));
    indices.setLong(1, -1);
    Kernel kernel = Indexing.gather(0, operands.normal(3, 2), indices, operands.zeros(2, 2));
    assertEquals(
        "gather: index -1 at position 1 is not in [0, 3)",
        assertThrows(IndexOutOfBoundsException.class, kernel::run).getMessage());
  }
}
