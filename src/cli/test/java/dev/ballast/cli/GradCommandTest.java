package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gradients of written functions, against PyTorch and closed forms, and how they are shown. */
class GradCommandTest {
  private static final String PRODUCT = "z = x + y; b = sigmoid(x); z * b";

  @TempDir Path folder;

  private static JsonNode json(Object... arguments) throws IOException {
    Object[] all = Stream.concat(Stream.of(arguments), Stream.of("--json")).toArray();
    return CommandRun.done(all).json();
  }

  private static void assertClose(String what, JsonNode expected, JsonNode actual) {
    if (expected.isArray()) {
      assertEquals(expected.size(), actual.size(), what);
      for (int i = 0; i < expected.size(); i++) {
        assertClose(what + "[" + i + "]", expected.get(i), actual.get(i));
      }
    } else {
      double e = expected.asDouble();
      assertEquals(e, actual.asDouble(), 1e-12 * Math.max(1, Math.abs(e)), what);
    }
  }

  /** Values, gradients and second derivatives that {@code expressions.py} computed. */
  @TestFactory
  Stream<DynamicTest> numbersArePyTorchs() throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/goldens/expressions.json")) {
      JsonNode cases = new ObjectMapper().readTree(in);
      assertEquals(17, cases.size());
      return StreamSupport.stream(cases.spliterator(), false)
          .map(c -> dynamicTest(c.get("expression").asText(), () -> compare(c)));
    }
  }

  private static void compare(JsonNode golden) throws IOException {
    List<Object> arguments = new ArrayList<>(List.of("grad", golden.get("expression").asText()));
    golden
        .get("point")
        .properties()
        .forEach(p -> arguments.addAll(List.of("--at", p.getKey() + "=" + p.getValue())));
    arguments.addAll(List.of("--order", "2", "--check"));
    JsonNode found = json(arguments.toArray());
    assertClose("value", golden.get("value"), found.get("value"));
    List<Integer> order = new ArrayList<>();
    List<String> coordinates =
        StreamSupport.stream(found.get("coordinates").spliterator(), false)
            .map(JsonNode::asText)
            .toList();
    for (var g : golden.get("gradients").properties()) {
      assertClose(g.getKey(), g.getValue(), found.get("gradients").get(g.getKey()));
      for (int i = 0; i < coordinates.size(); i++) {
        if (coordinates.get(i).split("\\[")[0].equals(g.getKey())) {
          order.add(i);
        }
      }
    }
    JsonNode hessian = golden.get("hessian");
    assertEquals(hessian.size(), order.size());
    for (int row = 0; row < order.size(); row++) {
      for (int column = 0; column < order.size(); column++) {
        JsonNode actual = found.get("hessian").get(order.get(row)).get(order.get(column));
        assertClose("∂²L[" + row + "," + column + "]", hessian.get(row).get(column), actual);
      }
    }
    double error = found.get("check").get("largestRelativeError").asDouble();
    assertTrue(error < 1e-6, "central differences are off by " + error);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2 + 3 * 4                | 14",
        "2 - 3 - 4                | -5",
        "2 / 4 / 8                | 0.0625",
        "2 ^ 3 ^ 2                | 512",
        "-2 ^ 2                   | -4",
        "2 ^ -1                   | 0.5",
        "-2 * -3                  | 6",
        "2 - -3                   | 5",
        "2 ^ -1 * 8               | 4",
        "2 ^ -1 ^ 3               | 0.5",
        "(2 + 3) * 4              | 20",
        "2 * 3 ^ 2                | 18",
        "--3                      | 3",
        "a = 2; a · 3 × 4 − 1     | 23",
        "[1,2] @ [3,4] * 2        | 22",
        "sum([[1,2],[3,4]]' @ [1,1]) | 10",
        "sum([[1,2],[3,4]]ᵀ @ [1,0]) | 3",
        "max([3,-1]) + min([3,-1])| 2",
        "max(2, 3) * min(2, 3)    | 6",
        "mean([[1,2],[3,6]])      | 3",
        "abs(-3) + relu(-1)       | 3",
        "1.5e2 + .5 + 1E-1        | 150.6",
        "-[1,2] @ [1,1]           | -3",
        "transpose(5) + transpose([7]) @ [1] | 12",
      })
  void operatorsBindAsInArithmetic(String text, double value) throws IOException {
    assertEquals(value, json("grad", text).get("value").asDouble(), 1e-12);
  }

  @Test
  void anExpressionMayStartWithAMinus() {
    assertEquals("L = -9\n\n∂L/∂h = -6\n", CommandRun.done("grad", "-h*h", "--at", "h=3").out());
    assertTrue(CommandRun.done("grad", "-h").out().contains("Example"));
    assertTrue(CommandRun.done("paths", "-V*V").out().contains("V → v1 → L"));
  }

  @Test
  void theTraceIsWhatALecturerWrites() {
    String out = CommandRun.done("grad", PRODUCT, "--at", "x=1", "--at", "y=2", "--trace").out();
    assertEquals(
        """
        forward
          x = 1
          y = 2
          z = x + y = 1 + 2 = 3
          b = sigmoid(x) = sigmoid(1) = 0.731059
          L = z · b = 3 · 0.731059 = 2.19318

        backward
          ∂L/∂L = 1
          ∂L/∂b = z = 1·3 = 3
          ∂L/∂z = b = 1·0.731059 = 0.731059
          ∂L/∂y = ∂L/∂z·∂z/∂y = 0.731059·1 = 0.731059
          ∂L/∂x = ∂L/∂z·∂z/∂x + ∂L/∂b·∂b/∂x = 0.731059·1 + 3·0.196612 = 1.32089   \
        (∂b/∂x = b · (1 - b))

        L = 2.193175736

        ∂L/∂x = 1.320894378
        ∂L/∂y = 0.7310585786
        """,
        out);
  }

  @Test
  void tensorsAreTracedByTheFormulasOfTheirRules() {
    String out =
        CommandRun.done(
                "grad",
                "h = W @ x; g = h * h; sum(g)",
                "--at",
                "x=[1,2]",
                "--at",
                "W=[[2,1],[1,1]]",
                "--trace")
            .out();
    for (String line :
        List.of(
            "  h = W @ x = [4, 3]",
            "  ∂L/∂h = ∂L/∂g ⊙ h + ∂L/∂g ⊙ h\n        = [4, 3] + [4, 3]\n        = [8, 6]",
            "  ∂L/∂x = Wᵀ @ ∂L/∂h\n        = [22, 14]",
            "  ∂L/∂W = ∂L/∂h @ xᵀ\n        = [[8, 16], [6, 12]]")) {
      assertTrue(out.contains(line), line + " is not in\n" + out);
    }
  }

  @Test
  void aResultWithANameKeepsItAndDeadStepsSayWhy() {
    String out =
        CommandRun.done(
                "grad", "k = 7; a = x*2; f = y * k", "--at", "x=1", "--at", "y=2", "--trace")
            .out();
    assertTrue(out.contains("\n  L = f\n"), out);
    assertTrue(out.contains("\nL = f = 14\n"), out);
    assertTrue(out.contains("  ∂L/∂a = 0: f does not depend on it\n"), out);
    assertTrue(out.contains("\n∂L/∂x = 0\n∂L/∂y = 7\n"), out);
    String other = CommandRun.done("grad", "f = L * 3", "--at", "L=2").out();
    assertEquals("f = 6\n\n∂f/∂L = 3\n", other);
  }

  @Test
  void jsonHoldsEveryNodeWithWhatItsUsersContribute() throws IOException {
    JsonNode j = json("grad", PRODUCT, "--at", "x=1", "--at", "y=2", "--check");
    assertEquals(List.of("value", "gradients", "check", "nodes"), names(j));
    assertEquals(List.of("x", "y"), names(j.get("gradients")));
    double sigmoid = 1 / (1 + Math.exp(-1));
    double dx = sigmoid + 3 * sigmoid * (1 - sigmoid);
    assertEquals(dx, j.get("gradients").get("x").asDouble(), 1e-15);
    JsonNode x = j.get("nodes").get(0);
    assertEquals(List.of("name", "op", "inputs", "value", "gradient", "contributions"), names(x));
    assertEquals("x", x.get("name").asText());
    assertEquals("variable", x.get("op").asText());
    assertEquals(dx, x.get("gradient").asDouble(), 1e-15);
    assertEquals(2, x.get("contributions").size());
    JsonNode second = x.get("contributions").get(1);
    assertEquals("b", second.get("user").asText());
    assertEquals("∂L/∂b · (b · (1 - b))", second.get("formula").asText());
    assertEquals(sigmoid * (1 - sigmoid), second.get("local").asDouble(), 1e-15);
    assertEquals(3 * sigmoid * (1 - sigmoid), second.get("value").asDouble(), 1e-15);
    JsonNode last = j.get("nodes").get(4);
    assertEquals("mul", last.get("op").asText());
    assertEquals("[\"z\",\"b\"]", last.get("inputs").toString());
    JsonNode matrix = json("grad", "sum(W * W)", "--at", "W=[[1,2],[3,4]]");
    assertEquals("[[2.0,4.0],[6.0,8.0]]", matrix.get("gradients").get("W").toString());
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** f = (a·x)³ has the Hessian 6 (a·x) a aᵀ. */
  @Test
  void theHessianOfACubeIsItsClosedForm() throws IOException {
    JsonNode j = json("grad", "(x @ [1,2,-1])^3", "--at", "x=[0.5,0.25,3]", "--order", "2");
    double[] a = {1, 2, -1};
    double product = 0.5 + 0.5 - 3;
    for (int i = 0; i < 3; i++) {
      for (int k = 0; k < 3; k++) {
        double expected = 6 * product * a[i] * a[k];
        assertEquals(expected, j.get("hessian").get(i).get(k).asDouble(), 1e-12);
      }
    }
    assertEquals("[\"x[0]\",\"x[1]\",\"x[2]\"]", j.get("coordinates").toString());
    String text =
        CommandRun.done("grad", "x^2*y", "--at", "x=2", "--at", "y=3", "--order", "2").out();
    assertTrue(text.contains("   x  y\nx  6  4\ny  4  0\n"), text);
  }

  @Test
  void hessiansOfManyCoordinatesAreRefused() {
    String zeros =
        IntStream.range(0, 257).mapToObj(i -> "0").collect(Collectors.joining(",", "[", "]"));
    String told = CommandRun.complaint("grad", "sum(x^2)", "--at", "x=" + zeros, "--order", "2");
    assertTrue(
        told.contains(
            "--order 2: the variables have 257 coordinates, the Hessian takes at most 256"),
        told);
  }

  @Test
  void differencesAreShownBesideTheBackwardPass() {
    String out =
        CommandRun.done("grad", "x^3 + w @ w", "--at", "x=2", "--at", "w=[1,5]", "--check").out();
    assertTrue(out.contains("coordinate  backward  central difference  relative error\n"), out);
    assertTrue(out.contains("\nx                 12 "), out);
    assertTrue(out.contains("\nw[1]              10 "), out);
    assertTrue(out.contains("\nlargest relative error "), out);
  }

  @Test
  void picturesHoldNumbersOfNodesAndEdges() throws IOException {
    Path svg = folder.resolve("g.svg");
    Path dot = folder.resolve("g.dot");
    Path mermaid = folder.resolve("g.mmd");
    Object[] arguments = {
      "grad",
      PRODUCT,
      "--at",
      "x=1",
      "--at",
      "y=2",
      "--svg",
      svg,
      "--dot",
      dot,
      "--mermaid",
      mermaid
    };
    CommandRun.done(arguments);
    String drawn = Files.readString(svg);
    for (String text : List.of("z = x + y", "= 3", "∂L/∂x = 1.32089", "0.196612", "0.731059")) {
      assertTrue(drawn.contains(">" + text + "</text>"), text);
    }
    assertEquals(
        """
        digraph {
          rankdir=LR;
          label="Graph of L";
          node [shape=box, style="rounded,filled", fontname="sans-serif"];
          edge [fontname="sans-serif", fontsize=11];
          n0 [label="x\\n= 1\\n∂L/∂x = 1.32089", fillcolor="#c3ccd6"];
          n1 [label="y\\n= 2\\n∂L/∂y = 0.731059", fillcolor="#c3ccd6"];
          n2 [label="z = x + y\\n= 3\\n∂L/∂z = 0.731059", fillcolor="#86bbe8"];
          n3 [label="b = sigmoid(x)\\n= 0.731059\\n∂L/∂b = 3", fillcolor="#86bbe8"];
          n4 [label="L = z · b\\n= 2.19318\\n∂L/∂L = 1", fillcolor="#f2c14e"];
          n0 -> n2 [label="1"];
          n1 -> n2 [label="1"];
          n0 -> n3 [label="0.196612"];
          n2 -> n4 [label="0.731059"];
          n3 -> n4 [label="3"];
        }
        """,
        Files.readString(dot));
    String flow = Files.readString(mermaid);
    assertTrue(
        flow.startsWith("flowchart LR\n  n0[\"x<br/>= 1<br/>∂L/∂x = 1.32089\"]:::variable\n"),
        flow);
    assertTrue(flow.contains("  n0 -->|\"0.196612\"| n3\n"), flow);
    CommandRun.done(arguments);
    assertEquals(drawn, Files.readString(svg), "the same graph is drawn alike");
  }

  @Test
  void whatCannotBeDifferentiatedLeavesNothingBehind() throws IOException {
    Path svg = folder.resolve("g.svg");
    String told = CommandRun.complaint("grad", "x * 2", "--at", "x=[1,2]", "--svg", svg);
    assertEquals(
        """
        ballast grad: expression:1:3: the result is [2], not one number: there is no gradient of it; \
        end with sum(…) or mean(…)
          x * 2
            ^
        """,
        told);
    assertFalse(Files.exists(svg));
    told = CommandRun.complaint("grad", "x", "--at", "x=1", "--svg", folder.resolve("no/g.svg"));
    assertTrue(told.contains("does not exist"), told);
    told = CommandRun.complaint("grad", folder.resolve("none.expr"));
    assertTrue(told.contains("none.expr: there is no such file"), told);
    Path binary = folder.resolve("b.expr");
    Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 1});
    assertTrue(CommandRun.complaint("grad", binary).contains("b.expr: is no text in UTF-8"));
    Files.createDirectory(folder.resolve("d.expr"));
    assertTrue(CommandRun.complaint("grad", folder.resolve("d.expr")).contains("is no file"));
    assertEquals(Main.WRONG_USAGE, CommandRun.of("grad", "x", "--order", "3").status());
    assertEquals(Main.WRONG_USAGE, CommandRun.of("grad", "x", "--trcae").status());
    assertEquals(Main.WRONG_USAGE, CommandRun.of("grad", "--trcae", "x").status());
    assertEquals(Main.WRONG_USAGE, CommandRun.of("grad").status());
  }
}
