package dev.ballast.plan;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts a graph's steps in an order with a lower peak. The given order stays where nothing better is
 * found. Values keep their ids, so whoever holds a value of the given graph still finds its place.
 */
final class Order {
  /** Touches that the exact search may simulate, and those that moves may. */
  private static final long MAX_SEARCH_WORK = 8_000_000;

  private static final long MAX_MOVE_WORK = 12_000_000;

  /** The order of so many steps is left as it is. */
  private static final int MAX_STEPS = 100_000;

  /** Beyond this many steps only list schedulers and moves are tried. */
  private static final int MAX_SEARCHED_STEPS = 12_000;

  /** Steps in a good order, by their places in the given one. */
  record Steps(int[] order, Ordering ordering) {}

  private Order() {}

  /** The given order, with its bound. */
  static Ordering given(OrderProblem problem) {
    long peak = problem.peak(problem.identity());
    return new Ordering(peak, peak, Math.min(peak, OrderBound.of(problem)));
  }

  static Steps improve(OrderProblem problem) {
    int[] best = problem.identity();
    long given = problem.peak(best);
    long peak = given;
    long bound = Math.min(peak, OrderBound.of(problem));
    if (peak > bound && problem.steps() <= MAX_STEPS) {
      for (int[] order : ListSchedulers.all(problem)) {
        if (problem.peak(order) < peak) {
          best = order;
          peak = problem.peak(order);
        }
      }
      if (peak > bound && problem.steps() <= MAX_SEARCHED_STEPS) {
        ExactOrder.Result found = ExactOrder.search(problem, bound, peak, MAX_SEARCH_WORK);
        bound = found.bound();
        best = found.order().orElse(best);
        peak = problem.peak(best);
      }
      if (peak > bound) {
        int[] moved = InsertionMoves.improve(problem, best, bound, MAX_MOVE_WORK);
        if (problem.peak(moved) < peak) {
          best = moved;
          peak = problem.peak(moved);
        }
      }
    }
    return new Steps(best, new Ordering(given, peak, bound));
  }

  /** The graph with its steps in another order; a view comes as soon as what it shows is there. */
  static Graph apply(Graph graph, int[] order) {
    List<Node> steps = graph.nodes().stream().filter(n -> !n.isView()).toList();
    List<List<Node>> users = graph.users();
    Set<Node> sequence = new LinkedHashSet<>();
    Set<Value> there = new HashSet<>();
    for (Value v : graph.values()) {
      if (!(v instanceof Value.Result)) {
        makeVisible(v, users, there, sequence);
      }
    }
    for (int step : order) {
      sequence.add(steps.get(step));
      steps.get(step).results().forEach(r -> makeVisible(r, users, there, sequence));
    }
    return renumbered(graph, List.copyOf(sequence));
  }

  private static void makeVisible(
      Value v, List<List<Node>> users, Set<Value> there, Set<Node> sequence) {
    there.add(v);
    for (Node user : users.get(v.id())) {
      if (user.isView() && there.containsAll(user.inputs()) && sequence.add(user)) {
        user.results().forEach(r -> makeVisible(r, users, there, sequence));
      }
    }
  }

  /** The same values and nodes, with the nodes' new indices. */
  private static Graph renumbered(Graph graph, List<Node> sequence) {
    List<Value> values = new ArrayList<>(graph.values());
    for (int i = 0; i < sequence.size(); i++) {
      for (Value.Result r : sequence.get(i).results()) {
        values.set(r.id(), new Value.Result(r.id(), r.name(), r.type(), i, r.port()));
      }
    }
    List<Node> nodes = new ArrayList<>();
    for (Node n : sequence) {
      nodes.add(
          new Node(
              nodes.size(),
              n.name(),
              n.phase(),
              n.op(),
              n.inputs().stream().map(v -> values.get(v.id())).toList(),
              n.results().stream().map(r -> (Value.Result) values.get(r.id())).toList()));
    }
    Map<String, Value> outputs = new LinkedHashMap<>();
    graph.outputs().forEach((name, v) -> outputs.put(name, values.get(v.id())));
    Map<Value, Value.Result> updates = new LinkedHashMap<>();
    graph.updates().forEach((target, r) -> updates.put(target, (Value.Result) values.get(r.id())));
    return new Graph(graph.name(), values, nodes, outputs, updates);
  }
}
