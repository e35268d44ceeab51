package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.format.ModelFile;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trained network gets a new head for other classes; the rest is frozen. */
class FineTuneTest {
  @TempDir Path folder;
  private TinyDigits digits;
  private Path trained;

  @BeforeEach
  void train() throws IOException {
    digits = TinyDigits.in(folder);
    trained = folder.resolve("trained.ballast");
    CommandRun.done("train", digits.definition(), "--out", trained);
    digits
        .edited("\"above\", \"below\"", "\"above\", \"below\", \"neither\"")
        .edited("out = 2", "out = 3");
  }

  private static byte[] bytes(ModelFile file, String name) {
    return file.weights(name).toArray(ValueLayout.JAVA_BYTE);
  }

  @Test
  void onlyTheNewHeadLearns() throws IOException {
    digits.edited("[[layer]]\nkind = \"flatten\"", FROZEN + "[[layer]]\nkind = \"flatten\"");
    Path tuned = folder.resolve("tuned.ballast");
    Path fresh = folder.resolve("fresh.ballast");
    Object[] command = {
      "train",
      digits.definition(),
      "--from",
      trained,
      "--replace",
      "fc2.*",
      "--out",
      tuned,
      "--json"
    };
    double accuracy = CommandRun.done(command).json().get("testAccuracy").asDouble();
    assertTrue(accuracy > 0.9, "accuracy " + accuracy);
    CommandRun.done(
        "train",
        digits.definition(),
        "--from",
        trained,
        "--replace",
        "fc2.*",
        "--epochs",
        0,
        "--out",
        fresh);
    try (ModelFile before = ModelFile.open(trained);
        ModelFile start = ModelFile.open(fresh);
        ModelFile after = ModelFile.open(tuned)) {
      for (String name : List.of("fc1.weight", "fc1.bias")) {
        assertArrayEquals(bytes(before, name), bytes(after, name), name);
      }
      assertEquals(3 * 8 * Float.BYTES, bytes(after, "fc2.weight").length);
      assertFalse(Arrays.equals(bytes(start, "fc2.weight"), bytes(after, "fc2.weight")));
      assertFalse(Arrays.equals(bytes(start, "fc2.bias"), bytes(after, "fc2.bias")));
    }
  }

  private static final String FROZEN =
      """
      [[group]]
      match = "fc1.*"
      frozen = true
      """;

  @Test
  void whatDoesNotFitIsToldWithTheWayOut() throws IOException {
    Path definition = digits.definition();
    String complaint = CommandRun.complaint("train", definition, "--from", trained);
    assertTrue(
        complaint.contains(
            "trained.ballast: the definition has 'fc2.weight' of f32[3x8], this model has one of"
                + " f32[2x8]; to start it afresh: --replace 'fc2.weight'"),
        complaint);
    complaint =
        CommandRun.complaint("train", definition, "--from", trained, "--replace", "fc2.weight");
    assertTrue(complaint.contains("the definition has 'fc2.bias' of f32[3]"), complaint);
    complaint =
        CommandRun.complaint(
            "train", definition, "--from", trained, "--replace", "fc2.*", "--replace", "head.*");
    assertTrue(
        complaint.contains(
            "--replace head.*: neither the definition nor "
                + trained
                + " has such a parameter; the definition has [fc1.weight, fc1.bias, fc2.weight,"
                + " fc2.bias]"),
        complaint);
    Files.writeString(
        definition, Files.readString(definition).replace("out = 3", "out = 3\nbias = false"));
    complaint =
        CommandRun.complaint("train", definition, "--from", trained, "--replace", "fc2.weight");
    assertTrue(
        complaint.contains(
            "has weights that the definition has not: {fc2.bias=f32[2]}; to do without: --replace"
                + " 'fc2.bias'"),
        complaint);
    CommandRun.done(
        "train",
        definition,
        "--from",
        trained,
        "--replace",
        "fc2.weight",
        "--replace",
        "fc2.bias",
        "--out",
        folder.resolve("without.ballast"));
    assertEquals(
        Main.WRONG_USAGE, CommandRun.of("train", definition, "--replace", "fc2.*").status());
  }
}
