package dev.ballast.train;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradients of micro-batches added up in states, one for each trained parameter, which are 0
 * between steps. They come before any other state but dropout's, so that the graphs that share them
 * agree on where they lie.
 */
record GradientSums(GraphBuilder builder, List<Expr> states) {
  static GradientSums of(GraphBuilder b, List<Expr> trained) {
    return new GradientSums(
        b, trained.stream().map(p -> b.state("gradient." + p.value().name(), p.type())).toList());
  }

  /** Adds one more micro-batch's. */
  void add(List<Expr> gradients) {
    for (int i = 0; i < states.size(); i++) {
      builder.update(states.get(i), Ops.add(states.get(i), gradients.get(i)));
    }
  }

  /** The sums with the last micro-batch's; the states become 0. */
  List<Expr> take(List<Expr> gradients) {
    List<Expr> sums = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      Expr state = states.get(i);
      sums.add(Ops.add(state, gradients.get(i)));
      Expr zero = Ops.constant(state, 0);
      // Of the two, a selection reads only what it takes: what was infinite is 0 too.
      builder.update(state, Ops.select(zero, state, zero));
    }
    return sums;
  }
}
