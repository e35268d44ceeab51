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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinesSourceTest {
  private static final String TEXT =
      """
      name = "lines"
      input = [5]
      batch = 2
      epochs = 1
      [loss]
      kind = "cross_entropy"
      ignored = -1
      [data]
      kind = "lines"
      folder = "."
      file = "t.txt"
      validation = 0.25
      test_share = 0.2
      split_seed = 3
      [optimizer]
      kind = "sgd"
      learning_rate = 0.1
      [[layer]]
      kind = "embedding"
      vocabulary = 11
      width = 3
      [[layer]]
      kind = "gru"
      hidden = 4
      layers = 2
      dropout = 0.5
      [[layer]]
      kind = "linear"
      out = 11
      """;

  @TempDir Path folder;

  private DataSource source(String definition) throws IOException {
    return DefinitionReader.read(Files.writeString(folder.resolve("t.toml"), definition)).data();
  }

  /** The first two characters of each example. */
  private static List<Integer> examples(Dataset data) {
    List<Integer> all = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      Slice x = Slice.allocate(TensorType.i32(1, 5), arena);
      Slice y = Slice.allocate(TensorType.i32(1, 5), arena);
      for (int i = 0; i < data.size(); i++) {
        data.copy(i, x, y, 0);
        all.add((int) (10 * (y.get(0) - 1) + y.get(1) - 1));
      }
    }
    return all;
  }

  @Test
  void eachLineIsInOnePart() throws IOException {
    List<String> lines = IntStream.range(0, 100).mapToObj("%02d"::formatted).toList();
    Files.write(folder.resolve("t.txt"), lines);
    DataSource fitted = source(TEXT).fitted(_ -> {});
    assertEquals(
        Map.of(TextSource.CHARACTERS, "\n0123456789", LinesSource.LINES, "true"),
        fitted.metadata());
    try (DataSource.Training parts = fitted.training(_ -> {});
        Dataset test = fitted.test(_ -> {})) {
      assertEquals(60, parts.train().size());
      assertEquals(20, parts.validation().orElseThrow().size());
      assertEquals(20, test.size());
      List<Integer> all = new ArrayList<>(examples(parts.train()));
      all.addAll(examples(parts.validation().get()));
      all.addAll(examples(test));
      assertEquals(IntStream.range(0, 100).boxed().toList(), all.stream().sorted().toList());
    }
    DataSource other = source(TEXT.replace("seed = 3", "seed = 4")).fitted(_ -> {});
    try (Dataset one = fitted.test(_ -> {});
        Dataset two = other.test(_ -> {})) {
      assertTrue(!examples(one).equals(examples(two)), "another seed, another draw");
    }
  }

  @Test
  void badLinesAreRefusedOrLeftOut() throws IOException {
    Files.writeString(folder.resolve("t.txt"), "ab\nba\nabcdef\naa\nbb\nbba\naba\nabab\n");
    DataSource fitted = source(TEXT).fitted(_ -> {});
    String complaint = assertThrows(IOException.class, () -> fitted.training(_ -> {})).getMessage();
    assertTrue(complaint.contains("t.txt:3: has 6 characters, and an example has"), complaint);
    List<String> told = new ArrayList<>();
    try (Dataset test = fitted.skippingBad().test(told::add)) {
      assertEquals(1, test.size());
      assertTrue(told.getFirst().startsWith("skipped "), told.toString());
      assertEquals(1, told.size());
    }
  }

  @Test
  void aModelOfOtherDataIsRefused() throws IOException {
    Map<String, String> text = Map.of(TextSource.CHARACTERS, "\nab");
    assertEquals(
        "m.ballast: says nothing of lines: it was not trained on lines of text",
        assertThrows(IOException.class, () -> source(TEXT).fittedAs(Path.of("m.ballast"), text))
            .getMessage());
  }

  /** What is replaced, by what, and the complaint behind the file's name. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ignored = -1 | | 5:1: loss: lines end before the longest does, which a loss must not look at: put [loss] with kind = "cross_entropy" and ignored = -1
          ignored = -1 | ignored = 3 | 5:1: loss: lines end before the longest does, which a loss must not look at: put [loss] with kind = "cross_entropy" and ignored = -1
          [5] | [1] | 2:1: input: lines need the characters of the longest and one more, as [16]
          [5] | [5, 2] | 2:1: input: lines need the characters of the longest and one more, as [16]
          test_share = 0.2 | test_share = 0 | 13:1: data.test_share: must be above 0: some of the lines are the test
          hidden = 4 | hidden = 0 | 24:1: layer.hidden: must be at least 1 and fit 32 bits, not 0
          layers = 2 | layers = 1 | 26:1: layer.dropout: acts between layers, and there is one
          dropout = 0.5 | dropout = 1 | 26:1: layer.dropout: must be in [0, 1), not 1.0
          dropout = 0.5 | drop = 0.5 | 26:1: layer.drop: there is no such key here, only [kind, name, hidden, layers, dropout, last]
          dropout = 0.5 | dropout = 0.5\\n[[layer]]\\nkind = "flatten"\\n[[layer]]\\nkind = "lstm"\\nhidden = 2 | 30:1: layer.kind: needs steps of numbers [T, I], and gets [20]
          """)
  void aMistakeIsToldWithItsPlace(String original, String replacement, String complaint) {
    assertTrue(TEXT.contains(original), original);
    String by = replacement == null ? "" : replacement.replace("\\n", "\n");
    DefinitionException e =
        assertThrows(DefinitionException.class, () -> source(TEXT.replace(original, by)));
    String file = folder.resolve("t.toml") + ":";
    assertTrue(e.getMessage().startsWith(file), e.getMessage());
    assertEquals(complaint, e.getMessage().substring(file.length()));
  }

  @Test
  void recurrentLayersGiveAllStatesOrTheLast() throws IOException {
    for (String kind : List.of("gru", "lstm")) {
      String text = TEXT.replace("\"gru\"", "\"" + kind + "\"");
      assertEquals("f32[2x5x11]", result(text));
      assertEquals("f32[2x11]", result(text.replace("layers = 2", "layers = 2\nlast = true")));
    }
  }

  private String result(String text) throws IOException {
    Definition d = DefinitionReader.read(Files.writeString(folder.resolve("t.toml"), text));
    return d.model().inference(2).outputs().get("y").type().toString();
  }
}
