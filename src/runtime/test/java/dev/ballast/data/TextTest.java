package dev.ballast.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.data.TextDataset.Part;
import dev.ballast.kernel.Slice;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextTest {
  @TempDir Path folder;

  private Path text(String content) throws IOException {
    return Files.writeString(folder.resolve("t.txt"), content);
  }

  @Test
  void theTargetIsTheTextOneCharacterLater() throws IOException {
    Path file = text("badcabé\nabcd");
    String vocabulary = TextFile.vocabularyOf(file);
    assertEquals("\nabcdé", vocabulary);
    try (TextDataset data = TextDataset.open(file, vocabulary, new Part(0, 1), 3);
        Arena arena = Arena.ofConfined()) {
      assertEquals(3, data.size());
      assertEquals(TensorType.i32(3), data.target());
      Slice x = Slice.allocate(TensorType.f32(2, 3), arena);
      Slice y = Slice.allocate(TensorType.i32(2, 3), arena);
      data.copy(0, x, y, 0);
      data.copy(2, x, y, 1);
      assertArrayEquals(new float[] {2, 1, 4, 5, 0, 1}, x.toFloats());
      assertArrayEquals(new double[] {1, 4, 3, 0, 1, 2}, y.toDoubles());
    }
  }

  @Test
  void partsFollowEachOther() throws IOException {
    Path file = text("0123456789".repeat(10));
    String vocabulary = TextFile.vocabularyOf(file);
    try (TextDataset train = TextDataset.open(file, vocabulary, new Part(0, 0.9), 8);
        TextDataset test = TextDataset.open(file, vocabulary, new Part(0.9, 1), 8);
        Arena arena = Arena.ofConfined()) {
      assertEquals(11, train.size());
      assertEquals(1, test.size());
      Slice x = Slice.allocate(TensorType.i32(1, 8), arena);
      Slice y = Slice.allocate(TensorType.i32(1, 8), arena);
      test.copy(0, x, y, 0);
      assertArrayEquals(new double[] {0, 1, 2, 3, 4, 5, 6, 7}, x.toDoubles());
      train.copy(10, x, y, 0);
      assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, y.toDoubles());
    }
  }

  private static List<Double> starts(TextDataset data) {
    try (Arena arena = Arena.ofConfined()) {
      Slice x = Slice.allocate(TensorType.i32(1, 3), arena);
      Slice y = Slice.allocate(TensorType.i32(1, 3), arena);
      List<Double> starts = new ArrayList<>();
      for (int i = 0; i < data.size(); i++) {
        data.copy(i, x, y, 0);
        assertEquals(x.get(0) + 1, y.get(0));
        starts.add(x.get(0));
      }
      return starts;
    }
  }

  /** Of 26 letters 23 can begin an example of 3 and what follows it. */
  @Test
  void examplesThatAreDrawnBeginAnywhereAndDifferFromEpochToEpoch() throws IOException {
    String letters = "abcdefghijklmnopqrstuvwxyz";
    Path file = text(letters);
    Part all = new Part(0, 1);
    try (TextDataset data = TextDataset.drawing(file, letters, all, 3, 23);
        TextDataset some = TextDataset.drawing(file, letters, all, 3, 5)) {
      data.beginEpoch(1, 1);
      List<Double> first = starts(data);
      assertEquals(
          IntStream.range(0, 23).mapToObj(i -> (double) i).toList(),
          first.stream().sorted().toList());
      data.beginEpoch(1, 2);
      assertNotEquals(first, starts(data));
      data.beginEpoch(1, 1);
      assertEquals(first, starts(data));
      data.beginEpoch(2, 1);
      assertNotEquals(first, starts(data));
      some.beginEpoch(1, 1);
      assertEquals(first.subList(0, 5), starts(some));
      assertNotEquals(some.checksum(), data.checksum());
    }
    IOException e =
        assertThrows(
            IOException.class, () -> TextDataset.drawing(file, letters, all, 3, 24).close());
    assertEquals(
        file + ": 26 characters have 23 examples of 3, not 24 for each epoch", e.getMessage());
  }

  @Test
  void whatIsBadIsToldWithItsPlace() throws IOException {
    Path file = text("ab\nacb");
    refused(
        file,
        "ab\n",
        1,
        file + ":2:2: the character 'c' (U+0063) is not in the model's vocabulary");
    refused(
        file,
        "abc\n",
        6,
        file + ": 6 characters do not make one example of 6 and the one after it");
    Files.write(file, new byte[] {'a', (byte) 0xff});
    refused(file, "a", 1, file + ": is not text in UTF-8");
    refused(folder.resolve("none"), "a", 1, folder.resolve("none") + ": there is no such file");
  }

  private static void refused(Path file, String vocabulary, int block, String complaint) {
    IOException e =
        assertThrows(
            IOException.class,
            () -> TextDataset.open(file, vocabulary, new Part(0, 1), block).close());
    assertEquals(complaint, e.getMessage());
  }
}
