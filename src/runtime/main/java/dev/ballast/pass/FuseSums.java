package dev.ballast.pass;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.kernel.SummedProgram;
import dev.ballast.op.Fused;
import dev.ballast.op.FusedSums;
import dev.ballast.op.Reduce;
import dev.ballast.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Lets the fused loop that makes a gradient add up its rows, which is the gradient of a bias: it is
 * not read again for it. It changes no bit.
 */
public final class FuseSums {
  private final Graph graph;
  private final Set<Value> updates;
  private final Map<Node, List<Node>> sumsOf = new HashMap<>();

  private FuseSums(Graph graph) {
    this.graph = graph;
    this.updates = new HashSet<>(graph.updates().values());
  }

  /** The graph itself where there is nothing to fuse. */
  public static Graph run(Graph graph) {
    FuseSums f = new FuseSums(graph);
    graph.nodes().forEach(f::look);
    return f.sumsOf.isEmpty() ? graph : f.rewritten();
  }

  private void look(Node n) {
    if (n.op() instanceof Reduce.Sum sum
        && n.inputs().getFirst() instanceof Value.Result r
        && graph.nodes().get(r.node()).op() instanceof Fused
        && isOverRows(sum, r.type().shape())
        && SummedProgram.serves(r.type().shape())
        && r.type().dtype().isFloating()
        && !updates.contains(n.results().getFirst())) {
      sumsOf.computeIfAbsent(graph.nodes().get(r.node()), k -> new ArrayList<>()).add(n);
    }
  }

  private static boolean isOverRows(Reduce.Sum sum, Shape s) {
    List<Integer> rows = IntStream.range(0, s.rank() - 1).boxed().toList();
    return !sum.keepDims() && sum.axes().equals(rows);
  }

  private Graph rewritten() {
    Set<Node> sums = new HashSet<>();
    sumsOf.values().forEach(sums::addAll);
    Rewrite r = Rewrite.of(graph);
    for (Node n : graph.nodes()) {
      if (sumsOf.containsKey(n)) {
        emit(n, sumsOf.get(n), r);
      } else if (!sums.contains(n)) {
        r.emit(n);
      }
    }
    return r.finish();
  }

  private static void emit(Node fused, List<Node> sums, Rewrite r) {
    List<Integer> summed =
        sums.stream().map(s -> fused.results().indexOf(s.inputs().getFirst())).toList();
    FusedSums op = new FusedSums((Fused) fused.op(), summed);
    List<Expr> inputs = r.inputs(fused);
    List<Expr> results =
        r.builder()
            .named(
                fused.name(),
                () -> r.builder().during(fused.phase(), () -> r.builder().applyAll(op, inputs)));
    int own = fused.results().size();
    for (int k = 0; k < own; k++) {
      r.replace(fused.results().get(k), results.get(k));
    }
    for (int k = 0; k < sums.size(); k++) {
      r.replace(sums.get(k).results().getFirst(), results.get(own + k));
    }
  }
}
