package dev.ballast.plan;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph as flat arrays, for searches that replay it thousands of times. An <em>op</em> is a node
 * that takes a step, by its place among those; a <em>value</em> is a result in SCRATCH that is no
 * view, and what reads a view reads what it shows.
 *
 * @param nodes each op's node
 * @param reads the values each op reads, each once
 * @param results the values each op makes
 * @param over pairs (value made, value read) that may share bytes where the one read dies
 * @param producer the op that makes each value
 * @param bytes each value's bytes, aligned
 * @param flops each op's cost
 * @param workspace each op's bytes while it runs, aligned
 * @param cloneable whether an op may run a second time: its results are in SCRATCH alone, it
 *     updates nothing, and whatever it reads keeps its content until the updates at the end
 * @param needs ops whose results each op reads, SCRATCH or not
 * @param sources the parameters and states with an update that each op reads, by number
 * @param updates the numbers of the parameters and states that each op updates
 */
record Tape(
    Graph graph,
    Node[] nodes,
    int[][] reads,
    int[][] results,
    int[][] over,
    int[] producer,
    long[] bytes,
    long[] flops,
    long[] workspace,
    boolean[] cloneable,
    int[][] needs,
    int[][] sources,
    int[][] updates) {

  static Tape of(Graph graph) {
    return new Writer(graph).tape();
  }

  int ops() {
    return nodes.length;
  }

  int values() {
    return producer.length;
  }

  boolean isUpdate(int op) {
    return updates[op].length > 0;
  }

  private static final class Writer {
    private final Graph graph;
    private final List<Node> nodes;
    private final Map<Integer, Integer> opOf = new HashMap<>();
    private final Map<Value, Integer> targets = new HashMap<>();
    private final Map<Value, Integer> numbers = new HashMap<>();
    private final List<Value.Result> values = new ArrayList<>();

    Writer(Graph graph) {
      this.graph = graph;
      this.nodes = graph.nodes().stream().filter(n -> !n.isView()).toList();
      for (Node n : nodes) {
        opOf.put(n.index(), opOf.size());
      }
      graph.updates().keySet().forEach(t -> targets.put(t, targets.size()));
      Set<Value> pinned = new HashSet<>(graph.updates().values());
      graph.outputs().values().forEach(v -> pinned.add(graph.viewBase(v)));
      for (Node n : nodes) {
        for (Value.Result r : n.results()) {
          if (!pinned.contains(r)) {
            numbers.put(r, values.size());
            values.add(r);
          }
        }
      }
    }

    Tape tape() {
      int n = nodes.size();
      int[][] reads = new int[n][];
      int[][] needs = new int[n][];
      int[][] sources = new int[n][];
      for (int i = 0; i < n; i++) {
        List<Value> bases = nodes.get(i).inputs().stream().map(graph::viewBase).distinct().toList();
        reads[i] = bases.stream().filter(numbers::containsKey).mapToInt(numbers::get).toArray();
        sources[i] = bases.stream().filter(targets::containsKey).mapToInt(targets::get).toArray();
        needs[i] =
            bases.stream()
                .filter(Value.Result.class::isInstance)
                .mapToInt(v -> opOf.get(((Value.Result) v).node()))
                .distinct()
                .toArray();
      }
      int[][] updates = updates();
      return new Tape(
          graph,
          nodes.toArray(Node[]::new),
          reads,
          nodes.stream().map(this::scratchResults).toArray(int[][]::new),
          nodes.stream().map(this::pairs).toArray(int[][]::new),
          values.stream().mapToInt(v -> opOf.get(v.node())).toArray(),
          values.stream().mapToLong(v -> PlanOptions.align(v.type().bytes())).toArray(),
          nodes.stream().mapToLong(Node::flops).toArray(),
          nodes.stream()
              .mapToLong(x -> PlanOptions.align(x.op().workspaceBytes(x.inputTypes())))
              .toArray(),
          cloneable(needs, sources, updates),
          needs,
          sources,
          updates);
    }

    private int[][] updates() {
      List<List<Integer>> updated = new ArrayList<>();
      nodes.forEach(x -> updated.add(new ArrayList<>()));
      graph.updates().forEach((t, r) -> updated.get(opOf.get(r.node())).add(targets.get(t)));
      return updated.stream()
          .map(l -> l.stream().mapToInt(Integer::intValue).toArray())
          .toArray(int[][]::new);
    }

    private int[] scratchResults(Node n) {
      return n.results().stream().filter(numbers::containsKey).mapToInt(numbers::get).toArray();
    }

    private int[] pairs(Node n) {
      List<Integer> pairs = new ArrayList<>();
      for (Op.InPlace p : n.op().inPlace(n.inputTypes())) {
        Value.Result r = n.results().get(p.result());
        Value base = graph.viewBase(n.inputs().get(p.input()));
        boolean fits = r.type().bytes() == base.type().bytes();
        if (fits && numbers.containsKey(r) && numbers.containsKey(base)) {
          pairs.add(numbers.get(r));
          pairs.add(numbers.get(base));
        }
      }
      return pairs.stream().mapToInt(Integer::intValue).toArray();
    }

    private boolean[] cloneable(int[][] needs, int[][] sources, int[][] updates) {
      boolean[] immovable = immovable(needs, sources, updates);
      boolean[] overwritten = new boolean[targets.size()];
      for (int i = 0; i < immovable.length; i++) {
        for (int t : immovable[i] ? updates[i] : new int[0]) {
          overwritten[t] = true;
        }
      }
      boolean[] cloneable = new boolean[nodes.size()];
      for (int i = 0; i < cloneable.length; i++) {
        cloneable[i] =
            updates[i].length == 0
                && nodes.get(i).results().stream().allMatch(numbers::containsKey);
        for (int t : sources[i]) {
          cloneable[i] &= !overwritten[t];
        }
      }
      return cloneable;
    }

    /**
     * Updates that can't wait for clones, since something other than an update reads what they
     * make; and the updates that must come before those.
     */
    private boolean[] immovable(int[][] needs, int[][] sources, int[][] updates) {
      boolean[] immovable = new boolean[nodes.size()];
      boolean[] overwritten = new boolean[targets.size()];
      for (int i = nodes.size() - 1; i >= 0; i--) {
        boolean isUpdate = updates[i].length > 0;
        for (int t : isUpdate ? sources[i] : new int[0]) {
          immovable[i] |= overwritten[t];
        }
        for (int t : immovable[i] ? updates[i] : new int[0]) {
          overwritten[t] = true;
        }
        for (int p : isUpdate && !immovable[i] ? new int[0] : needs[i]) {
          immovable[p] |= updates[p].length > 0;
        }
      }
      return immovable;
    }
  }
}
