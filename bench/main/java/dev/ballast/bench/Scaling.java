package dev.ballast.bench;

import dev.ballast.cli.Report;
import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.scalar.ScalarAutodiff;
import dev.ballast.scalar.ScalarGraph;
import dev.ballast.scalar.ScalarProgram;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * What a scalar graph of one size costs, from its first node to its gradient, beside the same graph
 * built otherwise. All answers are compared before anything is timed.
 *
 * @param instructions of forward and backward pass, as planned
 * @param arenaBytes of a session that computes result and gradient
 * @param codeBytes of the planned instructions
 * @param buildNanos for each step: of the graph, of its gradient, of the plan
 * @param forward times of forward passes, nanoseconds a run
 * @param both times of forward and backward passes together
 * @param objects the same with an object for each node, where it was measured
 * @param torch nanoseconds a node in PyTorch, where it was measured
 */
record Scaling(
    Kind kind,
    int nodes,
    long edges,
    int instructions,
    long arenaBytes,
    long codeBytes,
    double buildNanos,
    double differentiateNanos,
    double planNanos,
    Samples forward,
    Samples both,
    Optional<Samples> objects,
    OptionalDouble torch) {

  enum Kind {
    DAG,
    TREE;

    ScalarGraph graph(int nodes) {
      return this == DAG ? ScalarSamples.dag(nodes, 1) : ScalarSamples.tree(nodes, 1);
    }

    String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * Planning is timed as often as fits this many nodes, so that small graphs are not one glance.
   */
  private static final int NODES_TO_PLAN = 2_000_000;

  /** Relative; sums over millions of terms are made in other orders elsewhere. */
  private static final double TOLERANCE = 1e-6;

  /**
   * @param objectsUpTo how many nodes an object each may be tried with
   * @param torch PyTorch, where it is installed, and how many nodes to try it with
   */
  static Scaling measure(
      Kind kind, int nodes, Budget budget, int objectsUpTo, Optional<TorchScalars> torch) {
    Timed<ScalarGraph> graph = timed(nodes, () -> kind.graph(nodes));
    Timed<ScalarGraph> joint = timed(nodes, () -> ScalarAutodiff.valueAndGradient(graph.result()));
    Timed<Plan> plan = timed(nodes, () -> plan(joint.result()));
    ScalarGraph g = graph.result();
    try (Session forward = open(plan(g));
        Session both = open(plan.result())) {
      both.run();
      double[] answer = both.output("result").toDoubles();
      List<Variant> variants = new ArrayList<>();
      variants.add(new Variant("forward", forward::run));
      variants.add(new Variant("both", both::run));
      if (nodes <= objectsUpTo) {
        ObjectGraph objects = new ObjectGraph(g);
        double[] point = ScalarSamples.point();
        objects.run(point);
        demandSame("an object for each node", answer, objects.lossAndGradient());
        variants.add(new Variant("objects", () -> objects.run(point)));
      }
      OptionalDouble inTorch = OptionalDouble.empty();
      if (torch.isPresent() && nodes <= torch.get().mostNodes()) {
        TorchScalars.Answer a = torch.get().run(g, ScalarSamples.point());
        demandSame("PyTorch", answer, a.lossAndGradient());
        inTorch = OptionalDouble.of(a.nanosPerNode());
      }
      List<Samples> times = Alternating.measure(variants, budget);
      ScalarProgram program = (ScalarProgram) plan.result().steps().getFirst().node().op();
      return new Scaling(
          kind,
          g.nodes(),
          g.edges(),
          program.code().instructions(),
          plan.result().arenaBytes(),
          program.code().codeBytes(),
          graph.nanos(),
          joint.nanos(),
          plan.nanos(),
          times.get(0),
          times.get(1),
          times.size() > 2 ? Optional.of(times.get(2)) : Optional.empty(),
          inTorch);
    }
  }

  private record Timed<T>(T result, double nanos) {}

  private static <T> Timed<T> timed(int nodes, Supplier<T> work) {
    double[] nanos = new double[Math.clamp(NODES_TO_PLAN / nodes, 1, 15)];
    T result = null;
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      result = work.get();
      nanos[i] = System.nanoTime() - start;
    }
    return new Timed<>(result, new Samples("planning", nanos).median());
  }

  private static Plan plan(ScalarGraph g) {
    GraphBuilder b = new GraphBuilder("scalars");
    Expr x = b.input("x", TensorType.f64(g.inputs()));
    ScalarProgram program = ScalarProgram.of(g, Shape.of(g.outputs()));
    b.output("result", b.applyAll(program, List.of(x)).getFirst());
    return Planner.plan(b.build(), PlanOptions.defaults());
  }

  private static Session open(Plan plan) {
    Session s = Session.open(plan, SessionOptions.defaults());
    s.input("x").copyFrom(ScalarSamples.point());
    return s;
  }

  private static void demandSame(String who, double[] own, double[] other) {
    double largest = Arrays.stream(own).map(Math::abs).max().orElse(0);
    for (int i = 0; i < own.length; i++) {
      if (!(Math.abs(own[i] - other[i]) <= TOLERANCE * largest)) {
        throw new IllegalStateException(
            who + " computes " + other[i] + " where Ballast computes " + own[i] + ", at " + i);
      }
    }
  }

  double forwardNanosPerNode() {
    return forward.median() / nodes;
  }

  double bothNanosPerNode() {
    return both.median() / nodes;
  }

  OptionalDouble objectsNanosPerNode() {
    return objects.isPresent()
        ? OptionalDouble.of(objects.get().median() / nodes)
        : OptionalDouble.empty();
  }

  /** Build, differentiate and plan. */
  double prepareSeconds() {
    return (buildNanos + differentiateNanos + planNanos) / 1e9;
  }

  boolean isNoisy() {
    return forward.isNoisy() || both.isNoisy();
  }

  Report report() {
    Report r =
        new Report()
            .put("graph", kind.label())
            .put("nodes", nodes)
            .put("edges", edges)
            .put("instructions", instructions)
            .put("buildNanosPerNode", buildNanos / nodes)
            .put("differentiateNanosPerNode", differentiateNanos / nodes)
            .put("planNanosPerNode", planNanos / nodes)
            .put("prepareSeconds", prepareSeconds())
            .put("forwardNanosPerNode", forwardNanosPerNode())
            .put("forwardBackwardNanosPerNode", bothNanosPerNode())
            .put("arenaBytesPerNode", (double) arenaBytes / nodes)
            .put("codeBytesPerNode", (double) codeBytes / nodes)
            .put("spread", both.spread())
            .put("noisy", isNoisy());
    objectsNanosPerNode().ifPresent(n -> r.put("objectsNanosPerNode", n));
    torch.ifPresent(n -> r.put("torchNanosPerNode", n));
    return r;
  }
}
