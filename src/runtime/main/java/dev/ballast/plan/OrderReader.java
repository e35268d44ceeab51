package dev.ballast.plan;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.ir.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a graph as {@link Liveness} does into an {@link OrderProblem}. What does not depend on
 * joins is read once, since many joins are tried.
 */
final class OrderReader {
  private static final int KEPT = -1;

  private final Graph graph;
  private final List<Node> steps = new ArrayList<>();
  private final int[] stepOf;
  private final Value[] bases;
  private final boolean[] pinned;

  /** Results that overwrite their targets, by id. */
  private final boolean[] isUpdate;

  /** For each step pairs of a result's port and an input that it may be written over. */
  private final int[][][] replacements;

  private final long[] workspaces;
  private final int[][] before;
  private final int[][] after;

  OrderReader(Graph graph, boolean inPlace) {
    this.graph = graph;
    this.stepOf = new int[graph.nodes().size()];
    this.bases = Joins.bases(graph);
    this.pinned = Joins.pinned(graph, bases);
    this.isUpdate = new boolean[bases.length];
    graph.updates().values().forEach(r -> isUpdate[r.id()] = true);
    for (Node n : graph.nodes()) {
      stepOf[n.index()] = n.isView() ? -1 : steps.size();
      if (!n.isView()) {
        steps.add(n);
      }
    }
    this.replacements = new int[steps.size()][][];
    this.workspaces = new long[steps.size()];
    for (int s = 0; s < workspaces.length; s++) {
      Node n = steps.get(s);
      replacements[s] = inPlace ? replacements(n) : new int[0][];
      workspaces[s] = PlanOptions.align(n.op().workspaceBytes(n.inputTypes()));
    }
    this.before = before();
    this.after = OrderProblem.inverse(before, steps.size());
  }

  private static int[][] replacements(Node n) {
    return n.op().inPlace(n.inputTypes()).stream()
        .filter(p -> p.allows(n.inputs()))
        .map((Op.InPlace p) -> new int[] {p.result(), p.input()})
        .toArray(int[][]::new);
  }

  OrderProblem problem(Joins joins) {
    return new Sharing(joins).problem();
  }

  /** The highest load of the given order. */
  long peak(Joins joins) {
    OrderProblem p = problem(joins);
    return p.peak(p.identity());
  }

  /** Buffers, as some joins make them. */
  private final class Sharing {
    private final Value[] wholes;
    private final boolean[] hasParts;
    private final int[] buffers;
    private final long[] sizes;
    private final long[] exactSizes;
    private int count;

    Sharing(Joins joins) {
      wholes = graph.values().toArray(Value[]::new);
      hasParts = new boolean[wholes.length];
      for (Value part : joins.parts()) {
        wholes[part.id()] = joins.whole(part);
      }
      for (Value whole : joins.wholes()) {
        hasParts[whole.id()] = true;
      }
      buffers = new int[wholes.length];
      sizes = new long[wholes.length];
      exactSizes = new long[wholes.length];
      Arrays.fill(buffers, KEPT);
      for (Node n : steps) {
        n.results().forEach(this::open);
      }
    }

    /** Gives a result its buffer, unless it lies where an order changes nothing. */
    private void open(Value.Result r) {
      Value whole = wholes[r.id()];
      if (!isUpdate[r.id()] && !pinned[whole.id()] && buffers[whole.id()] == KEPT) {
        sizes[count] = PlanOptions.align(whole.type().bytes());
        exactSizes[count] = whole.type().bytes();
        buffers[whole.id()] = count++;
      }
    }

    private int buffer(Value v) {
      Value base = bases[v.id()];
      boolean kept = !(base instanceof Value.Result) || isUpdate[base.id()];
      return kept ? KEPT : buffers[wholes[base.id()].id()];
    }

    OrderProblem problem() {
      int[][] touches = new int[steps.size()][];
      int[][][] handovers = new int[steps.size()][][];
      for (int s = 0; s < touches.length; s++) {
        touches[s] = touches(steps.get(s));
        handovers[s] = handovers(s);
      }
      return new OrderProblem(
          before,
          after,
          Arrays.copyOf(sizes, count),
          touches,
          OrderProblem.inverse(touches, count),
          handovers,
          workspaces);
    }

