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
import java.util.Optional;
import java.util.Set;

/**
 * Puts a graph's steps in an order with a lower peak. The given order stays where nothing better is
 * found. Values keep their ids, so whoever holds a value of the given graph still finds its place.
 */
final class Order {
  /** Touches that the exact search may simulate, and those that moves may. */
  record Limits(long searchWork, long moveWork) {
    /** Well under a second. */
    static final Limits DEFAULT = new Limits(6_000_000, 6_000_000);

    private static final Limits SHORT = new Limits(600_000, 6_000_000);
    private static final int MANY_STEPS = 1000;

    /**
     * For an order that is only a step on the way to another graph: of many steps an exact search
     * decides little.
     */
    static Limits between(Graph graph) {
      return graph.nodes().size() > MANY_STEPS ? SHORT : DEFAULT;
    }
  }

  /** How often an order below the best is looked for where its existence is not decided. */
  private static final int ATTEMPTS = 8;

  /** The order of so many steps is left as it is. */
  private static final int MAX_STEPS = 100_000;

  /** Steps in a good order, by their places in the given one. */
  record Steps(int[] order, Ordering ordering) {}

  private Order() {}

  /** The given order, with its bound. */
  static Ordering given(OrderProblem problem) {
    long peak = problem.peak(problem.identity());
    long bound =
        problem.steps() <= OrderReach.MAX_STEPS
            ? OrderBound.of(problem, new OrderReach(problem))
            : OrderBound.ofTouched(problem);
    return new Ordering(peak, peak, Math.min(peak, bound));
  }

  static Steps improve(OrderProblem problem) {
    return improve(problem, Limits.DEFAULT);
  }

  static Steps improve(OrderProblem problem, Limits limits) {
    return improve(problem, given(problem), limits);
  }

  /**
   * @param given what {@link #given} says of the problem
   */
  static Steps improve(OrderProblem problem, Ordering given, Limits limits) {
    Best best = new Best(problem, given);
    if (!best.isOptimal() && problem.steps() <= MAX_STEPS) {
      ListSchedulers.all(problem).forEach(best::consider);
      if (!best.isOptimal() && problem.steps() <= OrderReach.MAX_STEPS) {
        search(best, limits.searchWork());
      }
      if (!best.isOptimal()) {
        best.consider(InsertionMoves.improve(problem, best.order, best.bound, limits.moveWork()));
      }
    }
    return new Steps(best.order, new Ordering(given.bytes(), best.peak, best.bound));
  }

  /** From the bound up until nothing is proven any more; then halfway to the best order, and on. */
  private static void search(Best best, long work) {
    ExactOrder exact = new ExactOrder(best.problem, new OrderReach(best.problem));
    ExactOrder.Result r = exact.search(best.bound, best.peak, work / 2);
    best.bound = r.bound();
    r.order().ifPresent(best::consider);
    long low = best.bound;
    for (int i = 0; i < ATTEMPTS && low < best.peak - 1; i++) {
      long middle = (low + best.peak) / 2;
      Optional<int[]> order = exact.attempt(middle, work / 2 / ATTEMPTS);
      order.ifPresent(best::consider);
      low = order.isPresent() ? low : middle;
    }
  }

  /** The best order so far, and what no order is below. */
  private static final class Best {
    final OrderProblem problem;
    int[] order;
    long peak;
    long bound;

    Best(OrderProblem problem, Ordering given) {
      this.problem = problem;
      this.order = problem.identity();
      this.peak = given.bytes();
      this.bound = given.boundBytes();
    }

    void consider(int[] other) {
      long bytes = problem.peak(other);
      if (bytes < peak) {
        order = other;
        peak = bytes;
      }
    }

    boolean isOptimal() {
      return peak == bound;
    }
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
