package dev.ballast.ir;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Checks what every graph promises. Runs whenever a graph is made, so after each pass. */
final class GraphVerifier {
  private final Graph graph;
  private final List<Value> values;
  private final List<Node> nodes;

  private GraphVerifier(Graph graph) {
    this.graph = graph;
    this.values = graph.values();
    this.nodes = graph.nodes();
  }

  static void verify(Graph graph) {
    GraphVerifier v = new GraphVerifier(graph);
    v.valuesAreNumberedAndNamed();
    v.nodesAreInOrderAndTyped();
    v.preparationIsFirst();
    graph
        .outputs()
        .forEach(
            (name, value) -> v.demand(v.isOwn(value), () -> "output '" + name + "' is foreign"));
    v.updatesAreLastReadersInPlace(graph.updates());
  }

  private void valuesAreNumberedAndNamed() {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < values.size(); i++) {
      Value v = values.get(i);
      int at = i;
      demand(v.id() == i, () -> "value " + v.label() + " stands at index " + at);
      if (v instanceof Value.Result r) {
        boolean found =
            r.node() >= 0
                && r.node() < nodes.size()
                && r.port() >= 0
                && r.port() < nodes.get(r.node()).results().size()
                && nodes.get(r.node()).results().get(r.port()).equals(r);
        demand(found, () -> "result " + r.label() + " has no node");
      } else if (!(v instanceof Value.Constant)) {
        demand(names.add(v.name()), () -> "two values are named '" + v.name() + "'");
      }
    }
  }

  private void nodesAreInOrderAndTyped() {
    for (int i = 0; i < nodes.size(); i++) {
      Node n = nodes.get(i);
      int at = i;
      demand(n.index() == i, () -> "node " + n.index() + " stands at index " + at);
      for (Value.Result r : n.results()) {
        demand(
            isOwn(r) && r.node() == i && n.results().indexOf(r) == r.port(),
            () -> place(n) + " has the result " + r.label() + ", which belongs elsewhere");
      }
      for (Value in : n.inputs()) {
        demand(isOwn(in), () -> place(n) + " reads a value of another graph");
        demand(
            !(in instanceof Value.Result r) || r.node() < i,
            () -> place(n) + " reads " + in.label() + " before it is computed");
      }
      demand(
          n.op().infer(n.inputTypes()).equals(n.resultTypes()),
          () ->
              place(n)
                  + " has result types "
                  + n.resultTypes()
                  + ", its shape rule says otherwise");
    }
  }

  /** What runs once stands first, and reads nothing that another run may find changed. */
  private void preparationIsFirst() {
    boolean started = false;
    for (Node n : nodes) {
      if (!n.prepares()) {
        started |= !n.isView();
        continue;
      }
      demand(!started || n.isView(), () -> place(n) + " prepares for runs, but stands within them");
      for (Value in : n.inputs()) {
        boolean lasts =
            switch (in) {
              case Value.Parameter p -> !graph.updates().containsKey(p);
              case Value.Constant ignored -> true;
              case Value.Result r -> nodes.get(r.node()).prepares();
              case Value.Input ignored -> false;
              case Value.State ignored -> false;
            };
        demand(lasts, () -> place(n) + " prepares for runs, but reads " + in.label() + " of a run");
      }
      n.results()
          .forEach(
              r ->
                  demand(
                      !graph.outputs().containsValue(r),
                      () -> place(n) + " prepares for runs, but makes an output"));
    }
  }

  /** An update is computed over its target's memory, so every other reader must come before it. */
  private void updatesAreLastReadersInPlace(Map<Value, Value.Result> updates) {
    Map<Value, Node> lastReaders = updates.isEmpty() ? Map.of() : lastReaders();
    Set<Value> results = new HashSet<>();
    updates.forEach(
        (target, result) -> {
          boolean kept = target instanceof Value.Parameter || target instanceof Value.State;
          demand(
              kept && isOwn(target), () -> "update of " + target.label() + ", which is not kept");
          demand(isOwn(result), () -> "update of '" + target.name() + "' with a foreign value");
          demand(results.add(result), () -> result.label() + " updates two values");
          Node n = nodes.get(result.node());
          boolean inPlace =
              n.op().inPlace(n.inputTypes()).stream()
                  .anyMatch(
                      p ->
                          p.result() == result.port()
                              && p.allows(n.inputs())
                              && n.inputs().get(p.input()).equals(target));
          demand(inPlace, () -> place(n) + " can't update '" + target.name() + "' in place");
          Node last = lastReaders.get(target);
          demand(
              last.index() <= n.index(),
              () -> place(last) + " reads '" + target.name() + "' after its update");
        });
  }

  /** For each value that no view makes, the last node that reads it, itself or through views. */
  private Map<Value, Node> lastReaders() {
    Map<Value, Node> last = new HashMap<>();
    Map<Value, Value> bases = new HashMap<>();
    for (Node n : nodes) {
      for (Value in : n.inputs()) {
        last.put(bases.getOrDefault(in, in), n);
      }
      n.op()
          .view(n.inputTypes())
          .ifPresent(
              view -> {
                Value in = n.inputs().get(view.input());
                bases.put(n.results().getFirst(), bases.getOrDefault(in, in));
              });
    }
    return last;
  }

  private boolean isOwn(Value v) {
    return v.id() >= 0 && v.id() < values.size() && values.get(v.id()).equals(v);
  }

  private static String place(Node n) {
    return "node "
        + n.index()
        + " "
        + n.op().name()
        + (n.name().isEmpty() ? "" : " \"" + n.name() + "\"");
  }

  /** The complaint is made up only where it is needed: graphs may have millions of nodes. */
  private void demand(boolean condition, Supplier<String> complaint) {
    if (!condition) {
      throw new IllegalStateException("invalid graph: " + complaint.get());
    }
  }
}
