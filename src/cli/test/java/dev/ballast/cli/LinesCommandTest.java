package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.data.Partition;
import dev.ballast.format.ModelFile;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.nn.Model;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A recurrent network on lines of text, as users train it. Losses and weights are PyTorch's, see
 * recurrent_weights.py.
 */
class LinesCommandTest {
  private static final String DEFINITION =
      """
      name = "words"
      input = [6]
      batch = 3
      epochs = 1
      shuffle = false
      [loss]
      kind = "cross_entropy"
      ignored = -1
      [data]
      kind = "lines"
      folder = "."
      file = "words.txt"
      test_share = 0.25
      [optimizer]
      kind = "sgd"
      learning_rate = 0.5
      [[layer]]
      kind = "embedding"
      name = "characters"
      vocabulary = 6
      width = 3
      [[layer]]
      kind = "gru"
      name = "gru"
      hidden = 4
      layers = 2
      [[layer]]
      kind = "lstm"
      name = "lstm"
      hidden = 5
      [[layer]]
      kind = "linear"
      name = "next"
      out = 6
      """;

  private static final String CHARACTERS = "\nabcde";

  @TempDir Path folder;
  private Path definition;
  private JsonNode facts;

  @BeforeEach
  void unpack() throws IOException {
    definition = Files.writeString(folder.resolve("words.toml"), DEFINITION);
    facts = new ObjectMapper().readTree(Files.readAllBytes(golden("names.json")));
    List<String> words = new ArrayList<>();
    facts.get("words").forEach(w -> words.add(w.asText()));
    Files.write(folder.resolve("words.txt"), words);
  }

  private Path golden(String name) throws IOException {
    try (InputStream in = LinesCommandTest.class.getResourceAsStream("/goldens/" + name)) {
      return Files.write(folder.resolve(name), in.readAllBytes());
    }
  }

  private Path imported(Path weights, String name) {
    Path out = folder.resolve(name);
    CommandRun.done("convert", weights, "--definition", definition, "--out", out);
    return out;
  }

  /** The draw that the script was told of. */
  @Test
  void theEpochSeesTheLinesThatPyTorchSaw() {
    List<Integer> train = new ArrayList<>();
    facts.get("train").forEach(i -> train.add(i.asInt()));
    int[] drawn = Partition.of(12, new Partition.Shares(0.25, 0, 0)).train();
    assertArrayEquals(train.stream().mapToInt(i -> i).toArray(), drawn);
  }

  @Test
  void trainingGoesOnAsInPyTorchAndTheWeightsGoBack() throws IOException {
    Path start = imported(golden("names-before.safetensors"), "before.ballast");
    Path tuned = folder.resolve("tuned.ballast");
    JsonNode run =
        CommandRun.done("train", definition, "--from", start, "--out", tuned, "--json").json();
    assertEquals(facts.get("after").asDouble(), run.get("testLoss").asDouble(), 1e-5);
    JsonNode evaluated = CommandRun.done("eval", tuned, definition, "--json").json();
    assertEquals(run.get("testLoss").asDouble(), evaluated.get("loss").asDouble(), 1e-6);
    Path safe = folder.resolve("tuned.safetensors");
    CommandRun.done("convert", tuned, "--out", safe);
    try (ModelFile theirs =
            ModelFile.open(imported(golden("names-after.safetensors"), "after.ballast"));
        ModelFile ours = ModelFile.open(tuned);
        ModelFile returned = ModelFile.open(imported(safe, "back.ballast"))) {
      assertEquals(ours.weightsChecksum(), returned.weightsChecksum());
      assertEquals(15, ours.graph().parameters().size());
      for (Value.Parameter p : ours.graph().parameters()) {
        assertArrayEquals(
            theirs.weights(p.name()).toArray(ValueLayout.JAVA_FLOAT),
            ours.weights(p.name()).toArray(ValueLayout.JAVA_FLOAT),
            1e-5f,
            p.name());
      }
    }
  }

  /** Each line from the end mark on, by the session's own scores; none is longer than examples. */
  @Test
  void newLinesAreWrittenEachByItself() throws IOException {
    Path model = imported(golden("names-before.safetensors"), "before.ballast");
    Path tuned = folder.resolve("tuned.ballast");
    CommandRun.done("train", definition, "--from", model, "--out", tuned);
    String expected = "ab" + greedy(tuned, "ab", 20);
    CommandRun greedy =
        CommandRun.done("sample", tuned, "--length", 20, "--temperature", 0, "--prompt", "ab");
    assertEquals(expected + System.lineSeparator(), greedy.out());
    String drawn =
        CommandRun.done("sample", tuned, "--length", 200, "--json").json().get("text").asText();
    assertEquals(200, drawn.length());
    List<String> lines = drawn.lines().toList();
    assertTrue(lines.size() > 30, drawn);
    assertTrue(lines.stream().allMatch(l -> l.length() <= 6), drawn);
  }

  private static String greedy(Path model, String prompt, int length) throws IOException {
    StringBuilder text = new StringBuilder();
    StringBuilder line = new StringBuilder("\n" + prompt);
    try (ModelFile file = ModelFile.open(model);
        Session s =
            Session.open(
                Planner.plan(file.graph(), PlanOptions.defaults()),
                file.weights(),
                SessionOptions.defaults())) {
      while (text.length() < length) {
        for (int i = 0; i < line.length() && i < 6; i++) {
          s.input(Model.INPUT).setLong(i, CHARACTERS.indexOf(line.charAt(i)));
        }
        s.run();
        Slice y = s.output(Model.OUTPUT);
        int row = 6 * (line.length() - 1);
        int best = 0;
        for (int c = 1; line.length() <= 6 && c < 6; c++) {
          best = y.get(row + c) > y.get(row + best) ? c : best;
        }
        char next = CHARACTERS.charAt(best);
        text.append(next);
        line = next == '\n' ? new StringBuilder("\n") : line.append(next);
      }
    }
    return text.toString();
  }

  @Test
  void whatIsWrongIsNamedWithItsLine() throws IOException {
    Files.writeString(folder.resolve("words.txt"), "ab\nabcabc\nba\nbb\naa\n");
    Path out = folder.resolve("x.ballast");
    String complaint = CommandRun.complaint("train", definition, "--out", out);
    assertTrue(complaint.contains("words.txt:2: has 6 characters"), complaint);
    CommandRun skipped = CommandRun.done("train", definition, "--skip-bad", "--out", out);
    assertTrue(skipped.err().contains("words.txt:2: has 6 characters"), skipped.err());
  }
}
