package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ballast.tensor.Philox;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on tables, and asking about rows, as users do it. */
class TablesTest {
  private static final String HEAD =
      """
      name = "fruit"
      input = [4]
      loss = "%s"
      batch = 16
      epochs = 60
      seed = 1
      [data]
      kind = "csv"
      folder = "."
      train = "fruit.csv"
      target = "%s"
      missing = "fill"
      test_share = 0.25
      validation = 0.2
      """;
  private static final String TAIL =
      """
      [optimizer]
      kind = "adam"
      learning_rate = 0.05
      [[layer]]
      kind = "linear"
      name = "fc1"
      out = %d
      """;

  @TempDir Path folder;
  private Path definition;
  private Path model;

  /** Sour fruits are heavy or green; the price is 3 a gram, and 50 more where it is red. */
  @BeforeEach
  void makeData() throws IOException {
    Philox random = new Philox(4, 0);
    StringBuilder rows = new StringBuilder("grams,colour,price,taste\n");
    String[] colours = {"green", "red", "yellow"};
    for (int i = 0; i < 160; i++) {
      int colour = random.nextInt(3);
      double grams = Math.rint(1000 * (50 + 100 * random.nextDouble())) / 1000;
      double price = 3 * grams + (colour == 1 ? 50 : 0);
      boolean sour = (grams - 100) / 30 + (colour == 0 ? 2 : -1) > 0;
      String shown = i == 7 ? "" : colours[colour];
      rows.append("%s,%s,%s,%s%n".formatted(grams, shown, price, sour ? "sour" : "sweet"));
    }
    Files.writeString(folder.resolve("fruit.csv"), rows);
    definition = folder.resolve("fruit.toml");
    model = folder.resolve("fruit.ballast");
  }

  private void define(String loss, String target, String more, int out) throws IOException {
    String text = HEAD.formatted(loss, target) + more + TAIL.formatted(out);
    Files.writeString(definition, text);
  }

  private JsonNode train(Object... more) throws IOException {
    Object[] all = new Object[5 + more.length];
    System.arraycopy(new Object[] {"train", definition, "--out", model, "--json"}, 0, all, 0, 5);
    System.arraycopy(more, 0, all, 5, more.length);
    return CommandRun.done(all).json();
  }

  private Path rows(String text) throws IOException {
    return Files.writeString(folder.resolve("rows.csv"), text);
  }

  @Test
  void classesAreLearntAndRowsAreAskedAbout() throws IOException {
    define("cross_entropy", "taste", "ignore = [\"price\"]\n", 2);
    JsonNode trained = train();
    assertTrue(trained.get("testAccuracy").asDouble() > 0.94, trained.toString());
    assertTrue(trained.has("validationAccuracy"));
    JsonNode again = CommandRun.done("eval", model, definition, "--json").json();
    assertEquals(40, again.get("examples").asInt());
    assertEquals(trained.get("testLoss").asDouble(), again.get("loss").asDouble(), 1e-6);
    Path rows = rows("colour,grams\ngreen,120\nred,60\n");
    JsonNode p = CommandRun.done("predict", model, rows, "--json").json().get("predictions");
    assertEquals("sour", p.get(0).get("class").asText());
    assertEquals("sweet", p.get(1).get("class").asText());
    assertEquals(rows + ":3", p.get(1).get("row").asText());
    String text = CommandRun.done("predict", model, rows).out();
    assertTrue(text.startsWith(rows + ":2: sour  "), text);
    CommandRun wrong = CommandRun.of("predict", model, rows, "--explain", folder + "/x.png");
    assertEquals(Main.WRONG_USAGE, wrong.status());
  }

  @Test
  void numbersAreLearntInTheirUnit() throws IOException {
    define("mse", "price", "ignore = [\"taste\"]\nstandardize_target = true\n", 1);
    JsonNode trained = train();
    double error = trained.get("testRootMeanSquare").asDouble();
    assertTrue(error < 5, trained.toString());
    JsonNode again = CommandRun.done("eval", model, definition, "--json").json();
    assertEquals(error, again.get("rootMeanSquare").asDouble(), 1e-4);
    Path rows = rows("colour,grams,price\ngreen,100,0\nred,100,0\n");
    JsonNode p = CommandRun.done("predict", model, rows, "--json").json().get("predictions");
    assertEquals(300, p.get(0).get("price").asDouble(), 5);
    assertEquals(350, p.get(1).get("price").asDouble(), 5);
    assertTrue(CommandRun.done("predict", model, rows).out().startsWith(rows + ":2: price  "));
  }

  @Test
  void badRowsAreCounted() throws IOException {
    define("cross_entropy", "taste", "ignore = [\"price\"]\n", 2);
    Path data = folder.resolve("fruit.csv");
    Files.writeString(data, Files.readString(data) + "12,red\nheavy,red,3,sour\n");
    String complaint = CommandRun.complaint("train", definition, "--out", model);
    assertTrue(complaint.contains("fruit.csv:162: has 2 cells, the header 4"), complaint);
    assertEquals(2, train("--skip-bad").get("skipped").asInt());
    CommandRun all = CommandRun.done("eval", model, definition, "--skip-bad", "--json");
    assertEquals(2, all.json().get("skipped").asInt());
    assertTrue(all.err().contains("fruit.csv:163: column 1 'grams': 'heavy' is no number"));
    Path rows = rows("colour,grams\nred,\nred,x\n");
    JsonNode asked = CommandRun.done("predict", model, rows, "--skip-bad", "--json").json();
    assertEquals(1, asked.get("predictions").size());
    assertEquals(1, asked.get("skipped").asInt());
  }

