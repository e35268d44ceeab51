package dev.ballast.cli.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.Dataset;
import dev.ballast.kernel.Slice;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextSourceTest {
  private static final String TEXT =
      """
      name = "characters"
      input = [5]
      loss = "cross_entropy"
      batch = 2
      epochs = 1
      [data]
      kind = "text"
      folder = "."
      file = "t.txt"
      validation = 0.25
      test_share = 0.2
      [optimizer]
      kind = "sgd"
      learning_rate = 0.1
      [[layer]]
      kind = "relu"
      """;

  @TempDir Path folder;

  private DataSource source(String definition) throws IOException {
    return DefinitionReader.read(Files.writeString(folder.resolve("t.toml"), definition)).data();
  }

  private static double[] first(Dataset data) {
    try (Arena arena = Arena.ofConfined()) {
      Slice x = Slice.allocate(TensorType.i32(1, 5), arena);
      Slice y = Slice.allocate(TensorType.i32(1, 5), arena);
      data.copy(0, x, y, 0);
      return new double[] {x.get(0), y.get(0)};
    }
  }

  @Test
  void thePartsOfATextFollowEachOther() throws IOException {
    Files.writeString(folder.resolve("t.txt"), "abcdefghij".repeat(10));
    DataSource fitted = source(TEXT).fitted(_ -> {});
    assertEquals(Map.of(TextSource.CHARACTERS, "abcdefghij"), fitted.metadata());
    try (DataSource.Training parts = fitted.training(_ -> {});
        Dataset test = fitted.test(_ -> {})) {
      assertEquals(11, parts.train().size());
      assertEquals(3, parts.validation().orElseThrow().size());
      assertEquals(3, test.size());
      assertEquals(0, first(parts.train())[0]);
      assertEquals(0, first(parts.validation().get())[0]);
      assertEquals(1, first(test)[1]);
    }
  }

  @Test
  void whatIsWrongIsNamed() throws IOException {
    Files.writeString(folder.resolve("t.txt"), "abc\nabd");
    Path model = Path.of("m.ballast");
    DataSource known = source(TEXT).fittedAs(model, Map.of(TextSource.CHARACTERS, "\nabc"));
    String complaint = assertThrows(IOException.class, () -> known.test(_ -> {})).getMessage();
    assertTrue(complaint.contains("t.txt:2:3: the character 'd' (U+0064)"), complaint);
    complaint =
        assertThrows(IOException.class, () -> source(TEXT).fittedAs(model, Map.of())).getMessage();
    assertEquals("m.ballast: says nothing of characters: it was not trained on a text", complaint);
    complaint =
        assertThrows(
                IOException.class, () -> source(TEXT.replace("test_share = 0.2", "test_share = 0")))
            .getMessage();
    assertTrue(complaint.contains("data.test_share: must be above 0"), complaint);
    complaint =
        assertThrows(IOException.class, () -> source(TEXT.replace("[5]", "[5, 1]"))).getMessage();
    assertTrue(complaint.contains("input: a text needs the characters of an example"), complaint);
  }
}
