package dev.ballast.pass;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Moves each update as far forward as it may go: behind what it reads, and behind every other
 * reader of what it overwrites. So a parameter's gradient dies soon after its birth, and the
 * gradients of all layers never live together.
 */
public final class EarlyUpdates {
  private final Graph graph;
  private final Map<Value, Integer> readersLeft = new HashMap<>();
  private final Set<Value> computed = new HashSet<>();
  private final Map<Integer, List<Value>> targets = new HashMap<>();

  private EarlyUpdates(Graph graph) {
    this.graph = graph;
    graph
        .updates()
        .forEach(
            (target, r) -> targets.computeIfAbsent(r.node(), k -> new ArrayList<>()).add(target));
  }

  public static Graph run(Graph graph) {
    return new EarlyUpdates(graph).reorder();
  }

  private Graph reorder() {
    List<Node> waiting = new ArrayList<>();
    for (Node n : graph.nodes()) {
      basesRead(n).forEach(base -> readersLeft.merge(base, 1, Integer::sum));
      if (isUpdate(n)) {
        waiting.add(n);
      }
    }
    Rewrite r = Rewrite.of(graph);
    releaseUpdates(waiting, r);
    for (Node n : graph.nodes()) {
      if (!isUpdate(n)) {
        emit(n, r);
        releaseUpdates(waiting, r);
      }
    }
    return r.finish();
  }

  private boolean isUpdate(Node n) {
    return targets.containsKey(n.index());
  }

  private Set<Value> basesRead(Node n) {
    Set<Value> bases = new HashSet<>();
    n.inputs().forEach(v -> bases.add(graph.viewBase(v)));
    return bases;
  }

  private void emit(Node n, Rewrite r) {
    r.emit(n);
    computed.addAll(n.results());
    basesRead(n).forEach(base -> readersLeft.merge(base, -1, Integer::sum));
  }

  /** Emits the updates that became free, again until none does: one may free another. */
  private void releaseUpdates(List<Node> waiting, Rewrite r) {
    boolean released = true;
    while (released) {
      released = false;
      for (Iterator<Node> i = waiting.iterator(); i.hasNext(); ) {
        Node n = i.next();
        if (isFree(n)) {
          i.remove();
          emit(n, r);
          released = true;
        }
      }
    }
  }

  private boolean isFree(Node n) {
    boolean available =
        n.inputs().stream().allMatch(v -> !(v instanceof Value.Result) || computed.contains(v));
    return available
        && targets.get(n.index()).stream().allMatch(t -> readersLeft.getOrDefault(t, 0) == 1);
  }
}
