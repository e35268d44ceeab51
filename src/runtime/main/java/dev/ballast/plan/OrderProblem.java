package dev.ballast.plan;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.ir.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an order of steps is judged by: sizes and dependencies, no more. A buffer is live from the
 * first step that touches it to the last. Where a step may write result {@code r} over input {@code
 * x}, which it is the last to touch, both count once at that step.
 *
 * <p>Read backward in time it is a problem of the same kind, which the exact search makes use of.
 *
 * @param before for each step the steps that must come earlier; in the given order they do
 * @param after for each step the steps that must come later
 * @param sizes bytes of each buffer
 * @param touches for each step the buffers it reads or writes, each once
 * @param touchers for each buffer the steps that touch it
 * @param handovers for each step and each of its results (r, x, x′, …): r may take the place of the
 *     first of the x that ends there and is not yet taken
 * @param workspaces bytes that live for one step
 */
record OrderProblem(
    int[][] before,
    int[][] after,
    long[] sizes,
    int[][] touches,
    int[][] touchers,
    int[][][] handovers,
    long[] workspaces) {

  /** Steps are the nodes that are no views, in the graph's order. */
  static OrderProblem of(Graph graph, Joins joins, boolean inPlace) {
    return new Reader(graph, joins, inPlace).problem();
  }

  int steps() {
    return before.length;
  }

  /** The given order. */
  int[] identity() {
    int[] order = new int[steps()];
    Arrays.setAll(order, i -> i);
    return order;
  }

  /** The load at each step of an order. */
  long[] loads(int[] order) {
    OrderTape tape = new OrderTape(this, false);
    return Arrays.stream(order).mapToLong(tape::run).toArray();
  }

  long peak(int[] order) {
    return Arrays.stream(loads(order)).max().orElse(0);
  }

  /** Whether every step stands once, behind all that must come earlier. */
  boolean allows(int[] order) {
    int[] at = new int[steps()];
    Arrays.fill(at, -1);
    for (int i = 0; i < order.length; i++) {
      at[order[i]] = i;
    }
    for (int s = 0; s < steps(); s++) {
      for (int p : before[s]) {
        if (at[p] < 0 || at[p] >= at[s]) {
          return false;
        }
      }
    }
    return order.length == steps() && Arrays.stream(at).allMatch(i -> i >= 0);
  }

  /** For each step those that list it. */
  static int[][] inverse(int[][] lists, int count) {
    List<List<Integer>> inverse = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      inverse.add(new ArrayList<>());
    }
    for (int i = 0; i < lists.length; i++) {
      for (int k : lists[i]) {
        inverse.get(k).add(i);
      }
    }
    return inverse.stream().map(OrderProblem::array).toArray(int[][]::new);
  }

  private static int[] array(Iterable<Integer> numbers) {
    List<Integer> list = new ArrayList<>();
    numbers.forEach(list::add);
    return list.stream().mapToInt(i -> i).toArray();
  }

  /** Reads a graph as {@link Liveness} does. */
  private static final class Reader {
    private final Graph graph;
    private final Joins joins;
    private final boolean inPlace;
    private final int[] stepOf;
    private final List<Node> steps = new ArrayList<>();
    private final Map<Value, Value> targets = new HashMap<>();
    private final Value[] bases;
    private final boolean[] pinned;
    private final Map<Value, Integer> buffers = new HashMap<>();
    private final List<Long> sizes = new ArrayList<>();
    private final List<Long> exactSizes = new ArrayList<>();

    Reader(Graph graph, Joins joins, boolean inPlace) {
      this.graph = graph;
      this.joins = joins;
      this.inPlace = inPlace;
      this.stepOf = new int[graph.nodes().size()];
      this.bases = Joins.bases(graph);
      this.pinned = Joins.pinned(graph, bases);
      graph.updates().forEach((target, result) -> targets.put(result, target));
      for (Node n : graph.nodes()) {
        stepOf[n.index()] = n.isView() ? -1 : steps.size();
        if (!n.isView()) {
          steps.add(n);
        }
      }
    }

    OrderProblem problem() {
      steps.forEach(n -> n.results().forEach(this::open));
      int count = steps.size();
      int[][] touches = new int[count][];
      int[][][] handovers = new int[count][][];
      long[] workspaces = new long[count];
      for (int s = 0; s < count; s++) {
        Node n = steps.get(s);
        touches[s] = touches(n);
        handovers[s] = inPlace ? handovers(n) : new int[0][];
        workspaces[s] = PlanOptions.align(n.op().workspaceBytes(n.inputTypes()));
      }
      int[][] before = before();
      return new OrderProblem(
          before,
          inverse(before, count),
          sizes.stream().mapToLong(b -> b).toArray(),
          touches,
          inverse(touches, sizes.size()),
          handovers,
          workspaces);
    }

    /** Gives a result its buffer, unless it lies where an order changes nothing. */
    private void open(Value.Result r) {
      Value whole = joins.whole(r);
      boolean kept = targets.containsKey(r) || pinned[whole.id()];
      if (!kept && !buffers.containsKey(whole)) {
        buffers.put(whole, sizes.size());
        sizes.add(PlanOptions.align(whole.type().bytes()));
        exactSizes.add(whole.type().bytes());
      }
    }

    /** The buffer of a value, or −1 for what is kept. */
    private int buffer(Value v) {
      Value base = bases[v.id()];
      boolean kept = !(base instanceof Value.Result) || targets.containsKey(base);
      return kept ? -1 : buffers.getOrDefault(joins.whole(base), -1);
    }

    private int[] touches(Node n) {
      Set<Integer> touched = new TreeSet<>();
      n.inputs().forEach(v -> touched.add(buffer(v)));
      n.results().forEach(v -> touched.add(buffer(v)));
      touched.remove(-1);
      return array(touched);
    }

    private int[][] handovers(Node n) {
      List<int[]> handovers = new ArrayList<>();
      for (Value.Result r : n.results()) {
        int own = buffer(r);
        if (own < 0 || !joins.whole(r).equals(r) || joins.isWhole(r)) {
          continue;
        }
        List<Integer> row = new ArrayList<>(List.of(own));
        for (Op.InPlace p : n.op().inPlace(n.inputTypes())) {
          Value input = n.inputs().get(p.input());
          int x = buffer(input);
          boolean fits =
              p.result() == r.port()
                  && p.allows(n.inputs())
                  && x >= 0
                  && exactSizes.get(x) == r.type().bytes();
          boolean alone =
              n.inputs().stream().allMatch(v -> v.equals(input) || x < 0 || buffer(v) != x);
          if (fits && alone) {
            row.add(x);
          }
        }
        if (row.size() > 1) {
          handovers.add(array(row));
        }
      }
      return handovers.toArray(int[][]::new);
    }

    private int[][] before() {
      Map<Value, List<Integer>> readers = new HashMap<>();
      for (Node n : steps) {
        for (Value in : n.inputs()) {
          readers.computeIfAbsent(bases[in.id()], k -> new ArrayList<>()).add(stepOf[n.index()]);
        }
      }
      List<Set<Integer>> makers = makers();
      int[][] before = new int[steps.size()][];
      for (int s = 0; s < before.length; s++) {
        Set<Integer> earlier = new HashSet<>();
        steps.get(s).inputs().forEach(in -> earlier.addAll(makers.get(in.id())));
        // An update writes over its target, which all others must have read by then.
        for (Value.Result r : steps.get(s).results()) {
          if (targets.containsKey(r)) {
            earlier.addAll(readers.getOrDefault(targets.get(r), List.of()));
          }
        }
        earlier.remove(s);
        before[s] = array(new TreeSet<>(earlier));
      }
      return before;
    }

    /** For each value, by id, the steps that make it; views may have more than one. */
    private List<Set<Integer>> makers() {
      List<Set<Integer>> makers = new ArrayList<>(Collections.nCopies(bases.length, Set.of()));
      for (Node n : graph.nodes()) {
        Set<Integer> of = new HashSet<>();
        if (n.isView()) {
          n.inputs().forEach(in -> of.addAll(makers.get(in.id())));
        } else {
          of.add(stepOf[n.index()]);
        }
        n.results().forEach(r -> makers.set(r.id(), of));
      }
      return makers;
    }
  }
}
