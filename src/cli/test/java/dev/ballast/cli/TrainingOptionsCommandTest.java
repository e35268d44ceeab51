package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ballast.loss.Loss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Definitions with all that training can be told, from the command line to the metrics. */
class TrainingOptionsCommandTest {
  private static final List<String> OPTIMIZERS =
      List.of(
          "kind = \"sgd\"\nmomentum = 0.9\nlearning_rate = 0.1",
          "kind = \"adamw\"\nlearning_rate = 0.05",
          "kind = \"rmsprop\"\nlearning_rate = 0.01",
          "kind = \"adagrad\"\nlearning_rate = 0.1",
          "kind = \"adadelta\"\nlearning_rate = 5",
          "kind = \"lion\"\nlearning_rate = 0.02");

  @TempDir Path folder;
  private TinyDigits tiny;
  private String model;

  @BeforeEach
  void makeData() throws IOException {
    tiny = TinyDigits.in(folder);
    model = folder.resolve("tiny.ballast").toString();
  }

  private JsonNode train() throws IOException {
    return CommandRun.done("train", tiny.definition(), "--out", model, "--json").json();
  }

  private JsonNode eval() throws IOException {
    return CommandRun.done("eval", model, tiny.definition(), "--json").json();
  }

  @TestFactory
  Stream<DynamicTest> everyOptimizerLearns() {
    return OPTIMIZERS.stream()
        .map(
            o ->
                dynamicTest(
                    o.lines().findFirst().orElseThrow(),
                    () -> {
                      TinyDigits.in(folder).edited("kind = \"adam\"\nlearning_rate = 0.05", o);
                      assertEquals(1, train().get("testAccuracy").asDouble(), o);
                    }));
  }

  /** Gradients of every loss agree with differences in double, on targets made for it. */
  @TestFactory
  Stream<DynamicTest> everyLossCanBeChecked() {
    return Stream.concat(
            Loss.all().stream().map(l -> "kind = \"" + l.label() + "\""),
            Stream.of(
                "kind = \"cross_entropy\"\nlabel_smoothing = 0.2\nclass_weights = [1, 3]",
                "kind = \"hinge\"\npower = 2",
                "kind = \"mixed\"\n[[loss.term]]\nkind = \"mse\"\n[[loss.term]]\nkind = \"huber\""))
        .map(
            l ->
                dynamicTest(
                    l,
                    () -> {
                      TinyDigits.in(folder)
                          .edited("loss = \"cross_entropy\"\n", "")
                          .edited("kind = \"relu\"", "kind = \"tanh\"")
                          .edited("[optimizer]", "[loss]\n" + l + "\n[optimizer]");
                      CommandRun.done("gradcheck", tiny.definition());
                    }));
  }

  /** A model file knows its loss with all that the definition, or {@code --set}, says of it. */
  @Test
  void aModelOfAnyLossCanBeChecked() throws IOException {
    tiny.edited("loss = \"cross_entropy\"\n", "")
        .edited("kind = \"relu\"", "kind = \"tanh\"")
        .edited(
            "[optimizer]",
            """
            [loss]
            kind = "mixed"
            [[loss.term]]
            kind = "cross_entropy"
            label_smoothing = 0.3
            [[loss.term]]
            kind = "hinge"
            weight = 0.5
            [optimizer]\
            """);
    CommandRun.done("train", tiny.definition(), "--out", model, "--set", "lr=0.01");
    double mixed = CommandRun.done("gradcheck", model, "--json").json().get("loss").asDouble();
    tiny.edited("weight = 0.5", "weight = 0.0");
    CommandRun.done(
        "train", tiny.definition(), "--out", model + "2.ballast", "--from", model, "--epochs", "0");
    double first =
        CommandRun.done("gradcheck", model + "2.ballast", "--json").json().get("loss").asDouble();
    assertTrue(first < mixed, first + " of " + mixed);
  }

  @Test
  void whatIsEvaluatedIsNamed() throws IOException {
    tiny.edited("folder = \".\"\n", "folder = \".\"\nvalidation = 0.1\n")
        .edited("[optimizer]", "[augment]\nshift = 3\n[optimizer]");
    JsonNode trained = train();
    assertEquals("test", eval().get("data").asText());
    JsonNode v =
        CommandRun.done("eval", model, tiny.definition(), "--json", "--validation-data").json();
    assertEquals("validation", v.get("data").asText());
    assertEquals(21, v.get("examples").asInt());
    assertEquals(trained.get("validationLoss").asDouble(), v.get("loss").asDouble(), 1e-6);
    Object[] training = {"eval", model, tiny.definition(), "--json", "--train-data"};
    JsonNode t = CommandRun.done(training).json();
    assertEquals("training", t.get("data").asText());
    assertEquals(189, t.get("examples").asInt());
    // Images to train with are those of the file, not moved by up to 3 of 4 pixels.
    tiny.edited("[augment]\nshift = 3\n", "");
    assertEquals(t, CommandRun.done(training).json());
    CommandRun both =
        CommandRun.of("eval", model, tiny.definition(), "--train-data", "--validation-data");
    assertEquals(Main.WRONG_USAGE, both.status());
    tiny.edited("validation = 0.1\n", "");
    String complaint = CommandRun.complaint("eval", model, tiny.definition(), "--validation-data");
    assertTrue(complaint.contains("sets no examples aside for validation"), complaint);
  }

