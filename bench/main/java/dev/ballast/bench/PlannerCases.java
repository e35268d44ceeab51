package dev.ballast.bench;

import dev.ballast.bench.PlannerCase.Kind;
import dev.ballast.cli.BufferTable;
import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.ir.Graph;
import dev.ballast.nn.Model;
import dev.ballast.optim.Sgd;
import dev.ballast.pass.Passes;
import dev.ballast.plan.Buffer;
import dev.ballast.plan.Placement;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code bench planner} measures, in the order in which it does. */
final class PlannerCases {
  private static final List<String> SUITES = List.of("minimalloc", "idealloc");
  private static final Pattern CAPACITY = Pattern.compile(".*\\.(\\d{4,})\\.csv");
  private static final int LARGE_BATCH = 1024;
  private static final int RANDOM_GRAPHS = 200;
  private static final int RANDOM_NODES = 60;

  /** Of these networks a training step has about 5,000 steps. */
  private static final int LARGE_LAYERS = 500;

  private static final int LARGE_BLOCKS = 227;
  private static final int LARGE_RANDOM_NODES = 1460;

  /** Of these, SCRATCH has about 5,000 buffers. */
  private static final int WIDE_LAYERS = 1250;

  private static final int WIDE_BLOCKS = 550;

  private PlannerCases() {}

  /**
   * The files of both suites in a folder, by name.
   *
   * @param nodes to search where a file's name says a capacity
   */
  static List<PlannerCase> published(Path folder, long nodes) throws IOException {
    List<PlannerCase> cases = new ArrayList<>();
    for (String suite : SUITES) {
      for (Path file : files(folder.resolve(suite), ".csv")) {
        String name = file.getFileName().toString();
        Matcher named = CAPACITY.matcher(name);
        OptionalLong capacity =
            named.matches()
                ? OptionalLong.of(Long.parseLong(named.group(1)))
                : OptionalLong.empty();
        Placement.Limits limits =
            capacity.isPresent() ? Placement.Limits.ofNodes(nodes) : Placement.Limits.defaults();
        String shown = name.replace(".csv", "");
        cases.add(
            new PlannerCase(
                Kind.PUBLISHED,
                shown,
                r ->
                    PlacementRow.measure(
                        Kind.PUBLISHED,
                        shown,
                        BufferTable.read(file).problem(),
                        capacity,
                        limits,
                        r)));
      }
    }
    return cases;
  }

  /** Every definition of the project: training and serving, one example, its batch, and many. */
  static List<PlannerCase> models() throws IOException {
    Path folder = ProjectFiles.exampleModel().toAbsolutePath().getParent();
    List<PlannerCase> cases = new ArrayList<>();
    for (Path file : files(folder, ".toml")) {
      Definition d = DefinitionReader.read(file);
      String name = file.getFileName().toString().replace(".toml", "");
      for (int batch : new TreeSet<>(List.of(1, d.options().batch(), LARGE_BATCH))) {
        cases.add(
            own(
                Kind.MODEL,
                name + " training " + batch,
                () ->
                    Graphs.trainingStep(
                        d.model(), d.options().loss(), d.options().optimizer(), batch)));
        cases.add(
            own(
                Kind.MODEL,
                name + " serving " + batch,
                () -> Graphs.serving(d.model(), d.options().loss(), batch)));
      }
    }
    return cases;
  }

  static List<PlannerCase> deep() {
    List<PlannerCase> cases = new ArrayList<>();
    for (Model m : List.of(LargeNets.perceptron(64, 128), LargeNets.residual(32, 128))) {
      for (int batch : List.of(1, 256, LARGE_BATCH)) {
        cases.add(own(Kind.DEEP, m.name() + " training " + batch, () -> step(m, batch)));
        cases.add(
            own(
                Kind.DEEP,
                m.name() + " serving " + batch,
                () -> Graphs.serving(m, LargeNets.LOSS, batch)));
      }
    }
    for (Model m :
        List.of(LargeNets.perceptron(WIDE_LAYERS, 16), LargeNets.residual(WIDE_BLOCKS, 16))) {
      cases.add(own(Kind.DEEP, m.name() + " training 64", () -> step(m, 64)));
    }
    return cases;
  }

  static List<PlannerCase> random() {
    List<PlannerCase> cases = new ArrayList<>();
    for (int seed = 0; seed < RANDOM_GRAPHS; seed++) {
      int own = seed;
      cases.add(own(Kind.RANDOM, "random " + seed, () -> randomGraph(own, RANDOM_NODES)));
    }
    return cases;
  }

  /** Without a budget, with parts of SCRATCH, and with so little that no plan fits. */
  static List<PlannerCase> large() {
    List<PlannerCase> cases = new ArrayList<>();
    cases.addAll(timed("large perceptron", () -> step(LargeNets.perceptron(LARGE_LAYERS, 64), 64)));
    cases.addAll(timed("large residual net", () -> step(LargeNets.residual(LARGE_BLOCKS, 64), 64)));
    cases.addAll(timed("large random graph", () -> randomGraph(0, LARGE_RANDOM_NODES)));
    return cases;
  }

  private interface Source {
    Graph graph();
  }

  private static Graph step(Model model, int batch) {
    return Graphs.trainingStep(model, LargeNets.LOSS, Sgd.of(0.1), batch);
  }

  private static Graph randomGraph(long seed, int nodes) {
    return Passes.forRunning(LargeNets.random(seed, nodes));
  }

  private static PlannerCase own(Kind kind, String name, Source source) {
    return new PlannerCase(
        kind,
        name,
        r -> {
          Plan plan = Planner.plan(source.graph(), PlanOptions.defaults());
          List<Buffer> buffers = plan.buffers(Region.SCRATCH);
          Placement.Problem problem =
              new Placement.Problem(
                  buffers.stream().mapToLong(Buffer::alignedBytes).toArray(),
                  buffers.stream().mapToInt(Buffer::from).toArray(),
                  buffers.stream().mapToInt(Buffer::to).toArray());
          Placement.Limits limits = Placement.Limits.ofNodes(plan.options().placementNodes());
          return PlacementRow.measure(kind, name, problem, OptionalLong.empty(), limits, r);
        });
  }

  private static List<PlannerCase> timed(String name, Source source) {
    return List.of(
        timed(name, "none", source, (g, all) -> all),
        timed(name, "9 tenths", source, (g, all) -> all.withBudget(bytes(g, 0.9))),
        timed(name, "half", source, (g, all) -> all.withBudget(bytes(g, 0.5))),
        timed(name, "too small", source, (g, all) -> all.withBudget(bytes(g, 0.001))));
  }

  private static PlannerCase timed(
      String name,
      String budget,
      Source source,
      BiFunction<Graph, PlanOptions, PlanOptions> options) {
    return new PlannerCase(
        Kind.TIME,
        name,
        r -> {
          Graph g = source.graph();
          PlanOptions all = PlanOptions.defaults();
          return PlanningRow.measure(name, budget, g, options.apply(g, all), r);
        });
  }

  /** What is kept in any case, and a part of SCRATCH. */
  private static long bytes(Graph graph, double part) {
    Plan whole = Planner.plan(graph, PlanOptions.defaults());
    long scratch = whole.bytes(Region.SCRATCH);
    return whole.arenaBytes() - scratch + (long) (scratch * part);
  }

  private static List<Path> files(Path folder, String ending) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(f -> f.getFileName().toString().endsWith(ending)).sorted().toList();
    }
  }
}
