package dev.ballast.pass;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.ir.Phase;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Gemm;
import dev.ballast.kernel.Panels;
import dev.ballast.kernel.ProductTable;
import dev.ballast.op.Packed;
import dev.ballast.op.Product;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Lets what depends on parameters alone be computed once for all runs ({@link Phase#PREPARE}), as
 * long as it is no larger than what it is computed from; and packs the weights of products for
 * which that is faster. Parameters that the graph updates stay as they are.
 */
public final class PrepareWeights {
  /** A packed weight: products of the same number of rows share it. */
  private record Packing(Value weight, Packed.PackColumns op) {}

  private final Graph graph;
  private final Rewrite rewrite;

  /** Of the old graph: what is the same in every run. */
  private final Set<Value> fixed = new HashSet<>();

  private final Set<Node> preparing = new HashSet<>();
  private final Map<Node, Packing> packings = new HashMap<>();
  private final Map<Packing, Expr> packed = new HashMap<>();

  private PrepareWeights(Graph graph) {
    this.graph = graph;
    this.rewrite = Rewrite.of(graph);
    graph.parameters().stream().filter(p -> !graph.updates().containsKey(p)).forEach(fixed::add);
  }

  public static Graph run(Graph graph) {
    return new PrepareWeights(graph).rewritten();
  }

  private Graph rewritten() {
    for (Node n : graph.nodes()) {
      if (isFixed(n)) {
        preparing.add(n);
        fixed.addAll(n.results());
      } else {
        packing(n).ifPresent(p -> packings.put(n, p));
      }
    }
    GraphBuilder b = rewrite.builder();
    b.during(
        Phase.PREPARE,
        () -> {
          graph.nodes().stream().filter(preparing::contains).forEach(this::prepare);
          graph.nodes().stream().filter(packings::containsKey).forEach(this::pack);
          return b;
        });
    for (Node n : graph.nodes()) {
      if (packings.containsKey(n)) {
        Expr panels = packed.get(packings.get(n));
        List<Expr> in = List.of(rewrite.get(n.inputs().getFirst()), panels);
        boolean turned = ((Product.MatMul) n.op()).transposeA();
        rewrite.emit(n, new Packed.MatMulPacked(turned, columns(n)), in);
      } else if (!preparing.contains(n)) {
        rewrite.emit(n);
      }
    }
    return rewrite.finish();
  }

  /**
   * Whether a node may run once: its results depend on parameters alone, and are none too large.
   */
  private boolean isFixed(Node n) {
    boolean ofFixed =
        n.inputs().stream().allMatch(v -> fixed.contains(v) || v instanceof Value.Constant)
            && n.inputs().stream().anyMatch(fixed::contains);
    boolean seen =
        Stream.concat(graph.outputs().values().stream(), graph.updates().values().stream())
            .anyMatch(n.results()::contains);
    return ofFixed && !seen && bytes(n.resultTypes()) <= bytes(n.inputTypes());
  }

  private static long bytes(List<TensorType> types) {
    return types.stream().mapToLong(TensorType::bytes).sum();
  }

  private void prepare(Node n) {
    List<Expr> results =
        rewrite
            .builder()
            .named(n.name(), () -> rewrite.builder().applyAll(n.op(), rewrite.inputs(n)));
    for (int i = 0; i < results.size(); i++) {
      rewrite.replace(n.results().get(i), results.get(i));
    }
  }

  private void pack(Node n) {
    GraphBuilder b = rewrite.builder();
    packed.computeIfAbsent(
        packings.get(n), p -> b.named(n.name(), () -> b.apply(p.op(), rewrite.get(p.weight()))));
  }

  private Optional<Packing> packing(Node n) {
    if (!(n.op() instanceof Product.MatMul product) || !fixed.contains(n.inputs().getLast())) {
      return Optional.empty();
    }
    TensorType a = n.inputs().getFirst().type();
    TensorType b = n.inputs().getLast().type();
    if (a.dtype() != DType.F32 || a.shape().rank() != 2 || b.shape().rank() != 2) {
      return Optional.empty();
    }
    int depth = a.shape().dim(product.transposeA() ? 0 : 1);
    Gemm.Dims d = new Gemm.Dims(a.shape().dim(product.transposeA() ? 1 : 0), columns(n), depth);
    return ProductTable.inUse().packs(d, product.transposeA(), product.transposeB())
        ? Optional.of(
            new Packing(
                n.inputs().getLast(),
                new Packed.PackColumns(product.transposeB(), Panels.of(d).width())))
        : Optional.empty();
  }

  private static int columns(Node n) {
    return n.results().getFirst().type().shape().dim(1);
  }
}
