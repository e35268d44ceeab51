package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The worked examples in {@code models/lecture}, against what was published or worked by hand. */
class LectureTest {
  /**
   * @param half half of the last digit given
   * @param gradients as JSON
   */
  private record Worked(String file, double value, double half, String gradients) {
    @Override
    public String toString() {
      return file;
    }
  }

  private static final double EXACT = 1e-13;

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  static Stream<Worked> examples() {
    double s = sigmoid(1);
    double u = 0.64;
    double p = sigmoid(0.5 * 1 - 1 * 0.5 - 2 * 0.25 + 0.1);
    double d = p - 1;
    return Stream.of(
        new Worked(
            "sigmoid-product",
            3 * s,
            EXACT,
            "{\"x\": " + (s + 3 * s * (1 - s)) + ", \"y\": " + s + "}"),
        new Worked(
            "two-layer",
            4,
            0,
            """
            {"W1": [[-4, -8], [4, 8]], "W2": [-16, -12], "x": [-4, 0], "y": 4}\
            """),
        new Worked("micrograd", 24.7041, 5e-5, "{\"a\": 138.8338, \"b\": 645.5773}"),
        new Worked(
            "chain-rule",
            Math.exp(Math.sin(u)),
            EXACT,
            "{\"x\": " + 2 * 0.8 * Math.cos(u) * Math.exp(Math.sin(u)) + "}"),
        new Worked(
            "sum-over-uses",
            3 + 2.25 + Math.exp(1.5),
            EXACT,
            "{\"x\": " + (2 + 3 + Math.exp(1.5)) + "}"),
        new Worked("diamonds", 625, 0, "{\"x\": 625}"),
        new Worked(
            "logistic",
            -Math.log(p),
            EXACT,
            "{\"w\": [%s, %s, %s], \"x\": [%s, %s, %s], \"b\": %s, \"t\": %s}"
                .formatted(
                    0.5 * d, -d, 2 * d, d, 0.5 * d, -0.25 * d, d, Math.log(1 - p) - Math.log(p))),
        new Worked("rosenbrock", 0, 0, "{\"x\": 0, \"y\": 0}"));
  }

  private static Path file(String name) {
    return Child.root().resolve("models/lecture").resolve(name + ".expr");
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyExampleGivesTheWorkedNumbers(Worked w) throws IOException {
    JsonNode j = CommandRun.done("grad", file(w.file()), "--json").json();
    assertEquals(w.value(), j.get("value").asDouble(), w.half());
    JsonNode expected = new ObjectMapper().readTree(w.gradients());
    assertEquals(names(expected), names(j.get("gradients")));
    for (var g : expected.properties()) {
      compare(g.getKey(), g.getValue(), j.get("gradients").get(g.getKey()), w.half());
    }
  }

  private static TreeSet<String> names(JsonNode object) {
    TreeSet<String> names = new TreeSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static void compare(String what, JsonNode expected, JsonNode actual, double half) {
    if (expected.isArray()) {
      assertEquals(expected.size(), actual.size(), what);
      for (int i = 0; i < expected.size(); i++) {
        compare(what + "[" + i + "]", expected.get(i), actual.get(i), half);
      }
    } else {
      assertEquals(expected.asDouble(), actual.asDouble(), half, what);
    }
  }

  @Test
  void everyFileIsAnExampleHereAndInItsReadme() throws IOException {
    String readme = Files.readString(file("x").resolveSibling("README.md"));
    try (Stream<Path> files = Files.list(file("x").getParent())) {
      var found =
          files
              .map(f -> f.getFileName().toString())
              .filter(f -> f.endsWith(".expr"))
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(
          examples().map(w -> w.file() + ".expr").collect(Collectors.toCollection(TreeSet::new)),
          found);
      found.forEach(f -> assertTrue(readme.contains("`" + f + "`"), f));
    }
  }

  @Test
  void theTwoLayerNetworkIsWorkedAsInTheLecture() throws IOException {
    JsonNode nodes = CommandRun.done("grad", file("two-layer"), "--json").json().get("nodes");
    for (String[] expected :
        new String[][] {{"h", "[4.0,3.0]", "[-4.0,4.0]"}, {"ŷ", "1.0", "-4.0"}}) {
      boolean found = false;
      for (JsonNode n : nodes) {
        if (n.get("name").asText().equals(expected[0])) {
          found = true;
          assertEquals(expected[1], n.get("value").toString());
          assertEquals(expected[2], n.get("gradient").toString());
        }
      }
      assertTrue(found, expected[0]);
    }
    String trace = CommandRun.done("grad", file("two-layer"), "--trace").out();
    assertTrue(trace.contains("∂L/∂W1 = ∂L/∂h @ xᵀ\n"), trace);
    assertTrue(trace.contains("∂L/∂h = W2 · ∂L/∂ŷ\n"), trace);
  }

  @Test
  void theLadderHasSixteenPathsThatSumToItsGradient() throws IOException {
    JsonNode j = CommandRun.done("paths", file("diamonds"), "--json").json();
    assertEquals(16, j.get("total").asInt());
    assertEquals(16, j.get("paths").size());
    assertEquals(625, j.get("sums").get("x").get("paths").asDouble());
  }

  /** The Hessian at the bottom of the valley, as every textbook on optimization has it. */
  @Test
  void theValleysSecondDerivativesAreThePublishedOnes() throws IOException {
    JsonNode j = CommandRun.done("grad", file("rosenbrock"), "--order", "2", "--json").json();
    assertEquals("[[802.0,-400.0],[-400.0,200.0]]", j.get("hessian").toString());
  }
}
