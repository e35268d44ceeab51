package dev.ballast.train;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The gradients of micro-batches added up in states, one for each trained parameter, which are 0
 * between steps. They come before any other state but dropout's, so that the graphs that share them
 * agree on where they lie.
 */
record GradientSums(GraphBuilder builder, List<Expr> states, Optional<Expr> weights) {
  private static final String WEIGHTS = "gradients.weight";

  /**
   * @param weighted whether what is added are gradients of sums, which are divided by the sum of
   *     their weights in the end, or each is its share of the whole already
   */
  static GradientSums of(GraphBuilder b, List<Expr> trained, boolean weighted) {
    return new GradientSums(
        b,
        trained.stream().map(p -> b.state("gradient." + p.value().name(), p.type())).toList(),
        weighted ? Optional.of(b.state(WEIGHTS, TensorType.of(DType.F32))) : Optional.empty());
  }

  /**
   * Adds one more micro-batch's.
   *
   * @param weight of that micro-batch, where they are weighted
   */
  void add(List<Expr> gradients, Optional<Expr> weight) {
    for (int i = 0; i < states.size(); i++) {
      builder.update(states.get(i), Ops.add(states.get(i), gradients.get(i)));
    }
    weights.ifPresent(sum -> builder.update(sum, Ops.add(sum, weight.orElseThrow())));
  }

  /** The sums with the last micro-batch's, over the sum of all weights; the states become 0. */
  List<Expr> take(List<Expr> gradients, Optional<Expr> weight) {
    Optional<Expr> scale = weights.map(sum -> reciprocal(Ops.add(sum, weight.orElseThrow())));
    List<Expr> sums = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      Expr sum = Ops.add(states.get(i), gradients.get(i));
      sums.add(scale.map(s -> Ops.mul(sum, s)).orElse(sum));
      clear(states.get(i));
    }
    weights.ifPresent(this::clear);
    return sums;
  }

  /** Where nothing counts the sums are 0, and stay so. */
  private static Expr reciprocal(Expr weight) {
    Expr positive = Ops.max(weight, Ops.constant(weight, Float.MIN_NORMAL));
    return Ops.div(Ops.constant(weight, 1), positive);
  }

  private void clear(Expr state) {
    Expr zero = Ops.constant(state, 0);
    // Of the two, a selection reads only what it takes: what was infinite is 0 too.
    builder.update(state, Ops.select(zero, state, zero));
  }
}
