package dev.ballast.loss;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.DType;
import java.util.Optional;
import java.util.OptionalInt;

/** What predictions say, and so what can be right about them. */
public sealed interface Task {
  /** See {@link Loss#correct}. */
  Optional<Expr> correct(Expr prediction, Expr target);

  /** See {@link Loss#counted}. */
  default Optional<Expr> counted(Expr target) {
    return Optional.empty();
  }

  /** Plain numbers, of which none is right or wrong. */
  record Numbers() implements Task {
    @Override
    public Optional<Expr> correct(Expr prediction, Expr target) {
      return Optional.empty();
    }
  }

  /**
   * Each number is an answer to a question of its own, yes where it is above the threshold; targets
   * are 0 and 1.
   */
  record YesOrNo(double threshold) implements Task {
    @Override
    public Optional<Expr> correct(Expr prediction, Expr target) {
      Expr said = Ops.greater(prediction, Ops.constant(prediction, threshold));
      Expr truth = Ops.greater(target, Ops.constant(target, 0.5));
      long answers = prediction.type().elements() / prediction.shape().dim(0);
      Expr share = Ops.constant(prediction, 1.0 / answers);
      return Optional.of(Ops.mul(Ops.sum(Ops.equal(said, truth)), share));
    }
  }

  /**
   * Scores of classes, of which the largest is the answer; targets are labels, or shares of each
   * class.
   *
   * @param ignored the label of what is not looked at
   */
  record Classes(OptionalInt ignored) implements Task {
    @Override
    public Optional<Expr> correct(Expr prediction, Expr target) {
      Expr truth = target.type().dtype().isFloating() ? Ops.argMax(target, -1) : target;
      Expr hit = Ops.cast(Ops.equal(Ops.argMax(prediction, -1), truth), DType.F32);
      if (ignored.isPresent()) {
        return Optional.of(Ops.sum(Ops.mul(hit, seen(target))));
      }
      Expr hits = Ops.sum(hit);
      long answers = hit.type().elements() / prediction.shape().dim(0);
      return Optional.of(answers == 1 ? hits : Ops.mul(hits, Ops.constant(hits, 1.0 / answers)));
    }

    @Override
    public Optional<Expr> counted(Expr target) {
      return ignored.isPresent() ? Optional.of(Ops.sum(seen(target))) : Optional.empty();
    }

    private Expr seen(Expr target) {
      Expr other = Ops.notEqual(target, Ops.constant(target, ignored.getAsInt()));
      return Ops.cast(other, DType.F32);
    }
  }
}
