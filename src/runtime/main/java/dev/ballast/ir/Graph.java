package dev.ballast.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An immutable static graph in SSA form. Nodes stand in execution order, which is a topological
 * one. {@code outputs} are what the caller may read after a run. {@code updates} say which result
 * is the new content of a parameter or state once the run is over.
 */
public final class Graph {
  private final String name;
  private final List<Value> values;
  private final List<Node> nodes;
  private final Map<String, Value> outputs;
  private final Map<Value, Value.Result> updates;

  /**
   * @throws IllegalStateException where the parts are not a graph; the message says which and why
   */
  public Graph(
      String name,
      List<Value> values,
      List<Node> nodes,
      Map<String, Value> outputs,
      Map<Value, Value.Result> updates) {
    this.name = name;
    this.values = List.copyOf(values);
    this.nodes = List.copyOf(nodes);
    this.outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    this.updates = Collections.unmodifiableMap(new LinkedHashMap<>(updates));
    GraphVerifier.verify(this);
  }

  public String name() {
    return name;
  }

  /** All values; a value's id is its index. */
  public List<Value> values() {
    return values;
  }

  /** All nodes in execution order; a node's index is its place. */
  public List<Node> nodes() {
    return nodes;
  }

  /** What the caller can read after a run, by name. */
  public Map<String, Value> outputs() {
    return outputs;
  }

  /** For each parameter or state that changes, its content after the run. */
  public Map<Value, Value.Result> updates() {
    return updates;
  }

  public List<Value.Input> inputs() {
    return only(Value.Input.class);
  }

  public List<Value.Parameter> parameters() {
    return only(Value.Parameter.class);
  }

  public List<Value.State> states() {
    return only(Value.State.class);
  }

  public List<Value.Constant> constants() {
    return only(Value.Constant.class);
  }

  private <T extends Value> List<T> only(Class<T> kind) {
    return values.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /**
   * The nodes that read each value, by the value's id; a node that reads it twice is there once.
   */
  public List<List<Node>> users() {
    List<List<Node>> users = new ArrayList<>();
    values.forEach(v -> users.add(new ArrayList<>()));
    for (Node n : nodes) {
      n.inputs().stream().distinct().forEach(v -> users.get(v.id()).add(n));
    }
    return users;
  }

  /** The value whose bytes a value shows: itself, unless it is a view of another. */
  public Value viewBase(Value v) {
    Value base = v;
    while (base instanceof Value.Result r) {
      Node n = nodes.get(r.node());
      var view = n.op().view(n.inputTypes());
      if (view.isEmpty()) {
        return base;
      }
      base = n.inputs().get(view.get().input());
    }
    return base;
  }

  /** What {@link Phase#PREPARE} leaves behind for every run; no views. */
  public Set<Value> prepared() {
    Set<Value> prepared = new HashSet<>();
    if (nodes.stream().anyMatch(Node::prepares)) {
      nodes.stream()
          .filter(n -> !n.prepares())
          .flatMap(n -> n.inputs().stream())
          .map(this::viewBase)
          .filter(v -> v instanceof Value.Result r && nodes.get(r.node()).prepares())
          .forEach(prepared::add);
    }
    return prepared;
  }

  /** Floating-point operations of one run. */
  public long flops() {
    return nodes.stream().filter(n -> !n.prepares()).mapToLong(Node::flops).sum();
  }

  /** Number of trainable scalars. */
  public long parameterCount() {
    return parameters().stream().mapToLong(p -> p.type().elements()).sum();
  }

  /** Reads aloud: one line a value, in order. */
  @Override
  public String toString() {
    StringBuilder s = new StringBuilder("graph ").append(name).append(" {\n");
    for (Value v : values) {
      switch (v) {
        case Value.Input i -> line(s, i, "input");
        case Value.Parameter p -> line(s, p, "parameter");
        case Value.State t -> line(s, t, "state");
        case Value.Constant c ->
            s.append("  ")
                .append(c.label())
                .append(" = constant ")
                .append(c.literal())
                .append('\n');
        case Value.Result ignored -> {}
      }
    }
    Phase phase = Phase.FORWARD;
    for (Node n : nodes) {
      if (n.phase() != phase) {
        phase = n.phase();
        s.append("  -- ").append(phase.name().toLowerCase(java.util.Locale.ROOT)).append('\n');
      }
      String results =
          n.results().stream()
              .map(r -> r.label() + ":" + r.type())
              .collect(Collectors.joining(", "));
      String inputs = n.inputs().stream().map(Value::label).collect(Collectors.joining(", "));
      s.append("  ").append(results).append(" = ").append(n.opLabel()).append('(').append(inputs);
      s.append(')').append(n.name().isEmpty() ? "" : " \"" + n.name() + "\"").append('\n');
    }
    updates.forEach(
        (v, r) ->
            s.append("  update ").append(v.label()).append(" := ").append(r.label()).append('\n'));
    outputs.forEach(
        (k, v) -> s.append("  output \"").append(k).append("\" = ").append(v.label()).append('\n'));
    return s.append("}").toString();
  }

  private static void line(StringBuilder s, Value v, String kind) {
    s.append("  ").append(v.label()).append(':').append(v.type());
    s.append(" = ").append(kind).append(" \"").append(v.name()).append("\"\n");
  }
}
