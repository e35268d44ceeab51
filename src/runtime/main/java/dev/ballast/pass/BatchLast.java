package dev.ballast.pass;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.ir.Value;
import dev.ballast.op.Image;
import dev.ballast.op.Move;
import dev.ballast.op.Pointwise;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Lays images with the batch last, [C,H,W,B], between the ops on images of a graph: vectors then
 * run along the batch, and every weight is one number for a whole vector. What else reads an image
 * gets it back as it was, by a transposition; so does what is neither on images nor elementwise.
 *
 * <p>Only for batches that fill vectors. Bits may change with the layout, and change for every plan
 * of the graph alike.
 */
public final class BatchLast {
  /** The least batch that is worth it: a vector of the widest machines. */
  static final int LEAST_BATCH = 16;

  private static final List<Integer> TO_LAST = List.of(1, 2, 3, 0);
  private static final List<Integer> TO_FIRST = List.of(3, 0, 1, 2);

  private final Graph graph;
  private final Rewrite rewrite;

  /** Images as [C,H,W,B]. */
  private final Map<Value, Expr> last = new HashMap<>();

  private BatchLast(Graph graph) {
    this.graph = graph;
    this.rewrite = Rewrite.of(graph);
  }

  public static Graph run(Graph graph) {
    boolean pays = graph.nodes().stream().anyMatch(BatchLast::isWorthwhile);
    return pays ? new BatchLast(graph).rewritten() : graph;
  }

  private static boolean isWorthwhile(Node n) {
    return n.op() instanceof Image op
        && !op.batchLast()
        && !op.imageInputs().isEmpty()
        && op.imageInputs().stream().allMatch(i -> fillsVectors(n.inputs().get(i).type()));
  }

  private static boolean fillsVectors(TensorType images) {
    return images.dtype() != DType.F64 && images.shape().dim(0) >= LEAST_BATCH;
  }

  private Graph rewritten() {
    for (Node n : graph.nodes()) {
      if (isWorthwhile(n)) {
        image((Image) n.op(), n);
      } else if (isPointwiseOnLast(n)) {
        List<Expr> inputs =
            n.inputs().stream().map(v -> isNumber(v) ? first(v) : last(n, v)).toList();
        last.put(n.results().getFirst(), emit(n, n.op(), inputs).getFirst());
      } else {
        n.inputs().forEach(this::first);
        rewrite.emit(n);
      }
    }
    graph.outputs().values().forEach(this::first);
    graph.updates().values().forEach(this::first);
    return rewrite.finish();
  }

  private void image(Image op, Node n) {
    List<Expr> inputs =
        IntStream.range(0, n.inputs().size())
            .mapToObj(
                i ->
                    op.imageInputs().contains(i)
                        ? last(n, n.inputs().get(i))
                        : first(n.inputs().get(i)))
            .toList();
    List<Expr> results = emit(n, op.withBatchLast(true), inputs);
    for (int i = 0; i < results.size(); i++) {
      if (op.imageResults().contains(i)) {
        last.put(n.results().get(i), results.get(i));
      } else {
        rewrite.replace(n.results().get(i), results.get(i));
      }
    }
  }

  private List<Expr> emit(Node n, Op op, List<Expr> inputs) {
    return rewrite
        .builder()
        .named(
            n.name(),
            () ->
                rewrite.builder().during(n.phase(), () -> rewrite.builder().applyAll(op, inputs)));
  }

  /** Whether elementwise on images, one of which lies batch last, and on single numbers. */
  private boolean isPointwiseOnLast(Node n) {
    TensorType result = n.results().getFirst().type();
    return Pointwise.operation(n.op()).isPresent()
        && n.inputs().stream().anyMatch(last::containsKey)
        && n.inputs().stream()
            .allMatch(v -> isNumber(v) || v.type().shape().equals(result.shape()));
  }

  private static boolean isNumber(Value v) {
    return v.type().shape().rank() == 0;
  }

  private Expr last(Node reader, Value v) {
    return last.computeIfAbsent(v, k -> transposed(reader, first(k), TO_LAST));
  }

  /** A value as it was in the old graph. */
  private Expr first(Value v) {
    Optional<Expr> there = rewrite.find(v);
    if (there.isPresent()) {
      return there.get();
    }
    Node maker = graph.nodes().get(((Value.Result) v).node());
    Expr back = transposed(maker, last.get(v), TO_FIRST);
    rewrite.replace(v, back);
    return back;
  }

  private Expr transposed(Node by, Expr x, List<Integer> permutation) {
    return emit(by, new Move.Transpose(permutation), List.of(x)).getFirst();
  }
}
