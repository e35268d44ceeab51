package dev.ballast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.bench.Workload.Mode;
import dev.ballast.cli.Commands;
import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.op.Product;
import dev.ballast.op.Update;
import dev.ballast.runtime.Session;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatioTest {
  private static final String NETWORK =
      """
      name = "%s"
      input = [%d]
      loss = "mse"
      batch = 4
      epochs = 1
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
      momentum = 0.9
      [[layer]]
      kind = "linear"
      out = %d
      [[layer]]
      kind = "tanh"
      [[layer]]
      kind = "dropout"
      rate = 0.25
      [[layer]]
      kind = "linear"
      out = %d
      """;

  @TempDir Path folder;

  private Path definition(String name, int in, int hidden, int out) throws IOException {
    return Files.writeString(
        folder.resolve(name + ".toml"), NETWORK.formatted(name, in, hidden, out));
  }

  private record Run(int status, String out, String err) {}

  private static Run run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts =
        java.util.Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    int status =
        Commands.run(new Bench(), List.of(), new PrintWriter(out), new PrintWriter(err), texts);
    return new Run(status, out.toString(), err.toString());
  }

  private static long productFlops(Graph g) {
    return g.nodes().stream().mapToLong(RatioTest::productFlops).sum();
  }

  /** Of a product, alone or with the step of descent that it is the gradient of. */
  private static long productFlops(Node n) {
    return switch (n.op()) {
      case Product.MatMul ignored -> n.flops();
      case Update.MatMulSgd m ->
          new Product.MatMul(m.transposeA(), false).flops(n.inputTypes().subList(1, 3));
      default -> 0;
    };
  }

  /** Products alone: y = x·Wᵀ costs 2BIO, and so does each of dW = dyᵀ·x and dx = dy·W. */
  @Test
  void theArithmeticIsWhatOneCountsByHand() throws IOException {
    int in = 30;
    int hidden = 20;
    int out = 7;
    int batch = 5;
    Definition d = DefinitionReader.read(definition("counted", in, hidden, out));
    long first = 2L * batch * in * hidden;
    long second = 2L * batch * hidden * out;
    assertEquals(first + second, productFlops(Workload.graph(d, batch, Mode.INFERENCE)));
    assertEquals(first + second, productFlops(Workload.graph(d, batch, Mode.FORWARD)));
    long backward = first + 2 * second;
    long both = first + second + backward;
    assertEquals(both, productFlops(Workload.graph(d, batch, Mode.GRADIENT)));
    assertEquals(both, productFlops(Workload.graph(d, batch, Mode.STEP)));
  }

  /** With large layers the products are nearly all there is: 1 + (1 + 2·9/10) − first/all. */
  @Test
  void theRatioByArithmeticIsThatOfTheProducts() throws IOException {
    Definition d = DefinitionReader.read(definition("large", 400, 300, 200));
    Ratio r = Ratio.measure(d, 64, new Budget(0.001, 1, 1));
    double first = 400 * 300;
    double second = 300 * 200;
    double expected = 1 + (first + 2 * second) / (first + second);
    assertEquals(expected, r.arithmeticOverForward(Mode.GRADIENT), 0.01);
    assertEquals(180_000 + 500, r.parameters());
    assertEquals((180_501) * r.micros(Mode.FORWARD), r.perturbationMicros(), 1e-3);
  }

  @Test
  void weightsStayAsTheyAreSoThatEveryStepDoesTheSame() throws IOException {
    Definition d = DefinitionReader.read(definition("kept", 6, 5, 3));
    try (Workload w = Workload.open(d, 2)) {
      Session step = w.session(Mode.STEP);
      double before = step.parameter("linear1.weight").get(4);
      double inference = w.session(Mode.INFERENCE).parameter("linear1.weight").get(4);
      step.run();
      step.run();
      assertEquals(before, step.parameter("linear1.weight").get(4));
      assertEquals(before, inference);
      w.session(Mode.FORWARD).run();
      w.session(Mode.GRADIENT).run();
      assertEquals(
          w.session(Mode.FORWARD).output(Graphs.LOSS).get(0),
          w.session(Mode.GRADIENT).output(Graphs.LOSS).get(0));
    }
  }

  @Test
  void theResultAsJsonHasARowForEachModelAndBatch() throws IOException {
    Path a = definition("one", 6, 5, 3);
    Path b = definition("two", 3, 2, 2);
    Path svg = folder.resolve("ratio.svg");
    Run r = run("ratio", a, b, "--batch", "1,3", "--seconds", "0.05", "--json", "--svg", svg);
    assertEquals(0, r.status(), r.err());
    JsonNode rows = new ObjectMapper().readTree(r.out());
    assertEquals(4, rows.size());
    assertEquals(
        List.of("one 1", "one 3", "two 1", "two 3"),
        rows.valueStream().map(j -> j.get("model").asText() + " " + j.get("batch")).toList());
    for (JsonNode j : rows) {
      for (String mode : List.of("inference", "forward", "gradient", "step")) {
        assertTrue(j.get(mode + "Micros").asDouble() > 0, mode);
        assertTrue(j.get("flops").get(mode).asLong() > 0, mode);
        assertTrue(j.get("arenaBytes").get(mode).asLong() > 0, mode);
        assertTrue(j.get("spread").get(mode).asDouble() >= 0, mode);
      }
      for (String number :
          List.of(
              "gradientOverForward",
              "gradientOverForwardByArithmetic",
              "stepOverForward",
              "stepOverForwardByArithmetic",
              "perturbationMicros",
              "perturbationOverGradient",
              "gradientOverForwardSpread",
              "stepOverForwardSpread")) {
        assertTrue(j.get(number).isNumber(), number);
      }
      assertFalse(j.get("perturbationMeasured").asBoolean());
      assertTrue(j.get("noisy").isBoolean());
      assertTrue(j.get("rounds").asInt() >= 7);
    }
    assertEquals(6 * 5 + 5 + 5 * 3 + 3, rows.get(0).get("parameters").asLong());
    assertTrue(Files.readString(svg).contains("one: forward + backward"));
  }

  @Test
  void theTableNamesEveryColumn() throws IOException {
    Run r = run("ratio", definition("one", 6, 5, 3), "--batch", "2", "--seconds", "0.05");
    assertEquals(0, r.status(), r.err());
    for (String part : List.of("fwd + bwd", "by arithmetic", "d + 1 forwards", "bytes of arena")) {
      assertTrue(r.out().contains(part), r.out());
    }
  }

  @Test
  void mistakesAreToldInALine() throws IOException {
    assertEquals(2, run().status());
    assertEquals(2, run("ratio", "--batch", "0").status());
    assertEquals(2, run("ratio", "--seconds", "0").status());
    assertEquals(2, run("ratio", "--seconds", "NaN").status());
    Run none = run("ratio", folder.resolve("none.toml"));
    assertEquals(1, none.status());
    assertTrue(none.err().endsWith("none.toml: there is no such file\n"), none.err());
    Run place = run("ratio", definition("one", 6, 5, 3), "--svg", folder.resolve("no/r.svg"));
    assertEquals(1, place.status());
    assertEquals("", place.out());
    Run help = run("ratio", "--help");
    assertTrue(help.out().contains("Example:  ./ballast bench ratio"), help.out());
  }

  @Test
  void withoutAnArgumentTheProjectsOwnModelIsFound() throws IOException {
    assertEquals("mnist-mlp", DefinitionReader.read(ProjectFiles.exampleModel()).model().name());
  }
}
