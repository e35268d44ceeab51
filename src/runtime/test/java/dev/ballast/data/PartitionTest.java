package dev.ballast.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.Partition.Shares;
import dev.ballast.kernel.Slice;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PartitionTest {
  /** Classes of 59, 71 and 48, as in the wine data, one after the other. */
  private static final int[] LABELS =
      IntStream.range(0, 178).map(i -> i < 59 ? 0 : i < 130 ? 1 : 2).toArray();

  private static int count(int[] part, int label) {
    return (int) Arrays.stream(part).filter(i -> LABELS[i] == label).count();
  }

  @Test
  void everyExampleIsInExactlyOnePart() {
    Partition p = Partition.stratified(LABELS, new Shares(0.3, 0.1, 5));
    int[] all =
        Stream.of(p.train(), p.validation(), p.test())
            .flatMapToInt(Arrays::stream)
            .sorted()
            .toArray();
    assertArrayEquals(IntStream.range(0, 178).toArray(), all);
    assertEquals(53, p.test().length);
    assertEquals(13, p.validation().length);
  }

  @Test
  void eachClassHasItsShareToOneExample() {
    Partition p = Partition.stratified(LABELS, new Shares(0.3, 0.2, 5));
    int[] sizes = {59, 71, 48};
    for (int c = 0; c < 3; c++) {
      int left = sizes[c] - count(p.test(), c);
      assertEquals(0.3 * sizes[c], count(p.test(), c), 1);
      assertEquals(0.2 * left, count(p.validation(), c), 1);
    }
  }

  @Test
  void theSeedDecides() {
    int[] first = Partition.stratified(LABELS, new Shares(0.3, 0, 1)).test();
    assertArrayEquals(first, Partition.stratified(LABELS, new Shares(0.3, 0.5, 1)).test());
    assertFalse(Arrays.equals(first, Partition.stratified(LABELS, new Shares(0.3, 0, 2)).test()));
  }

  @Test
  void withNoSharesAllIsForTraining() {
    Partition p = Partition.of(7, Shares.NONE);
    assertArrayEquals(IntStream.range(0, 7).toArray(), p.train());
    assertEquals(0, p.validation().length + p.test().length);
  }

  @Test
  void aPartThatGetsNothingIsRefused() {
    var e =
        assertThrows(IllegalArgumentException.class, () -> Partition.of(4, new Shares(0, 0.1, 0)));
    assertEquals("a share of 0.1 of 4 examples leaves a part empty", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new Shares(1, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new Shares(0, Double.NaN, 0));
  }

  @Test
  void aSubsetShowsTheExamplesThatItNames() {
    ArrayDataset all =
        ArrayDataset.labelled(Shape.of(2), new float[] {0, 1, 10, 11, 20, 21}, new int[] {4, 5, 6});
    try (Subset part = Subset.of(all, new int[] {2, 0});
        Arena arena = Arena.ofConfined()) {
      LabelledDataset labelled = (LabelledDataset) part;
      assertEquals(2, part.size());
      assertEquals(6, labelled.label(0));
      assertEquals("example 2", labelled.place(0));
      Slice x = Slice.allocate(TensorType.f32(2, 2), arena);
      Slice y = Slice.allocate(TensorType.i32(2), arena);
      part.copy(0, x, y, 1);
      labelled.copyExample(1, x, 0);
      assertArrayEquals(new float[] {0, 1, 20, 21}, x.toFloats());
      assertEquals(6, y.getLong(1));
      assertTrue(part.checksum().matches("[0-9a-f]{64}"));
      assertFalse(part.checksum().equals(Subset.of(all, new int[] {0, 2}).checksum()));
      assertThrows(IndexOutOfBoundsException.class, () -> Subset.of(all, new int[] {3}));
      assertThrows(ShapeException.class, () -> Subset.of(all, new int[0]));
    }
  }

  @Test
  void aSubsetOfNumbersHasNoLabels() {
    Shape one = Shape.of(1);
    try (Dataset all = ArrayDataset.of(one, new float[] {1, 2}, one, new float[] {3, 4})) {
      assertFalse(Subset.of(all, new int[] {1}) instanceof LabelledDataset);
    }
  }
}
