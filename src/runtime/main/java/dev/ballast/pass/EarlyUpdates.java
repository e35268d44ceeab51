package dev.ballast.pass;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Moves each update as far forward as it may go: behind what it reads, and behind every other
 * reader of what it overwrites. So a parameter's gradient dies soon after its birth, and the
 * gradients of all layers never live together.
 */
public final class EarlyUpdates {
  private final Graph graph;
  private final Rewrite rewrite;
  private final Map<Value, Integer> readersLeft = new HashMap<>();
  private final Set<Value> computed = new HashSet<>();
  private final Map<Integer, List<Value>> targets = new HashMap<>();
  private final Map<Value, List<Node>> waitingFor = new HashMap<>();
  private final Set<Node> waiting = new HashSet<>();

  private EarlyUpdates(Graph graph) {
    this.graph = graph;
    this.rewrite = Rewrite.of(graph);
    graph
        .updates()
        .forEach(
            (target, r) -> targets.computeIfAbsent(r.node(), k -> new ArrayList<>()).add(target));
  }

  public static Graph run(Graph graph) {
    return graph.updates().isEmpty() ? graph : new EarlyUpdates(graph).reorder();
  }

  private Graph reorder() {
    for (Node n : graph.nodes()) {
      basesRead(n).forEach(base -> readersLeft.merge(base, 1, Integer::sum));
      if (isUpdate(n)) {
        await(n);
      }
    }
    byIndex(waiting).values().forEach(this::release);
    for (Node n : graph.nodes()) {
      if (!isUpdate(n)) {
        emit(n);
      }
    }
    return rewrite.finish();
  }

  private boolean isUpdate(Node n) {
    return targets.containsKey(n.index());
  }

  private void await(Node update) {
    waiting.add(update);
    Set<Value> events = new HashSet<>(targets.get(update.index()));
    update.inputs().stream().filter(Value.Result.class::isInstance).forEach(events::add);
    events.forEach(v -> waitingFor.computeIfAbsent(v, k -> new ArrayList<>()).add(update));
  }

  private Set<Value> basesRead(Node n) {
    Set<Value> bases = new HashSet<>();
    n.inputs().forEach(v -> bases.add(graph.viewBase(v)));
    return bases;
  }

  /** Emits a node and then, in their order, the updates that it freed; they may free others. */
  private void emit(Node n) {
    rewrite.emit(n);
    computed.addAll(n.results());
    Set<Value> touched = basesRead(n);
    touched.forEach(base -> readersLeft.merge(base, -1, Integer::sum));
    touched.addAll(n.results());
    Set<Node> freed = new HashSet<>();
    touched.forEach(v -> freed.addAll(waitingFor.getOrDefault(v, List.of())));
    byIndex(freed).values().forEach(this::release);
  }

  private static SortedMap<Integer, Node> byIndex(Set<Node> nodes) {
    SortedMap<Integer, Node> sorted = new TreeMap<>();
    nodes.forEach(n -> sorted.put(n.index(), n));
    return sorted;
  }

  private void release(Node update) {
    if (waiting.contains(update) && isFree(update)) {
      waiting.remove(update);
      emit(update);
    }
  }

  private boolean isFree(Node n) {
    boolean available =
        n.inputs().stream().allMatch(v -> !(v instanceof Value.Result) || computed.contains(v));
    return available
        && targets.get(n.index()).stream().allMatch(t -> readersLeft.getOrDefault(t, 0) == 1);
  }
}
