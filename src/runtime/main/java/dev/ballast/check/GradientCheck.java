package dev.ballast.check;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.pass.Passes;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * The backward pass against central differences, both in f64 and both as they really run: the
 * gradient through differentiation, passes, planner and session, the differences by running the
 * forward pass twice for each coordinate. Users check ops of their own with it.
 *
 * <pre>{@code
 * GraphBuilder b = new GraphBuilder("mine");
 * Expr x = b.parameter("x", TensorType.f64(3, 4));
 * b.output("loss", Ops.sum(b.apply(new MyOp(), x)));
 * try (GradientCheck check = GradientCheck.ofParameters(b.build(), "loss")) {
 *   check.forward().parameter("x").copyFrom(values);
 *   assertTrue(check.run(GradientCheckOptions.defaults()).passed());
 * }
 * }</pre>
 *
 * <p>For graphs in f32 there is {@code pass.Retype}.
 */
public final class GradientCheck implements AutoCloseable {
  private static final String LOSS = "loss";

  private final List<Value> variables;
  private final Session gradients;
  private final Session forward;

  private GradientCheck(List<Value> variables, Plan gradientPlan, Plan forwardPlan) {
    this.variables = List.copyOf(variables);
    this.gradients = Session.open(gradientPlan, SessionOptions.defaults(), forwardPlan);
    this.forward = gradients.alongside(forwardPlan);
  }

  /** Checks the gradients of all parameters. */
  public static GradientCheck ofParameters(Graph graph, String loss) {
    return of(graph, loss, List.copyOf(graph.parameters()));
  }

  /**
   * @param graph a forward graph that updates nothing
   * @param loss the output that is differentiated: one number, f64
   * @param variables parameters or inputs of the graph: what it is differentiated by, all f64
   * @throws IllegalArgumentException where the graph updates, or has no such output or variables
   * @throws ShapeException where loss or variables are not f64, or the loss is not one number
   */
  public static GradientCheck of(Graph graph, String loss, List<? extends Value> variables) {
    if (!graph.updates().isEmpty()) {
      throw new IllegalArgumentException(
          "gradient check: the graph updates "
              + graph.updates().keySet().iterator().next().name()
              + ": each run must be the same, so give the forward pass alone");
    }
    if (!graph.outputs().containsKey(loss)) {
      throw new IllegalArgumentException(
          "gradient check: there is no output '" + loss + "', only " + graph.outputs().keySet());
    }
    if (variables.isEmpty()) {
      throw new IllegalArgumentException(
          "gradient check: '" + graph.name() + "' has no parameters to differentiate by");
    }
    variables.forEach(v -> demandDouble(v, graph));
    demandDouble(graph.outputs().get(loss), graph);
    return new GradientCheck(
        List.copyOf(variables), gradientPlan(graph, loss, variables), forwardPlan(graph, loss));
  }

  private static void demandDouble(Value v, Graph graph) {
    if (!graph.values().contains(v)) {
      throw new IllegalArgumentException("gradient check: '" + v.name() + "' is of another graph");
    }
    if (v.type().dtype() != DType.F64) {
      throw new ShapeException(
          "gradient check: '"
              + v.name()
              + "' is "
              + v.type()
              + ": differences need f64, which Retype makes of a graph");
    }
  }

  private static Plan forwardPlan(Graph graph, String loss) {
    GraphBuilder b = GraphBuilder.extending(graph.name() + " forward", graph);
    b.output(LOSS, b.expr(graph.outputs().get(loss)));
    return Planner.plan(Passes.standard(b.build()), PlanOptions.defaults());
  }

  private static Plan gradientPlan(Graph graph, String loss, List<? extends Value> variables) {
    GraphBuilder b = GraphBuilder.extending(graph.name() + " forward and backward", graph);
    Expr l = b.expr(graph.outputs().get(loss));
    List<Expr> gradients = Autodiff.gradients(l, variables.stream().map(v -> b.expr(v)).toList());
    b.output(LOSS, l);
    for (int i = 0; i < gradients.size(); i++) {
      b.output(gradient(i), gradients.get(i));
    }
    return Planner.plan(Passes.standard(b.build()), PlanOptions.defaults());
  }

  private static String gradient(int variable) {
    return "d" + variable;
  }

  /** Where to write parameters, states and inputs before {@link #run}: the forward pass. */
  public Session forward() {
    return forward;
  }

  /** Number of partial derivatives. */
  public long dimension() {
    return variables.stream().mapToLong(v -> v.type().elements()).sum();
  }

  /**
   * Compares. Parameters and inputs have their old values again afterwards.
   *
   * @throws IllegalArgumentException where the loss is not a finite number at the point itself
   */
  public GradientCheckResult run(GradientCheckOptions options) {
    takeInputs();
    gradients.run();
    double value = loss();
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "gradient check: the loss is " + value + " at this point: choose other values");
    }
    Probe probe = new Probe(this::loss, value, Noise.deviation(this::along), options.tolerance());
    List<CheckedVariable> checked = new ArrayList<>();
    for (int i = 0; i < variables.size(); i++) {
      Value v = variables.get(i);
      Slice x = slice(v);
      Slice dx = gradients.output(gradient(i));
      List<Comparison> comparisons = new ArrayList<>();
      for (long at : sample(x.elements(), options, i)) {
        comparisons.add(probe.compare(x, at, dx.get(at)));
      }
      checked.add(new CheckedVariable(v.name(), v.type(), comparisons));
    }
    return GradientCheckResult.of(options.tolerance(), value, checked);
  }

  /**
   * Measures what the gradient costs, on the values that are there.
   *
   * @param seconds to spend on it, about
   */
  public GradientCost cost(double seconds) {
    takeInputs();
    List<Slice> xs = variables.stream().map(this::slice).toList();
    return new CostMeter(forward, gradients, xs, seconds).measure();
  }

  private void takeInputs() {
    for (Value.Input i : forward.plan().graph().inputs()) {
      gradients.input(i.name()).copyFrom(forward.input(i.name()));
    }
  }

  private double loss() {
    forward.run();
    return forward.output(LOSS).get(0);
  }

  /** The loss with every coordinate scaled by 1 ± the displacement, the signs drawn at random. */
  private double along(double displacement) {
    List<double[]> before = variables.stream().map(v -> slice(v).toDoubles()).toList();
    Philox signs = new Philox(0, 0);
    for (int i = 0; i < before.size(); i++) {
      Slice x = slice(variables.get(i));
      for (int at = 0; at < x.elements(); at++) {
        double d = signs.nextInt() < 0 ? -displacement : displacement;
        x.set(at, before.get(i)[at] * (1 + d));
      }
    }
    double moved = loss();
    for (int i = 0; i < before.size(); i++) {
      slice(variables.get(i)).copyFrom(before.get(i));
    }
    return moved;
  }

  private Slice slice(Value v) {
    return v instanceof Value.Input ? forward.input(v.name()) : forward.parameter(v.name());
  }

  /** All coordinates, or as many as asked for, drawn without repetition (Floyd's algorithm). */
  private static List<Long> sample(long elements, GradientCheckOptions options, int variable) {
    if (elements <= options.coordinates()) {
      return LongStream.range(0, elements).boxed().toList();
    }
    Philox random = new Philox(options.seed(), variable);
    TreeSet<Long> drawn = new TreeSet<>();
    for (long last = elements - options.coordinates(); last < elements; last++) {
      long at = (long) (random.nextDouble() * (last + 1));
      if (!drawn.add(at)) {
        drawn.add(last);
      }
    }
    return List.copyOf(drawn);
  }

  @Override
  public void close() {
    gradients.close();
  }
}
