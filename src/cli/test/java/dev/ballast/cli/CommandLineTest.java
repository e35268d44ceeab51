package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as users call them, on data that are learned in a moment. */
class CommandLineTest {
  @TempDir Path folder;
  private TinyDigits tiny;
  private String model;

  private record Run(int status, String out, String err) {
    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(out);
    }
  }

  @BeforeEach
  void makeData() throws IOException {
    tiny = TinyDigits.in(folder);
    model = folder.resolve("tiny.ballast").toString();
  }

  private static Run run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts =
        java.util.Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    int status = Main.run(new PrintWriter(out), new PrintWriter(err), texts);
    return new Run(status, out.toString(), err.toString());
  }

  private Run train(String... more) {
    List<Object> all =
        new java.util.ArrayList<>(List.of("train", tiny.definition(), "--out", model));
    all.addAll(List.of(more));
    return run(all.toArray());
  }

  private static void failed(Run r, String complaint) {
    assertEquals(Main.FAILED, r.status(), r.err());
    assertTrue(r.err().contains(complaint), r.err());
    assertFalse(r.err().contains("\tat "), "a stack trace: " + r.err());
    assertEquals("", r.out());
  }

  @Test
  void trainingTellsWhatItDidAndWritesTheModel() throws IOException {
    Run r = train("--json");
    assertEquals(0, r.status(), r.err());
    JsonNode j = r.json();
    for (String key :
        List.of(
            "testAccuracy",
            "trainLoss",
            "epochs",
            "secondsPerEpoch",
            "steps",
            "arenaBytes",
            "lowerBoundBytes",
            "noReuseBytes",
            "heapBytesPerStep",
            "parameters",
            "model")) {
      assertTrue(j.has(key), key);
    }
    assertEquals(1.0, j.get("testAccuracy").asDouble());
    assertEquals(3, j.get("epochs").asInt());
    assertEquals(3 * 14, j.get("steps").asInt());
    assertEquals(16 * 8 + 8 + 8 * 2 + 2, j.get("parameters").asInt());
    assertEquals(
        j.get("arenaBytes").asLong(),
        j.get("lowerBoundBytes").asLong() + j.get("alignmentBytes").asLong());
    assertEquals(model, j.get("model").asText());
    assertTrue(Files.exists(Path.of(model)));
    int plan = r.err().indexOf("plan: ");
    assertTrue(plan >= 0 && plan < r.err().indexOf("epoch 1/3"), r.err());
  }

  @Test
  void theSameSeedGivesTheSameWeights() throws IOException {
    String first = train("--json").json().get("weightsChecksum").asText();
    assertEquals(first, train("--json").json().get("weightsChecksum").asText());
    JsonNode other = train("--json", "--seed", "9").json();
    assertFalse(first.equals(other.get("weightsChecksum").asText()));
    assertEquals(9, other.get("seed").asInt());
  }

  @Test
  void evaluationFindsTheAccuracyThatTrainingTold() throws IOException {
    JsonNode trained = train("--json", "--epochs", "1").json();
    JsonNode j = run("eval", model, tiny.definition(), "--json", "--batch", "7").json();
    assertEquals(trained.get("testAccuracy").asDouble(), j.get("accuracy").asDouble());
    assertEquals(trained.get("testLoss").asDouble(), j.get("loss").asDouble(), 1e-6);
    assertEquals(50, j.get("examples").asInt());
    assertEquals(trained.get("weightsChecksum"), j.get("weightsChecksum"));
  }

  @Test
  void inspectionShowsWhatTheFileHolds() throws IOException {
    JsonNode trained = train("--json").json();
    JsonNode j = run("inspect", model, "--json").json();
    assertEquals(trained.get("parameters"), j.get("parameters"));
    assertEquals(trained.get("weightsChecksum"), j.get("weightsChecksum"));
    assertEquals("1", j.get("metadata").get("seed").asText());
    assertEquals(Files.readString(tiny.definition()), j.get("metadata").get("definition").asText());
    Run text = run("inspect", model);
    assertTrue(text.out().contains("fc1.weight"), text.out());
    assertTrue(text.out().contains(trained.get("weightsChecksum").asText()), text.out());
  }

  @Test
  void predictionNamesTheClassOfImagesAndOfIdxFiles() throws IOException {
    train();
    Path png = folder.resolve("above.png");
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
    for (int p = 0; p < 8; p++) {
      image.getRaster().setSample(p % 4, p / 4, 0, 230);
    }
    ImageIO.write(image, "png", png.toFile());
    JsonNode j = run("predict", model, png, "--json").json().get("predictions").get(0);
    assertEquals("above", j.get("class").asText());
    double sum =
        j.get("probabilities").get("above").asDouble()
            + j.get("probabilities").get("below").asDouble();
    assertEquals(1, sum, 1e-6);
    JsonNode inverted = run("predict", model, png, "--json", "--invert").json();
    assertEquals("below", inverted.get("predictions").get(0).get("class").asText());
    Run idx = run("predict", model, folder.resolve("test-images-ubyte"), "--index", "0,3");
    assertEquals(0, idx.status(), idx.err());
    byte[] labels = Files.readAllBytes(folder.resolve("test-labels-ubyte"));
    for (int i : new int[] {0, 3}) {
      String expected = "#" + i + ": " + (labels[8 + i] == 0 ? "above" : "below");
      assertTrue(idx.out().contains(expected), idx.out());
    }
  }

  @Test
  void planTellsBytesForTrainingAndInference() throws IOException {
    JsonNode training = run("plan", tiny.definition(), "--json").json();
    for (String key :
        List.of(
            "arenaBytes",
            "lowerBoundBytes",
            "noReuseBytes",
            "certificate",
            "orderBytes",
            "orderBoundBytes",
            "peakStep",
            "buffers")) {
      assertTrue(training.has(key), key);
    }
    assertEquals("OPTIMAL (load)", training.get("certificate").asText());
    JsonNode inference = run("plan", tiny.definition(), "--json", "--inference").json();
    assertTrue(inference.get("arenaBytes").asLong() < training.get("arenaBytes").asLong());
    JsonNode apart = run("plan", tiny.definition(), "--json", "--no-reuse").json();
    assertEquals(apart.get("noReuseBytes"), apart.get("arenaBytes"));
    train();
    JsonNode fromModel = run("plan", model, "--json", "--batch", "4").json();
    JsonNode fromText =
        run("plan", tiny.definition(), "--json", "--inference", "--batch", "4").json();
    assertEquals(fromText.get("arenaBytes"), fromModel.get("arenaBytes"));
  }

  @Test
  void planLeavesOutRulesByName() throws IOException {
    JsonNode all = run("plan", tiny.definition(), "--json").json();
    assertTrue(all.get("orderCertified").asBoolean(), all.toString());
    JsonNode apart = run("plan", tiny.definition(), "--json", "--without", "reuse,in-place").json();
    assertTrue(apart.get("arenaBytes").asLong() > all.get("arenaBytes").asLong());
    Run unknown = run("plan", tiny.definition(), "--without", "reuse,magic");
    assertEquals(Main.WRONG_USAGE, unknown.status());
    String names =
        "join-losses, accumulate, bit-masks, fuse-updates, fuse, fuse-sums, early-updates, reuse,"
            + " in-place, join, reorder";
    assertTrue(unknown.err().contains("there is no rule 'magic', only " + names), unknown.err());
  }

  @Test
  void theAblationHasALineForEachRule() throws IOException {
    Run text = run("plan", tiny.definition(), "--ablation");
    assertEquals(0, text.status(), text.err());
    JsonNode rows = run("plan", tiny.definition(), "--ablation", "--json").json().get("ablation");
    assertEquals(rows.size() + 1, text.out().lines().count());
    long all = run("plan", tiny.definition(), "--json").json().get("arenaBytes").asLong();
    assertEquals(all, rows.get(0).get("arenaBytes").asLong());
    for (JsonNode row : rows) {
      String left =
          String.join(",", new ObjectMapper().convertValue(row.get("without"), String[].class));
      if (!left.isEmpty()) {
        JsonNode without = run("plan", tiny.definition(), "--json", "--without", left).json();
        assertEquals(without.get("arenaBytes"), row.get("arenaBytes"), left);
      }
      assertTrue(row.get("arenaBytes").asLong() >= all, row.toString());
    }
  }

  @Test
  void planWritesItsPictureAndTables() throws IOException {
    Path csv = folder.resolve("plan.csv");
    Path svg = folder.resolve("plan.svg");
    Path json = folder.resolve("plan.json");
    Run r = run("plan", tiny.definition(), "--csv", csv, "--svg", svg, "--export", json, "--graph");
    assertEquals(0, r.status(), r.err());
    assertTrue(r.out().contains("cross_entropy_with_gradient") && r.out().contains("█"), r.out());
    assertEquals("id,lower,upper,size,offset", Files.readAllLines(csv).getFirst());
    assertTrue(Files.readString(svg).startsWith("<svg") || Files.readString(svg).contains("<svg "));
    JsonNode plan = new ObjectMapper().readTree(json.toFile());
    assertEquals(
        run("plan", tiny.definition(), "--json").json().get("buffers").asInt(),
        plan.get("buffers").size());
  }

  @Test
  void doctorFindsThisMachineHealthy() throws IOException {
    JsonNode j = run("doctor", "--json").json();
    assertTrue(j.get("healthy").asBoolean());
    assertEquals(1, j.get("openblasThreads").asInt());
    assertTrue(j.get("openblasTried").size() >= 1);
  }

  @Test
  void aDamagedModelIsToldInOneLineWithItsByte() throws IOException {
    train();
    byte[] bytes = Files.readAllBytes(Path.of(model));
    bytes[bytes.length / 2] ^= 1;
    Files.write(Path.of(model), bytes);
    failed(run("inspect", model), "tiny.ballast: at byte ");
    failed(run("inspect", tiny.definition()), "tiny.toml: at byte 0: ");
    failed(run("inspect", folder), folder.toString());
  }

  @Test
  void aRunThatFailsLeavesTheOldModelAlone() throws IOException {
    train();
    byte[] before = Files.readAllBytes(Path.of(model));
    tiny.edited("learning_rate = 0.05", "learning_rate = 1e30").edited("\"adam\"", "\"sgd\"");
    failed(train(), "training has diverged");
    assertArrayEquals(before, Files.readAllBytes(Path.of(model)));
    try (var files = Files.list(folder)) {
      assertEquals(1, files.filter(f -> f.toString().contains("ballast")).count());
    }
  }

  @Test
  void mistakesAreToldBeforeAnythingRuns() throws IOException {
    failed(
        run("train", tiny.definition(), "--out", folder.resolve("no/such/m.ballast")),
        "does not exist");
    Path nowhere = folder.resolve("nowhere");
    failed(
        train("--data", nowhere.toString()),
        nowhere + ": there is no such folder; say where the data is");
    tiny.edited("kind = \"idx\"", "kind = \"idx\"\norigin = \"they grow on trees\"");
    failed(
        train("--data", nowhere.toString()),
        nowhere
            + ": there is no such folder or archive: they grow on trees; say where the data is");
    failed(run("inspect", folder.resolve("none.ballast")), "none.ballast");
    train();
    failed(run("predict", model, folder.resolve("x.png")), "x.png: there is no such file");
    failed(
        run("predict", model, folder.resolve("test-images-ubyte"), "--index", "50"),
        "there is no image 50, only 0 to 49");
    failed(run("predict", model, tiny.definition()), "is no image that can be read");
    tiny.edited("out = 2", "out = 1");
    failed(train(), "7:1: classes: there are 2, and the network has outputs for 1");
  }

  @Test
  void labelsAreNoTargetsForARegression() throws IOException {
    tiny.edited("\"cross_entropy\"", "\"mse\"");
    tiny.edited("classes = [\"above\", \"below\"]\n", "");
    failed(
        train(),
        "mse takes numbers, and the data have labels: name the classes, as many as the network has"
            + " outputs (2), or take the loss cross_entropy");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train",
        "eval",
        "predict",
        "inspect",
        "plan",
        "pack",
        "grad",
        "paths",
        "gradcheck",
        "bench",
        "tune",
        "doctor"
      })
  void helpShowsAnExample(String command) {
    Run r = run(command, "--help");
    assertEquals(0, r.status());
    assertTrue(r.out().contains("Example") && r.out().contains("ballast " + command), r.out());
  }

  @Test
  void wrongUsageIsStatusTwo() {
    assertEquals(Main.WRONG_USAGE, run().status());
    assertEquals(Main.WRONG_USAGE, run("fly").status());
    assertEquals(Main.WRONG_USAGE, run("train").status());
    assertEquals(Main.WRONG_USAGE, run("train", "x.toml", "--epochs", "many").status());
    assertEquals(Main.WRONG_USAGE, run("plan", tiny.definition(), "--batch", "0").status());
    assertEquals(Main.WRONG_USAGE, run("train", tiny.definition(), "--epochs", "-1").status());
  }
}