  @Test
  void whatDoesNotFitTheNetworkIsNamed() throws IOException {
    define("cross_entropy", "taste", "", 2);
    String complaint = CommandRun.complaint("train", definition, "--out", model);
    assertTrue(
        complaint.contains(
            "fruit.csv: a row becomes 5 numbers, and the definition's input is [4]:"
                + " put input = [5]"),
        complaint);
    define("cross_entropy", "taste", "ignore = [\"price\"]\n", 2);
    train();
    define("cross_entropy", "price", "ignore = [\"taste\"]\n", 2);
    complaint = CommandRun.complaint("predict", model, rows("colour,size\nred,4\n"));
    assertTrue(complaint.contains("there is no column 'grams'"), complaint);
  }

  @Test
  void aModelOfSomethingElseKnowsNoColumns() throws IOException {
    TinyDigits digits = TinyDigits.in(folder);
    CommandRun.done("train", digits.definition(), "--out", model);
    define("cross_entropy", "taste", "ignore = [\"price\"]\n", 2);
    String complaint = CommandRun.complaint("eval", model, definition);
    assertTrue(complaint.contains("says nothing of columns"), complaint);
  }

  @Test
  void digitsAreSplitToo() throws IOException {
    TinyDigits digits = TinyDigits.in(folder).edited("folder", "validation = 0.2\nfolder");
    CommandRun r =
        CommandRun.done("train", digits.definition(), "--out", model, "--json", "--epochs", "4");
    assertTrue(r.err().contains("168 examples"), r.err());
    assertTrue(r.err().contains("validation accuracy"), r.err());
    assertTrue(r.json().has("validationLoss") && r.json().has("testLoss"));
  }

  @Test
  void labelsWithoutAnOutputAreSkippedWhereThatIsAsked() throws IOException {
    TinyDigits digits = TinyDigits.in(folder);
    Path labels = folder.resolve("train-labels-ubyte");
    byte[] bytes = Files.readAllBytes(labels);
    bytes[8 + 3] = 9;
    Files.write(labels, bytes);
    String complaint = CommandRun.complaint("train", digits.definition(), "--out", model);
    assertTrue(
        complaint.contains(
            "train-labels-ubyte: example 3: has label 9, the network has outputs for 0 to 1"),
        complaint);
    CommandRun r = CommandRun.done("train", digits.definition(), "--out", model, "--skip-bad");
    assertTrue(r.err().contains("209 examples"), r.err());
  }

  @Test
  void imagesAreChangedInTrainingAlone() throws IOException {
    TinyDigits digits = TinyDigits.in(folder);
    digits.edited("[optimizer]", "[augment]\nshift = 1\nflip = true\nrotate = 5\n[optimizer]");
    JsonNode trained =
        CommandRun.done("train", digits.definition(), "--out", model, "--json").json();
    JsonNode same = CommandRun.done("eval", model, digits.definition(), "--json").json();
    assertEquals(trained.get("testLoss").asDouble(), same.get("loss").asDouble(), 1e-6);
    JsonNode again = CommandRun.done("train", digits.definition(), "--out", model, "--json").json();
    assertEquals(trained.get("weightsChecksum"), again.get("weightsChecksum"));
    digits.edited("shift = 1\n", "");
    JsonNode other = CommandRun.done("train", digits.definition(), "--out", model, "--json").json();
    assertNotEquals(trained.get("weightsChecksum"), other.get("weightsChecksum"));
    digits.edited("rotate = 5", "rotate = 200");
    String complaint = CommandRun.complaint("train", digits.definition(), "--out", model);
    assertTrue(complaint.contains("augment.rotate: must be in [0, 180] degrees"), complaint);
  }

  @Test
  void arraysOfNumPysAreLearnt() throws IOException {
    Philox random = new Philox(5, 0);
    for (String part : new String[] {"train", "test"}) {
      float[] x = new float[2 * 64];
      float[] y = new float[64];
      for (int i = 0; i < 64; i++) {
        x[2 * i] = (float) random.nextGaussian();
        x[2 * i + 1] = (float) random.nextGaussian();
        y[i] = 2 * x[2 * i] - x[2 * i + 1];
      }
      if (part.equals("train")) {
        x[7] = Float.NaN;
      }
      npy("x_" + part, "(64, 2)", x);
      npy("y_" + part, "(64, 1)", y);
    }
    String text =
        """
        name = "line"
        input = [2]
        loss = "mse"
        batch = 8
        epochs = 20
        [data]
        kind = "npy"
        folder = "."
        train_x = "x_train.npy"
        train_y = "y_train.npy"
        test_x = "x_test.npy"
        test_y = "y_test.npy"
        """;
    Files.writeString(definition, text + TAIL.formatted(1));
    String complaint = CommandRun.complaint("train", definition, "--out", model);
    assertTrue(
        complaint.contains("x_train.npy: example 3: holds a number that is not finite"), complaint);
    JsonNode trained = train("--skip-bad");
    assertEquals(1, trained.get("skipped").asInt());
    assertEquals(0, trained.get("testLoss").asDouble(), 1e-4);
    String told = CommandRun.done("predict", model, folder.resolve("x_test.npy")).out();
    assertEquals(64, told.lines().count());
  }

  /** As NumPy would save it, but that it is big-endian. */
  private void npy(String name, String shape, float[] values) throws IOException {
    String header = "{'descr': '>f4', 'fortran_order': False, 'shape': %s, }".formatted(shape);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 117, 0});
    out.writeBytes("%-116s%n".formatted(header).substring(0, 117));
    for (float v : values) {
      out.writeFloat(v);
    }
    Files.write(folder.resolve(name + ".npy"), bytes.toByteArray());
  }
}