    private int[] touches(Node n) {
      int[] touched = new int[n.inputs().size() + n.results().size()];
      int count = 0;
      for (Value v : n.inputs()) {
        count = insert(buffer(v), touched, count);
      }
      for (Value v : n.results()) {
        count = insert(buffer(v), touched, count);
      }
      return Arrays.copyOf(touched, count);
    }

    /** Adds a buffer to those at the front of an array, which are in order, each once. */
    private static int insert(int buffer, int[] sorted, int count) {
      int k = count;
      while (k > 0 && sorted[k - 1] > buffer) {
        k--;
      }
      if (buffer == KEPT || k > 0 && sorted[k - 1] == buffer) {
        return count;
      }
      System.arraycopy(sorted, k, sorted, k + 1, count - k);
      sorted[k] = buffer;
      return count + 1;
    }

    private int[][] handovers(int step) {
      if (replacements[step].length == 0) {
        return new int[0][];
      }
      Node n = steps.get(step);
      List<int[]> handovers = new ArrayList<>();
      for (Value.Result r : n.results()) {
        int own = buffer(r);
        if (own == KEPT || wholes[r.id()].id() != r.id() || hasParts[r.id()]) {
          continue;
        }
        int[] row = new int[1 + replacements[step].length];
        row[0] = own;
        int k = 1;
        for (int[] p : replacements[step]) {
          Value input = n.inputs().get(p[1]);
          if (p[0] == r.port() && fits(buffer(input), r) && isAlone(n, input)) {
            row[k++] = buffer(input);
          }
        }
        if (k > 1) {
          handovers.add(Arrays.copyOf(row, k));
        }
      }
      return handovers.toArray(int[][]::new);
    }

    private boolean fits(int buffer, Value.Result r) {
      return buffer != KEPT && exactSizes[buffer] == r.type().bytes();
    }

    /** Whether no other input lies in the same buffer. */
    private boolean isAlone(Node n, Value input) {
      int x = buffer(input);
      for (Value v : n.inputs()) {
        if (v.id() != input.id() && buffer(v) == x) {
          return false;
        }
      }
      return true;
    }
  }

  private int[][] before() {
    Map<Integer, List<Integer>> readers = new HashMap<>();
    for (Node n : steps) {
      for (Value in : n.inputs()) {
        readers.computeIfAbsent(bases[in.id()].id(), k -> new ArrayList<>()).add(stepOf[n.index()]);
      }
    }
    Map<Integer, Integer> targets = new HashMap<>();
    graph.updates().forEach((target, r) -> targets.put(r.id(), target.id()));
    BitSet[] makers = makers();
    int preparing = (int) steps.stream().filter(Node::prepares).count();
    int[][] before = new int[steps.size()][];
    for (int s = 0; s < before.length; s++) {
      BitSet earlier = new BitSet();
      steps.get(s).inputs().forEach(in -> earlier.or(makers[in.id()]));
      // An update writes over its target, which all others must have read by then.
      for (Value.Result r : steps.get(s).results()) {
        if (isUpdate[r.id()]) {
          readers.getOrDefault(targets.get(r.id()), List.of()).forEach(earlier::set);
        }
      }
      earlier.clear(s);
      // Preparation keeps its order, and is over when a run starts.
      if (s > 0 && preparing > 0) {
        earlier.set(Math.min(s, preparing) - 1);
      }
      before[s] = earlier.stream().toArray();
    }
    return before;
  }

  /** For each value, by id, the steps that make it; views may have more than one. */
  private BitSet[] makers() {
    BitSet[] makers = new BitSet[bases.length];
    Arrays.setAll(makers, i -> new BitSet(0));
    for (Node n : graph.nodes()) {
      BitSet of = new BitSet();
      if (n.isView()) {
        n.inputs().forEach(in -> of.or(makers[in.id()]));
      } else {
        of.set(stepOf[n.index()]);
      }
      n.results().forEach(r -> makers[r.id()] = of);
    }
    return makers;
  }
}
