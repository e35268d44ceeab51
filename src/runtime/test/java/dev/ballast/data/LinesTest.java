package dev.ballast.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.kernel.Slice;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinesTest {
  @TempDir Path folder;

  private Path text(String content) throws IOException {
    return Files.writeString(folder.resolve("t.txt"), content);
  }

  private static LinesDataset open(Path file, String vocabulary, int steps) throws IOException {
    return LinesDataset.open(
        file,
        vocabulary,
        steps,
        -1,
        complaint -> {
          throw new IOException(complaint);
        });
  }

  @Test
  void aLineIsForetoldFromTheEndMarkToTheEndMark() throws IOException {
    // Of three systems' line ends, an empty line, and none at the end.
    Path file = text("ab\r\n\ncabé\nb");
    String vocabulary = LinesFile.vocabularyOf(file, 4);
    assertEquals("\nabcé", vocabulary);
    try (LinesDataset data = open(file, vocabulary, 5);
        Arena arena = Arena.ofConfined()) {
      assertEquals(3, data.size());
      assertEquals(TensorType.i32(5), data.target());
      Slice x = Slice.allocate(TensorType.i32(3, 5), arena);
      Slice y = Slice.allocate(TensorType.i32(3, 5), arena);
      data.copy(0, x, y, 2);
      data.copy(1, x, y, 0);
      data.copy(2, x, y, 1);
      assertArrayEquals(new double[] {0, 3, 1, 2, 4, 0, 2, 0, 0, 0, 0, 1, 2, 0, 0}, x.toDoubles());
      assertArrayEquals(
          new double[] {3, 1, 2, 4, 0, 2, 0, -1, -1, -1, 1, 2, 0, -1, -1}, y.toDoubles());
    }
  }

  @Test
  void whatCannotBeUsedIsRefusedWithItsPlace() throws IOException {
    Path file = text("ab\nabcde\n\nabx\n");
    assertEquals(
        file
            + ":2: has 5 characters, and an example has room for 4 and the end: put input = [6]"
            + " or more",
        assertThrows(IOException.class, () -> open(file, "\nabcde", 5)).getMessage());
    assertEquals(
        file + ":4:3: the character 'x' (U+0078) is not in the model's vocabulary",
        assertThrows(IOException.class, () -> open(file, "\nabcde", 6)).getMessage());
    assertEquals(
        file + ": has no line that is an example",
        assertThrows(IOException.class, () -> open(text("\n\n"), "\n", 6)).getMessage());
    Path bytes = Files.write(folder.resolve("b.txt"), new byte[] {'a', (byte) 0xff, '\n'});
    assertEquals(
        bytes + ": is not text in UTF-8",
        assertThrows(IOException.class, () -> LinesFile.vocabularyOf(bytes, 9)).getMessage());
    Path absent = folder.resolve("absent.txt");
    assertEquals(
        absent + ": there is no such file",
        assertThrows(IOException.class, () -> LinesFile.vocabularyOf(absent, 9)).getMessage());
  }

  @Test
  void whatCannotBeUsedCanBeLeftOut() throws IOException {
    Path file = text("ab\nabcdxyz\nba\n");
    assertEquals("\nab", LinesFile.vocabularyOf(file, 4));
    List<String> told = new ArrayList<>();
    try (LinesDataset data = LinesDataset.open(file, "\nab", 5, -1, told::add)) {
      assertEquals(2, data.size());
      assertEquals(1, told.size());
    }
  }

  @Test
  void theChecksumIsThatOfTheLines() throws IOException {
    String first;
    try (LinesDataset data = open(text("ab\nba\n"), "\nab", 4)) {
      first = data.checksum();
    }
    try (LinesDataset data = open(text("ab\r\n\r\nba"), "\nab", 4)) {
      assertEquals(first, data.checksum());
    }
    try (LinesDataset data = open(text("abb\na\n"), "\nab", 4)) {
      assertNotEquals(first, data.checksum());
    }
  }
}
