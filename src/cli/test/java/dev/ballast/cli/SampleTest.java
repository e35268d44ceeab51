package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.cli.TextSampler.Choice;
import dev.ballast.format.ModelFile;
import dev.ballast.kernel.Slice;
import dev.ballast.nn.Model;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.Philox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small GPT is trained on a text and writes more of it. */
class SampleTest {
  private static final String DEFINITION =
      """
      name = "tiny"
      input = [6]
      loss = "cross_entropy"
      batch = 8
      epochs = 2
      [data]
      kind = "text"
      folder = "."
      file = "t.txt"
      per_epoch = 80
      [optimizer]
      kind = "adamw"
      learning_rate = 0.01
      [[layer]]
      kind = "embedding"
      name = "wte"
      vocabulary = 6
      width = 8
      [[layer]]
      kind = "positions"
      [[layer]]
      kind = "residual"
      [[layer.layer]]
      kind = "layer_norm"
      [[layer.layer]]
      kind = "attention"
      heads = 2
      causal = true
      [[layer]]
      kind = "linear"
      tied = "wte"
      """;

  @TempDir Path folder;
  private Path model;

  @BeforeEach
  void train() throws IOException {
    Files.writeString(folder.resolve("t.txt"), "abacad\n".repeat(40) + "abdcab\n".repeat(10));
    Path definition = Files.writeString(folder.resolve("tiny.toml"), DEFINITION);
    model = folder.resolve("tiny.ballast");
    CommandRun.done("train", definition, "--out", model);
  }

  private String sampled(Object... more) throws IOException {
    Object[] all = new Object[more.length + 3];
    all[0] = "sample";
    all[1] = model;
    all[2] = "--json";
    System.arraycopy(more, 0, all, 3, more.length);
    return CommandRun.done(all).json().get("text").asText();
  }

  @Test
  void theSameSeedWritesTheSameText() throws IOException {
    String first = sampled("--length", 60, "--prompt", "ab");
    assertEquals(60, first.length());
    assertEquals(first, sampled("--length", 60, "--prompt", "ab"));
    assertNotEquals(first, sampled("--length", 60, "--prompt", "ab", "--seed", 1));
    assertTrue(first.chars().allMatch(c -> "\nabcd".indexOf(c) >= 0), first);
    CommandRun plain = CommandRun.done("sample", model, "--length", 60, "--prompt", "ab");
    assertEquals("ab" + first + System.lineSeparator(), plain.out());
  }

  /** Shorter and longer than the window, the most probable by the session's own scores. */
  @Test
  void atNoTemperatureTheMostProbableIsTaken() throws IOException {
    StringBuilder text = new StringBuilder("ab");
    String characters = "\nabcd";
    try (ModelFile file = ModelFile.open(model);
        Session s =
            Session.open(
                Planner.plan(file.graph(), PlanOptions.defaults()),
                file.weights(),
                SessionOptions.defaults())) {
      for (int written = 0; written < 12; written++) {
        String seen = text.substring(Math.max(0, text.length() - 6));
        for (int i = 0; i < 6; i++) {
          int c = i < seen.length() ? characters.indexOf(seen.charAt(i)) : 0;
          s.input(Model.INPUT).setLong(i, c);
        }
        s.run();
        Slice y = s.output(Model.OUTPUT);
        int best = 0;
        for (int c = 1; c < characters.length(); c++) {
          int row = 6 * (seen.length() - 1);
          best = y.get(row + c) > y.get(row + best) ? c : best;
        }
        text.append(characters.charAt(best));
      }
    }
    String greedy = sampled("--length", 12, "--prompt", "ab", "--temperature", 0);
    assertEquals(text.substring(2), greedy);
    assertEquals(greedy, sampled("--length", 12, "--prompt", "ab", "--top-k", 1, "--seed", 5));
  }

  /** The shares of many draws are those of the softmax, or of it among the most probable. */
  @Test
  void charactersAreDrawnByTheirProbabilities() {
    double[] scores = {Math.log(1), Math.log(2), Math.log(5)};
    assertShares(scores, new Choice(1, 3), 1 / 8.0, 2 / 8.0, 5 / 8.0);
    assertShares(scores, new Choice(0.5, 3), 1 / 30.0, 4 / 30.0, 25 / 30.0);
    assertShares(scores, new Choice(1, 2), 0, 2 / 7.0, 5 / 7.0);
    assertShares(scores, new Choice(0, 3), 0, 0, 1);
  }

  private static void assertShares(double[] scores, Choice choice, double... expected) {
    int draws = 20_000;
    int[] counts = new int[scores.length];
    Philox random = new Philox(3, 0);
    for (int i = 0; i < draws; i++) {
      counts[TextSampler.choose(scores, choice, random)]++;
    }
    for (int c = 0; c < counts.length; c++) {
      assertEquals(expected[c], counts[c] / (double) draws, 0.015, choice + " " + c);
    }
  }

  @Test
  void whatCannotBeDoneIsTold() throws IOException {
    String complaint = CommandRun.complaint("sample", model, "--prompt", "abx");
    assertTrue(
        complaint.contains(
            "does not know character 3 of the prompt, 'x' (U+0078), only these: abcd"),
        complaint);
    assertEquals(Main.WRONG_USAGE, CommandRun.of("sample", model, "--temperature", -1).status());
    assertEquals(Main.WRONG_USAGE, CommandRun.of("sample", model, "--top-k", 0).status());
    assertEquals(Main.WRONG_USAGE, CommandRun.of("sample", model, "--length", -1).status());
    Path definition = TinyDigits.in(folder).definition();
    Path digits = folder.resolve("digits.ballast");
    CommandRun.done("train", definition, "--out", digits);
    complaint = CommandRun.complaint("sample", digits);
    assertTrue(complaint.contains("was not trained on a text"), complaint);
    complaint = CommandRun.complaint("predict", model, folder.resolve("t.txt"));
    assertTrue(complaint.contains("ballast sample writes text"), complaint);
  }
}
