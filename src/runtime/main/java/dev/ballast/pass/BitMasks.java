package dev.ballast.pass;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Phase;
import dev.ballast.ir.Value;
import dev.ballast.op.Binary;
import dev.ballast.op.Mask;
import dev.ballast.op.Selection;
import dev.ballast.tensor.Literal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Where the backward pass reads a value for its sign alone, as that of ReLU does, the signs are
 * taken when the value is made, a bit each, and the value dies in the forward pass. Left alone is a
 * value that the backward pass reads in other ways too, as most of a product's inputs are: the bits
 * would come on top.
 */
public final class BitMasks {
  private final Graph graph;
  private final List<List<Node>> users;
  private final Set<Value> seen;

  /** For each select that a mask replaces, the value whose signs it goes by. */
  private final Map<Node, Value> selects = new HashMap<>();

  private final Set<Node> comparisons = new HashSet<>();

  private BitMasks(Graph graph) {
    this.graph = graph;
    this.users = graph.users();
    this.seen = new HashSet<>(graph.outputs().values());
    this.seen.addAll(graph.updates().values());
  }

  public static Graph run(Graph graph) {
    BitMasks m = new BitMasks(graph);
    graph.nodes().forEach(m::look);
    return m.selects.isEmpty() ? graph : m.rewritten();
  }

  private void look(Node comparison) {
    Optional<Value> signed = signed(comparison);
    List<Node> readers = users.get(comparison.results().getFirst().id());
    boolean masks =
        signed.isPresent()
            && !seen.contains(comparison.results().getFirst())
            && !readers.isEmpty()
            && readers.stream().allMatch(n -> isMask(n, comparison));
    if (masks) {
      comparisons.add(comparison);
      readers.forEach(n -> selects.put(n, signed.get()));
    }
  }

  /** The y of [0 &lt; y], where y is else read in the forward pass alone. */
  private Optional<Value> signed(Node n) {
    boolean fits =
        n.op() instanceof Binary.Less
            && n.phase() == Phase.BACKWARD
            && isZero(n.inputs().getFirst())
            && n.inputs().get(1) instanceof Value.Result r
            && r.type().equals(n.results().getFirst().type())
            && graph.nodes().get(r.node()).phase() == Phase.FORWARD
            && !seen.contains(r)
            && !graph.nodes().get(r.node()).isView()
            && users.get(r.id()).stream()
                .allMatch(u -> u.equals(n) || u.phase() == Phase.FORWARD && !u.isView());
    return fits ? Optional.of(n.inputs().get(1)) : Optional.empty();
  }

  private static boolean isMask(Node n, Node comparison) {
    Value mask = comparison.results().getFirst();
    return n.op() instanceof Selection.Select
        && n.inputs().getFirst().equals(mask)
        && n.inputs().get(1).type().equals(mask.type())
        && !n.inputs().get(1).equals(mask)
        && isZero(n.inputs().get(2))
        && n.results().getFirst().type().equals(mask.type());
  }

  /** The zero that is no −0, as {@code select_bits} gives. */
  private static boolean isZero(Value v) {
    return v instanceof Value.Constant c
        && c.type().elements() == 1
        && c.literal().equals(Literal.of(c.type(), 0.0));
  }

  private Graph rewritten() {
    Rewrite r = Rewrite.of(graph);
    Set<Value> signed = new HashSet<>(selects.values());
    Map<Value, Expr> bits = new HashMap<>();
    for (Node n : graph.nodes()) {
      if (comparisons.contains(n)) {
        continue;
      }
      Value y = selects.get(n);
      if (y == null) {
        r.emit(n);
      } else {
        Expr selected =
            in(n, r, () -> r.builder().apply(new Mask.SelectBits(), bits.get(y), a(n, r)));
        r.replace(n.results().getFirst(), selected);
      }
      for (Value.Result v : n.results()) {
        if (signed.contains(v)) {
          bits.put(v, in(n, r, () -> r.builder().apply(new Mask.PositiveBits(), r.get(v))));
        }
      }
    }
    return r.finish();
  }

  private static Expr a(Node select, Rewrite r) {
    return r.get(select.inputs().get(1));
  }

  private static Expr in(Node n, Rewrite r, Supplier<Expr> body) {
    return r.builder().named(n.name(), () -> r.builder().during(n.phase(), body));
  }
}
