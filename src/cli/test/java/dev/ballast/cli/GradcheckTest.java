package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.format.ModelFile;
import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ballast gradcheck} as users call it. That it finds wrong gradients, the library shows. */
class GradcheckTest {
  @TempDir Path folder;

  private record Run(int status, String out, String err) {
    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(out);
    }
  }

  private static Run run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    int status = Main.run(new PrintWriter(out), new PrintWriter(err), texts);
    return new Run(status, out.toString(), err.toString());
  }

  private Path definition(String loss, String... layers) throws IOException {
    StringBuilder text =
        new StringBuilder(
            """
            name = "small"
            input = [2, 3]
            loss = "%s"
            batch = 4
            epochs = 1
            seed = 5
            [data]
            kind = "idx"
            folder = "."
            train_images = "a"
            train_labels = "b"
            test_images = "c"
            test_labels = "d"
            [optimizer]
            kind = "sgd"
            learning_rate = 0.1
            """
                .formatted(loss));
    for (String layer : layers) {
      text.append("[[layer]]\n").append(layer.replace(';', '\n')).append('\n');
    }
    return Files.writeString(folder.resolve("small.toml"), text);
  }

  @Test
  void theDigitsOfTheProjectPass() throws IOException {
    Path file = Child.root().resolve("models/mnist-mlp.toml");
    Run r = run("gradcheck", file, "--json", "--samples", "8", "--batch", "2");
    assertEquals(0, r.status(), r.err() + r.out());
    JsonNode j = r.json();
    assertTrue(j.get("passed").asBoolean());
    assertEquals(6, j.get("parameters").size());
    assertEquals(535_818, j.get("cost").get("d").asLong());
    assertFalse(j.get("cost").get("measured").asBoolean());
    assertTrue(j.get("cost").get("factor").asDouble() > 1000);
  }

  @ParameterizedTest
  @CsvSource({
    "relu, cross_entropy",
    "sigmoid, mse",
    "tanh, binary_cross_entropy",
    "gelu, cross_entropy",
    "softplus, mse",
    "softmax, binary_cross_entropy",
    "log_softmax, mse",
    "dropout, cross_entropy",
    "dropout, binary_cross_entropy"
  })
  void everyLayerPassesUnderEveryLoss(String layer, String loss) throws IOException {
    String kind = "kind = \"" + layer + "\"";
    Path file =
        definition(
            loss,
            "kind = \"flatten\"",
            "kind = \"linear\";out = 5;init = \"he_normal\"",
            layer.equals("dropout") ? kind + ";rate = 0.4" : kind,
            "kind = \"linear\";out = 3;bias = false");
    Run r = run("gradcheck", file, "--json", "--samples", "1000");
    assertEquals(0, r.status(), r.err() + r.out());
    JsonNode weight = r.json().get("parameters").get(0);
    assertEquals("f64[5x6]", weight.get("type").asText());
    assertEquals(30, weight.get("coordinates").asInt() + weight.get("kinks").asInt());
  }

  @Test
  void theResultHasEveryNumberInItsPlace() throws IOException {
    Path file = definition("mse", "kind = \"flatten\"", "kind = \"linear\";name = \"fc\";out = 2");
    JsonNode j = run("gradcheck", file, "--json", "--tolerance", "1e-5", "--samples", "4").json();
    assertEquals(1e-5, j.get("tolerance").asDouble());
    JsonNode weight = j.get("parameters").get(0);
    assertEquals("fc.weight", weight.get("name").asText());
    assertEquals(4, weight.get("coordinates").asInt());
    assertEquals(0, weight.get("kinks").asInt());
    assertTrue(weight.get("largestRelativeError").asDouble() < 1e-5);
    JsonNode worst = weight.get("worst");
    assertTrue(worst.get("index").asInt() < 12);
    assertEquals(worst.get("backward").asDouble(), worst.get("difference").asDouble(), 1e-6);
    JsonNode cost = j.get("cost");
    assertEquals(14, cost.get("d").asInt());
    assertTrue(cost.get("measured").asBoolean());
    for (String time : List.of("forwardMicros", "backwardMicros", "allForwardsMicros", "factor")) {
      assertTrue(cost.get(time).isNumber(), time);
    }
  }

  /** sin(10⁷·w·x) turns several times within a step, so that no difference can tell its slope. */
  @Test
  void whatDoesNotAgreeIsMarkedAndEndsInFailure() throws IOException {
    GraphBuilder b = new GraphBuilder("wild");
    Expr x = b.input("x", TensorType.f32(1, 1));
    Expr w = b.parameter("w", TensorType.f32(1, 1));
    Expr phase = Ops.mul(Ops.mul(x, w), Ops.constant(x, 1e7));
    b.output("z", Ops.sin(phase));
    Path file = write(b, new TreeMap<>());
    Run r = run("gradcheck", file);
    assertEquals(Main.FAILED, r.status(), r.out());
    assertTrue(r.out().contains("WRONG") && r.out().contains("FAILED: "), r.out());
    assertEquals(Main.FAILED, run("gradcheck", file, "--json").status());
    assertFalse(run("gradcheck", file, "--json").json().get("passed").asBoolean());
  }

  @Test
  void theTableSaysThatAllIsWell() throws IOException {
    Path file = definition("mse", "kind = \"tanh\"", "kind = \"linear\";name = \"fc\";out = 2");
    Run r = run("gradcheck", file);
    assertEquals(0, r.status(), r.out());
    assertTrue(r.out().contains("passed: ") && !r.out().contains("WRONG"), r.out());
    assertTrue(r.out().contains("6 of 6"), r.out());
    assertTrue(r.out().contains("forward passes, measured"), r.out());
  }

  @Test
  void theSameSeedGivesTheSameAnswer() throws IOException {
    Path file = definition("mse", "kind = \"tanh\"", "kind = \"linear\";name = \"fc\";out = 2");
    JsonNode first = run("gradcheck", file, "--json").json();
    assertEquals(
        first.get("parameters"), run("gradcheck", file, "--json").json().get("parameters"));
    JsonNode other = run("gradcheck", file, "--json", "--seed", "6").json();
    assertFalse(first.get("loss").equals(other.get("loss")));
    assertEquals(
        first.get("loss"), run("gradcheck", file, "--json", "--seed", "5").json().get("loss"));
  }

  @Test
  void aTrainedModelIsCheckedUnderItsOwnLossAndWeights() throws IOException {
    TinyDigits tiny = TinyDigits.in(folder);
    Path model = folder.resolve("tiny.ballast");
    assertEquals(0, run("train", tiny.definition(), "--out", model, "--epochs", "1").status());
    Run r = run("gradcheck", model, "--json", "--batch", "3");
    assertEquals(0, r.status(), r.err() + r.out());
    assertEquals("tiny loss, batch 3", r.json().get("subject").asText());
    assertEquals(
        List.of("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"),
        r.json().get("parameters").valueStream().map(p -> p.get("name").asText()).toList());
    JsonNode untrained = run("gradcheck", tiny.definition(), "--json", "--batch", "3").json();
    assertFalse(untrained.get("loss").equals(r.json().get("loss")));
  }

  /** y = w·x with one x: the loss is (w·x)², so ∂L/∂w = 2wx², and x is the same for each seed. */
  private Path modelFile(SequencedMap<String, String> metadata) throws IOException {
    GraphBuilder b = new GraphBuilder("foreign");
    Expr x = b.input("x", TensorType.f32(1, 1));
    b.output("z", Ops.matmul(x, b.parameter("w", TensorType.f32(1, 1))));
    return write(b, metadata);
  }

  /** With all weights 1.5. */
  private Path write(GraphBuilder b, SequencedMap<String, String> metadata) throws IOException {
    Path file = folder.resolve("foreign.ballast");
    try (Session s = Session.open(Planner.plan(b.build(), PlanOptions.defaults()))) {
      b.build().parameters().forEach(p -> s.parameter(p.name()).fill(1.5));
      ModelFile.write(file, b.build(), s.weights(), metadata);
    }
    return file;
  }

  @Test
  void aModelOfUnknownPurposeIsCheckedUnderTheMeanSquareOfItsOutputs() throws IOException {
    JsonNode j = run("gradcheck", modelFile(new TreeMap<>()), "--json").json();
    assertTrue(j.get("passed").asBoolean(), j::toString);
    double backward = j.get("parameters").get(0).get("worst").get("backward").asDouble();
    assertEquals(2 * j.get("loss").asDouble() / 1.5, backward, 1e-12);
  }

  @Test
  void mistakesAreToldInALine() throws IOException {
    SequencedMap<String, String> strange = new TreeMap<>();
    strange.put("loss", "entropy");
    GraphBuilder b = new GraphBuilder("strange");
    b.output("y", Ops.relu(b.input("x", TensorType.f32(1, 1))));
    complains(write(b, strange), "foreign.ballast: unknown loss 'entropy'");
    complains(write(b, new TreeMap<>()), "has no parameters to differentiate by");
    complains(folder.resolve("absent.toml"), "absent.toml: there is no such file");
    complains(folder.resolve("absent.ballast"), "absent.ballast: there is no such file");
    for (List<String> wrong :
        List.of(
            List.of("--batch", "0"),
            List.of("--samples", "0"),
            List.of("--tolerance", "0"),
            List.of("--tolerance", "NaN"))) {
      Run r = run("gradcheck", "x.toml", wrong.getFirst(), wrong.getLast());
      assertEquals(Main.WRONG_USAGE, r.status(), wrong.toString());
    }
  }

  private static void complains(Path subject, String complaint) {
    Run r = run("gradcheck", subject);
    assertEquals(Main.FAILED, r.status());
    assertEquals("", r.out());
    assertTrue(r.err().contains(complaint), r.err());
    assertEquals(1, r.err().lines().count(), r.err());
  }

  @Test
  void aWrittenFunctionIsCheckedAtItsPoint() throws IOException {
    JsonNode j = run("gradcheck", "x^3 * y", "--at", "x=2", "--at", "y=5", "--json").json();
    assertTrue(j.get("passed").asBoolean());
    assertEquals(60, j.get("parameters").get(0).get("worst").get("backward").asDouble(), 1e-12);
    assertTrue(j.get("cost").get("measured").asBoolean());
    assertEquals(2, j.get("cost").get("d").asInt());
    JsonNode kink = run("gradcheck", "relu(x) + x", "--at", "x=0", "--json").json();
    assertEquals(1, kink.get("parameters").get(0).get("kinks").asInt());
  }

  @Test
  void mistakesInAFunctionAreTold() {
    Run vector = run("gradcheck", "x * 2", "--at", "x=[1,2]");
    assertEquals(Main.FAILED, vector.status());
    assertTrue(vector.err().contains("take a sum or a mean"), vector.err());
    Run values = run("gradcheck", "model.toml", "--at", "x=1");
    assertTrue(values.err().contains("--at is for functions"), values.err());
    assertTrue(run("gradcheck", "x + ").err().contains("expected a number"));
  }

  @Test
  void benchSaysWhereItIsToBeFound() {
    Run r = run("bench", "ratio", "--batch", "1");
    assertEquals(Main.FAILED, r.status());
    assertTrue(r.err().contains("./ballast") && r.err().contains("ballast-bench.jar"), r.err());
  }
}
