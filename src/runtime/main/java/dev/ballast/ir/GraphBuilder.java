package dev.ballast.ir;

import dev.ballast.tensor.Literal;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Collects values and nodes in execution order; {@link #build} makes the graph.
 *
 * <pre>{@code
 * GraphBuilder b = new GraphBuilder("line");
 * Expr x = b.input("x", TensorType.f32(8, 3));
 * Expr w = b.parameter("w", TensorType.f32(3, 1));
 * b.output("y", Ops.matmul(x, w));
 * Graph graph = b.build();
 * }</pre>
 */
public final class GraphBuilder {
  private final String name;
  private final List<Value> values = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Value> outputs = new LinkedHashMap<>();
  private final Map<Value, Value.Result> updates = new LinkedHashMap<>();
  private String scope = "";
  private Phase phase = Phase.FORWARD;

  public GraphBuilder(String name) {
    this.name = name;
  }

  /** Goes on from a finished graph's values, nodes and updates; outputs are to be named anew. */
  public static GraphBuilder extending(String name, Graph graph) {
    GraphBuilder b = new GraphBuilder(name);
    b.values.addAll(graph.values());
    b.nodes.addAll(graph.nodes());
    b.updates.putAll(graph.updates());
    return b;
  }

  public Expr input(String inputName, TensorType type) {
    return add(new Value.Input(values.size(), inputName, type));
  }

  /** A trainable weight. Its memory comes in the order of these calls. */
  public Expr parameter(String parameterName, TensorType type) {
    return add(new Value.Parameter(values.size(), parameterName, type));
  }

  /** Memory kept between runs, zero at first. */
  public Expr state(String stateName, TensorType type) {
    return add(new Value.State(values.size(), stateName, type));
  }

  public Expr constant(Literal literal) {
    return add(new Value.Constant(values.size(), "", literal));
  }

  /** A value of this builder as an operand. */
  public Expr expr(Value value) {
    return new Expr(this, value);
  }

  /** Applies an op that has one result. */
  public Expr apply(Op op, Expr... inputs) {
    return applyAll(op, Arrays.asList(inputs)).getFirst();
  }

  /**
   * Applies an op.
   *
   * @throws ShapeException where the inputs do not fit, with the node's place
   */
  public List<Expr> applyAll(Op op, List<Expr> inputs) {
    List<Value> in = inputs.stream().map(this::own).toList();
    List<TensorType> types;
    try {
      types = op.infer(in.stream().map(Value::type).toList());
    } catch (ShapeException e) {
      throw e.at("%" + values.size() + (scope.isEmpty() ? "" : " \"" + scope + "\""));
    }
    List<Value.Result> results = new ArrayList<>();
    for (TensorType t : types) {
      Value.Result r = new Value.Result(values.size(), scope, t, nodes.size(), results.size());
      values.add(r);
      results.add(r);
    }
    nodes.add(new Node(nodes.size(), scope, phase, op, in, results));
    return results.stream().map(this::expr).toList();
  }

  /** Pins a value where the caller can read it after each run. */
  public void output(String outputName, Expr e) {
    if (outputs.putIfAbsent(outputName, own(e)) != null) {
      throw new IllegalArgumentException("there is an output '" + outputName + "' already");
    }
  }

  /** Makes a result the new content of a parameter or state once the run is over. */
  public void update(Expr target, Expr newContent) {
    if (!(own(newContent) instanceof Value.Result r)) {
      throw new IllegalArgumentException(
          "update of '" + target.value().name() + "': the new content must be computed");
    }
    if (updates.putIfAbsent(own(target), r) != null) {
      throw new IllegalArgumentException("'" + target.value().name() + "' is updated twice");
    }
  }

  /** The new content that a parameter or state was given, if it was. */
  public Optional<Expr> updated(Expr target) {
    return Optional.ofNullable(updates.get(own(target))).map(this::expr);
  }

  /** Names the nodes that {@code body} adds; nested names are joined by dots. */
  public <T> T named(String inner, Supplier<T> body) {
    String outer = scope;
    scope = outer.isEmpty() || inner.isEmpty() ? outer + inner : outer + "." + inner;
    try {
      return body.get();
    } finally {
      scope = outer;
    }
  }

  /** Marks the nodes that {@code body} adds as belonging to a phase. */
  public <T> T during(Phase inner, Supplier<T> body) {
    Phase outer = phase;
    phase = inner;
    try {
      return body.get();
    } finally {
      phase = outer;
    }
  }

  /** The nodes so far. */
  public List<Node> nodes() {
    return List.copyOf(nodes);
  }

  /**
   * The graph so far, verified.
   *
   * @throws IllegalStateException where it breaks a promise of {@link Graph}
   */
  public Graph build() {
    return new Graph(name, values, nodes, outputs, updates);
  }

  private Expr add(Value v) {
    values.add(v);
    return expr(v);
  }

  private Value own(Expr e) {
    if (e.builder() != this) {
      throw new IllegalArgumentException(e + " belongs to another graph");
    }
    return e.value();
  }

  @Override
  public String toString() {
    return name
        + nodes.stream().map(n -> n.op().name()).collect(Collectors.joining(", ", "(", ")"));
  }
}
