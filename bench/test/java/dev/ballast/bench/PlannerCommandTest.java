package dev.ballast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.cli.Commands;
import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.ir.Graph;
import dev.ballast.optim.Sgd;
import dev.ballast.plan.Certificate;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.PlanTimes;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ballast bench planner}. */
class PlannerCommandTest {
  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Commands.run(
        new Bench(), List.of(), new PrintWriter(out), new PrintWriter(err), arguments);
  }

  private JsonNode json(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("planner", "--runs", "1", "--json"));
    all.addAll(List.of(arguments));
    int status = run(all.toArray(String[]::new));
    assertEquals(0, status, err.toString());
    return new ObjectMapper().readTree(out.toString());
  }

  private void instances() throws IOException {
    Path suite = Files.createDirectories(folder.resolve("minimalloc"));
    Files.writeString(suite.resolve("two.1000.csv"), "id,lower,upper,size\na,0,2,600\nb,1,3,500\n");
    Files.writeString(suite.resolve("two.csv"), "id,lower,upper,size\na,0,2,600\nb,1,3,500\n");
  }

  private static List<String> names(JsonNode rows) {
    return rows.findValuesAsText("instance");
  }

  @Test
  void publishedInstancesComeFirstThenModelsThenDeepNetworks() throws IOException {
    instances();
    JsonNode rows =
        json("--data", folder.toString(), "--only", "perceptron of 64 serving 1,mnist-mlp,two");
    assertEquals("does not fit", rows.get(0).get("verdict").asText());
    assertEquals(1100, rows.get(1).get("peak").asLong());
    assertEquals("OPTIMAL (load)", rows.get(1).get("certificate").asText());
    assertEquals(
        List.of(
            "two.1000",
            "two",
            "mnist-mlp training 1",
            "mnist-mlp serving 1",
            "mnist-mlp training 64",
            "mnist-mlp serving 64",
            "mnist-mlp training 1024",
            "mnist-mlp serving 1024",
            "perceptron of 64 serving 1",
            "perceptron of 64 serving 1024"),
        names(rows));
    for (JsonNode row : rows) {
      for (String field : List.of("kind", "buffers", "load", "peak", "certificate", "nodes")) {
        assertTrue(row.has(field), field + " of " + row);
      }
      assertTrue(row.get("milliseconds").asDouble() > 0 && row.get("runs").asInt() == 1);
    }
  }

  /** What a plan itself says of its placement. */
  @Test
  void aModelsRowIsThatOfItsPlan() throws IOException {
    Definition d = DefinitionReader.read(ProjectFiles.exampleModel());
    Plan plan =
        Planner.plan(
            Graphs.trainingStep(d.model(), d.options().loss(), d.options().optimizer(), 1024),
            PlanOptions.defaults());
    JsonNode row = json("--only", "mnist-mlp training 1024").get(0);
    assertEquals("model", row.get("kind").asText());
    assertEquals(plan.bytes(Region.SCRATCH), row.get("peak").asLong());
    assertEquals(plan.certificate().loadBound(), row.get("load").asLong());
    assertEquals(plan.buffers(Region.SCRATCH).size(), row.get("buffers").asInt());
  }

  @Test
  void rowsStandUnderTheHeadingOfTheirKindAndAreSummedUp() throws IOException {
    instances();
    assertEquals(
        0,
        run(
            "planner",
            "--data",
            folder.toString(),
            "--runs",
            "1",
            "--only",
            "two,mnist-mlp,random 1"));
    List<String> lines = out.toString().lines().toList();
    assertEquals("published instances", lines.getFirst());
    int models = lines.indexOf("models of this project");
    assertTrue(models > 0 && lines.get(models + 3).startsWith("mnist-mlp training 1 "));
    // random 1, 10 to 19 and 100 to 199
    assertTrue(lines.getLast().startsWith("Ballast's own plans, certified optimal: "));
    assertTrue(lines.getLast().contains(" of 117 ("), lines.getLast());
  }

  @Test
  void whatIsNotProvenOptimalIsNamed() {
    PlacementRow open =
        new PlacementRow(
            PlannerCase.Kind.RANDOM,
            "random 7",
            3,
            "",
            new Certificate(200, 100, 150),
            new Samples("random 7", new double[] {1e6}),
            9);
    assertFalse(open.isSettled());
    assertTrue(open.line().contains("GAP 33.33 %"), open.line());
    assertEquals(
        Optional.of("Ballast's own plans, certified optimal: 0 of 1 (0.0 %); not: random 7"),
        PlannerCommand.summary(List.of(open)));
    assertEquals(Optional.empty(), PlannerCommand.summary(List.of()));
  }

  /** Phases are parts of the whole, and a budget that is refused is a row too. */
  @Test
  void planningTimeIsToldPhaseByPhase() {
    Graph step = Graphs.trainingStep(LargeNets.perceptron(8, 16), LargeNets.LOSS, Sgd.of(0.1), 64);
    Plan whole = Planner.plan(step, PlanOptions.defaults());
    Repetition once = new Repetition(1, 60);
    long kept = whole.arenaBytes() - whole.bytes(Region.SCRATCH);
    PlanningRow half =
        PlanningRow.measure(
            "net",
            "half",
            step,
            PlanOptions.defaults().withBudget(kept + whole.bytes(Region.SCRATCH) / 2),
            once);
    assertTrue(half.plan().orElseThrow().recomputation().nodes() > 0);
    double sum = 0;
    for (PlanTimes.Phase p : PlanTimes.Phase.values()) {
      assertTrue(half.times().nanos(p) > 0, p + " took no time");
      sum += half.times().nanos(p);
    }
    assertTrue(sum <= half.samples().values()[0], "phases take longer than all of it");
    PlanningRow none =
        PlanningRow.measure(
            "net", "none", step, PlanOptions.defaults().withBudget(kept + 64), once);
    assertTrue(none.plan().isEmpty() && none.line().endsWith("refused"), none.line());
    assertEquals(false, none.report().values().get("planned"));
  }

  /** Quick tasks are run as often as asked for, slow ones once. */
  @Test
  void slowTasksAreRunLessOften() {
    int[] runs = new int[1];
    assertEquals(
        3, new Repetition(3, 60).measure("quick", () -> runs[0]++).samples().values().length);
    assertEquals(6, runs[0]);
    runs[0] = 0;
    Repetition.Measured<Integer> m = new Repetition(3, 1e-9).measure("slow", () -> runs[0]++);
    assertEquals(1, m.samples().values().length);
    assertEquals(1, runs[0]);
  }

  @Test
  void aFolderWithoutInstancesIsTold() {
    assertEquals(1, run("planner", "--data", folder.toString()));
    assertTrue(err.toString().contains("holds no minimalloc"), err.toString());
  }

  @Test
  void anUnknownNameIsToldWithThoseThereAre() {
    assertEquals(2, run("planner", "--only", "mnist-mlp,nosuch"));
    assertTrue(err.toString().contains("nothing is named nosuch; there are "), err.toString());
    assertTrue(err.toString().contains("mnist-mlp"), err.toString());
    assertEquals(2, run("planner", "--seconds", "0"));
  }
}