  /** The ignored label needs no output of the network, whatever loss takes labels. */
  @Test
  void anIgnoredLabelNeedsNoOutput() throws IOException {
    Path labels = folder.resolve("train-labels-ubyte");
    byte[] bytes = Files.readAllBytes(labels);
    bytes[8] = (byte) 255;
    Files.write(labels, bytes);
    String complaint = CommandRun.complaint("train", tiny.definition(), "--out", model);
    assertTrue(complaint.contains("example 0: has label 255, the network has outputs"), complaint);
    tiny.edited("loss = \"cross_entropy\"\n", "")
        .edited("[optimizer]", "[loss]\nkind = \"cross_entropy\"\nignored = 255\n[optimizer]");
    assertEquals(1, train().get("testAccuracy").asDouble());
    tiny.edited("kind = \"cross_entropy\"\nignored = 255", "kind = \"hinge\"");
    complaint = CommandRun.complaint("train", tiny.definition(), "--out", model);
    assertTrue(complaint.contains("example 0: has label 255, the network has outputs"), complaint);
  }

  @Test
  void aQuietRunShowsNoProgress() {
    CommandRun r = CommandRun.done("train", tiny.definition(), "--out", model, "--quiet");
    assertEquals("", r.err());
    assertTrue(r.out().contains("testAccuracy"), r.out());
  }

  /** Everything at once; what is evaluated afterwards is what training told. */
  @Test
  void allKeysTogetherTrainAModel() throws IOException {
    tiny.edited("epochs = 3", "epochs = 6\naccumulate = 3\nema = 0.8")
        .edited("loss = \"cross_entropy\"\n", "")
        .edited(
            "[optimizer]",
            """
            [loss]
            kind = "cross_entropy"
            label_smoothing = 0.1
            class_weights = [1, 2]
            [schedule]
            kind = "one_cycle"
            warmup = 2
            [clip]
            norm = 1
            [[group]]
            match = "*.bias"
            weight_decay = 0
            [optimizer]\
            """);
    JsonNode trained = train();
    JsonNode j = eval();
    assertEquals(1, trained.get("testAccuracy").asDouble());
    assertEquals(1, j.get("accuracy").asDouble());
    assertEquals(trained.get("testLoss").asDouble(), j.get("loss").asDouble(), 1e-6);
    assertEquals(trained.get("weightsChecksum"), j.get("weightsChecksum"));
  }

  @Test
  void aClassifiersMetricsAgreeWithEachOther() throws IOException {
    tiny.edited("epochs = 3", "epochs = 1").edited("learning_rate = 0.05", "learning_rate = 1e-5");
    train();
    JsonNode j = eval();
    JsonNode m = j.get("confusionMatrix");
    long right = m.get(0).get(0).asLong() + m.get(1).get(1).asLong();
    long all = right + m.get(0).get(1).asLong() + m.get(1).get(0).asLong();
    assertEquals(j.get("examples").asLong(), all);
    assertEquals((double) right / all, j.get("accuracy").asDouble(), 1e-12);
    assertEquals(j.get("accuracy").asDouble(), j.get("microF1").asDouble(), 1e-12);
    assertEquals(j.get("accuracy").asDouble(), j.get("weightedRecall").asDouble(), 1e-12);
    JsonNode above = j.get("perClass").get(0);
    assertEquals("above", above.get("class").asText());
    assertEquals(
        m.get(0).get(0).asDouble() / (m.get(0).get(0).asDouble() + m.get(0).get(1).asDouble()),
        above.get("recall").asDouble(),
        1e-12);
    assertTrue(right < all, j.toString());
    String text = CommandRun.done("eval", model, tiny.definition()).out();
    assertTrue(text.contains("true \\ predicted  above  below"), text);
  }

  /** After no epoch at all a network that says no to everything has classes without a value. */
  @Test
  void whatHasNoValueIsToldAndIsNullInJson() throws IOException {
    tiny.edited("epochs = 3", "epochs = 0")
        .edited("name = \"fc2\"\nout = 2", "name = \"fc2\"\nout = 3\ninit = \"zeros\"")
        .edited("classes = [\"above\", \"below\"]\n", "");
    train();
    JsonNode j = eval();
    JsonNode third = j.get("perClass").get(2);
    assertTrue(third.get("precision").isNull() && third.get("recall").isNull(), third.toString());
    assertTrue(third.get("f1").isNull() && third.get("rocAuc").isNull(), third.toString());
    assertEquals(0.5, j.get("rocAuc").asDouble(), "all scores are equal");
    String undefined = "class 2 has no recall and no ROC curve: there is no example of it";
    assertTrue(j.get("undefined").toString().contains(undefined), j.toString());
    String text = CommandRun.done("eval", model, tiny.definition(), "--top", "2").out();
    assertTrue(text.contains(undefined) && text.contains("top2Accuracy"), text);
  }

  @Test
  void oneScoreIsJudgedAsAnAnswerOrAsANumber() throws IOException {
    tiny.edited("out = 2", "out = 1").edited("\"cross_entropy\"", "\"hinge\"");
    assertEquals(1, train().get("testAccuracy").asDouble());
    JsonNode hinge = eval();
    assertEquals(1, hinge.get("rocAuc").asDouble());
    assertEquals("below", hinge.get("perClass").get(1).get("class").asText());
    tiny.edited("\"hinge\"", "\"huber\"");
    train();
    JsonNode huber = eval();
    assertTrue(huber.get("rSquared").asDouble() > 0.5, huber.toString());
    assertTrue(huber.get("meanAbsoluteError").asDouble() < 0.3, huber.toString());
    assertEquals(huber.get("rSquared"), huber.get("rSquaredOfOutputs").get(0));
  }
}
