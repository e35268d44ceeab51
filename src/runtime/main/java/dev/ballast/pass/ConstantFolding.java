package dev.ballast.pass;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Interpreter;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.op.Binary;
import dev.ballast.tensor.Literal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Computes nodes of constants ahead of time, by their reference kernels, and takes out additions of
 * 0 and multiplications by 1, where that changes no bit.
 */
public final class ConstantFolding {
  /** Larger results are computed in each run: as constants they would hold their bytes for good. */
  private static final long MAX_ELEMENTS = 1024;

  private ConstantFolding() {}

  public static Graph run(Graph graph) {
    Rewrite r = Rewrite.of(graph);
    Set<Value> updates = new HashSet<>(graph.updates().values());
    for (Node n : graph.nodes()) {
      List<Value> inputs = n.inputs().stream().map(v -> r.get(v).value()).toList();
      boolean folds =
          !inputs.isEmpty()
              && inputs.stream().allMatch(Value.Constant.class::isInstance)
              && n.results().stream().allMatch(v -> v.type().elements() <= MAX_ELEMENTS)
              && n.results().stream().noneMatch(updates::contains);
      if (folds) {
        fold(n, inputs, r);
      } else {
        Optional<Value> kept = neutral(n, inputs);
        if (kept.isEmpty() || updates.contains(n.results().getFirst())) {
          r.emit(n);
        } else {
          r.replace(n.results().getFirst(), r.builder().expr(kept.get()));
        }
      }
    }
    return r.finish();
  }

  /**
   * The operand that the node only repeats: x − 0, x · 1 and x / 1 are x, and x + 0 is where the
   * zero is the negative one, since −0 + 0 is 0; integers have one zero.
   */
  private static Optional<Value> neutral(Node n, List<Value> inputs) {
    return switch (n.op()) {
      case Binary.Add ignored -> besides(n, inputs, -0.0, true);
      case Binary.Sub ignored -> besides(n, inputs, 0.0, false);
      case Binary.Mul ignored -> besides(n, inputs, 1, true);
      case Binary.Div ignored -> besides(n, inputs, 1, false);
      default -> Optional.empty();
    };
  }

  private static Optional<Value> besides(
      Node n, List<Value> inputs, double neutral, boolean commutes) {
    for (int i = commutes ? 0 : 1; i < 2; i++) {
      Value other = inputs.get(1 - i);
      boolean repeats =
          inputs.get(i) instanceof Value.Constant c
              && c.type().elements() == 1
              && c.literal().equals(filled(c, neutral))
              && other.type().equals(n.results().getFirst().type());
      if (repeats) {
        return Optional.of(other);
      }
    }
    return Optional.empty();
  }

  /** The neutral element in a constant's type; equal only where the bits are. */
  private static Literal filled(Value.Constant like, double neutral) {
    return Literal.of(like.type(), neutral);
  }

  private static void fold(Node n, List<Value> inputs, Rewrite r) {
    List<Literal> in = inputs.stream().map(v -> ((Value.Constant) v).literal()).toList();
    List<Literal> out = Interpreter.evaluate(n.op(), in);
    for (int i = 0; i < out.size(); i++) {
      r.replace(n.results().get(i), r.builder().constant(out.get(i)));
    }
  }
}
