package dev.ballast.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.cli.Commands;
import dev.ballast.scalar.ScalarAutodiff;
import dev.ballast.scalar.ScalarGraph;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScalingTest {
  @TempDir Path folder;

  private record Run(int status, String out, String err) {}

  private static Run run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Commands.run(new Bench(), List.of(), new PrintWriter(out), new PrintWriter(err), arguments);
    return new Run(status, out.toString(), err.toString());
  }

  @ParameterizedTest
  @EnumSource
  void samplesHaveTheSizeAskedForAndNoDeadEnds(Scaling.Kind kind) {
    for (int nodes : new int[] {200, 999, 5000}) {
      ScalarGraph g = kind.graph(nodes);
      assertTrue(g.nodes() == nodes || g.nodes() == nodes - 1, kind + ": " + g);
      boolean[] used = new boolean[g.inputs() + g.nodes()];
      used[g.output(0)] = true;
      for (int i = 0; i < g.nodes(); i++) {
        for (int k = 0; k < g.op(i).arity(); k++) {
          used[g.operand(i, k)] = true;
        }
      }
      for (int v = g.inputs(); v < used.length; v++) {
        assertTrue(used[v], kind + ": value " + v + " is of no use");
      }
      for (double v : g.evaluate(ScalarSamples.point())) {
        assertTrue(Math.abs(v) < 1e6, kind + ": " + v);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void objectsComputeTheSameGradient(Scaling.Kind kind) {
    ScalarGraph g = kind.graph(2000);
    ObjectGraph objects = new ObjectGraph(g);
    objects.run(ScalarSamples.point());
    ScalarGraph joint = ScalarAutodiff.valueAndGradient(g);
    double[] own = joint.results(joint.evaluate(ScalarSamples.point()));
    double largest = Arrays.stream(own).map(Math::abs).max().orElseThrow();
    assertArrayEquals(own, objects.lossAndGradient(), 1e-10 * largest);
  }

  @Test
  void rowsTellTimeAndBytesForEachNode() throws Exception {
    Path svg = folder.resolve("scaling.svg");
    Run r =
        run(
            "scaling",
            "--nodes",
            "1e2..1e3",
            "--seconds",
            "0.05",
            "--torch-up-to",
            "0",
            "--json",
            "--svg",
            svg.toString());
    assertEquals(0, r.status(), r.err());
    JsonNode rows = new ObjectMapper().readTree(r.out());
    assertEquals(4, rows.size());
    for (JsonNode row : rows) {
      for (String key :
          List.of(
              "graph",
              "nodes",
              "edges",
              "instructions",
              "buildNanosPerNode",
              "differentiateNanosPerNode",
              "planNanosPerNode",
              "forwardNanosPerNode",
              "forwardBackwardNanosPerNode",
              "objectsNanosPerNode",
              "arenaBytesPerNode",
              "codeBytesPerNode",
              "noisy")) {
        assertTrue(row.has(key), key + " in " + row);
      }
      assertTrue(row.get("forwardBackwardNanosPerNode").asDouble() > 0, row.toString());
    }
    assertTrue(Files.readString(svg).contains("dag: forward + backward"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ten", "1e3..1e2", "10", "1e9", "1e3..", "-5"})
  void sizesThatMakeNoSenseAreWrongUsage(String nodes) {
    Run r = run("scaling", "--nodes", nodes, "--torch-up-to", "0");
    assertEquals(Commands.WRONG_USAGE, r.status(), r.err());
    assertTrue(r.err().contains("--nodes"), r.err());
  }
}
