package dev.ballast.optim;

import java.util.List;

/**
 * The learning rate as a pure function of what was done so far, so that a training can be taken up
 * anywhere. Semantics and defaults are PyTorch's. {@link WarmUp}, {@link Cosine} and {@link
 * OneCycle} go by steps; {@link StepDecay}, {@link Exponential} and {@link Plateau} change it
 * between epochs.
 */
public sealed interface Schedule {
  /**
   * The rate of one step. Allocates nothing.
   *
   * @param base the optimizer's learning rate
   * @param step from 0, over the whole training
   * @param steps of the whole training
   * @param losses of the epochs that are over, and so their number: on the test data where there
   *     are any, else on the training data
   */
  double rate(double base, long step, long steps, List<Double> losses);

  /** The optimizer's rate throughout. */
  record Constant() implements Schedule {
    @Override
    public double rate(double base, long step, long steps, List<Double> losses) {
      return base;
    }
  }

  /** Multiplied by a factor every few epochs: torch.optim.lr_scheduler.StepLR. */
  record StepDecay(int epochs, double factor) implements Schedule {
    public StepDecay {
      Range.atLeast("epochs", 1, epochs);
      Range.positive("factor", factor);
    }

    @Override
    public double rate(double base, long step, long steps, List<Double> losses) {
      return base * Math.pow(factor, losses.size() / epochs);
    }
  }

  /** Multiplied by a factor each epoch: torch.optim.lr_scheduler.ExponentialLR. */
  record Exponential(double factor) implements Schedule {
    public Exponential {
      Range.positive("factor", factor);
    }

    @Override
    public double rate(double base, long step, long steps, List<Double> losses) {
      return base * Math.pow(factor, losses.size());
    }
  }

  /**
   * Half a cosine from the optimizer's rate to the minimum over all steps:
   * torch.optim.lr_scheduler.CosineAnnealingLR with T_max the steps of the training (Loshchilov and
   * Hutter 2017, without restarts).
   */
  record Cosine(double minimum) implements Schedule {
    public Cosine {
      Range.notNegative("minimum", minimum);
    }

    @Override
    public double rate(double base, long step, long steps, List<Double> losses) {
      return annealed(base, minimum, share(step, steps));
    }
  }

  /**
   * A straight line from a share of the rate to all of it, then another schedule, which goes by the
   * steps after the warm-up but by all epochs: torch.optim.lr_scheduler.LinearLR, and SequentialLR.
   *
   * @param warmUp how many steps
   * @param start the share at the first step; LinearLR's default is 1/3
   */
  record WarmUp(long warmUp, double start, Schedule then) implements Schedule {
    public WarmUp {
      Range.atLeast("warmup", 1, warmUp);
      Range.closedShare("warmup start", start);
      if (then instanceof WarmUp) {
        throw new IllegalArgumentException("warmup of a warm-up: there can be only one");
      }
    }

    @Override
    public double rate(double base, long step, long steps, List<Double> losses) {
      return step < warmUp
          ? base * (start + (1 - start) * step / warmUp)
          : then.rate(base, step - warmUp, steps - warmUp, losses);
    }
  }

  /**
   * From {@code base / divisor} up to the optimizer's rate, and down to {@code base / divisor /
   * finalDivisor}, each along half a cosine: torch.optim.lr_scheduler.OneCycleLR in two phases,
   * without cycling the momentum (Smith and Topin 2019).
   *
   * @param rising the share of all steps that the rate rises for
   */
  record OneCycle(double rising, double divisor, double finalDivisor) implements Schedule {
    public OneCycle {
      Range.closedShare("rising", rising);
      Range.positive("divisor", divisor);
      Range.positive("final divisor", finalDivisor);
    }

    /** PyTorch's defaults. */
    public static OneCycle defaults() {
      return new OneCycle(0.3, 25, 1e4);
    }

    @Override
    public double rate(double base, long step, long steps, List<Double> losses) {
      double first = base / divisor;
      double top = rising * steps - 1;
      double end = steps - 1;
      if (step <= top && top > 0) {
        return annealed(first, base, share(step, top));
      }
      return annealed(base, first / finalDivisor, share(step - top, end - top));
    }
  }

  /**
   * Multiplied by a factor where the loss has not become smaller for some epochs:
   * torch.optim.lr_scheduler.ReduceLROnPlateau, in its modes min and rel.
   *
   * @param patience how many epochs in a row may be no better, before the next one that is not
   *     changes the rate
   * @param threshold the share of the best loss that a better one must be below it
   * @param cooldown epochs after a change that are not looked at
   * @param minimum of the rate
   */
  record Plateau(double factor, int patience, double threshold, int cooldown, double minimum)
      implements Schedule {
    /** A rate that would change by no more than this stays. */
    private static final double LEAST_CHANGE = 1e-8;

    public Plateau {
      Range.share("factor", factor);
      Range.atLeast("patience", 0, patience);
      Range.share("threshold", threshold);
      Range.atLeast("cooldown", 0, cooldown);
      Range.notNegative("minimum", minimum);
    }

    /** PyTorch's defaults. */
    public static Plateau defaults() {
      return new Plateau(0.1, 10, 1e-4, 0, 0);
    }

    @Override
    public double rate(double base, long step, long steps, List<Double> losses) {
      double rate = base;
      double best = Double.POSITIVE_INFINITY;
      int worse = 0;
      int cooling = 0;
      for (int epoch = 0; epoch < losses.size(); epoch++) {
        double loss = losses.get(epoch);
        boolean better = loss < best * (1 - threshold);
        best = better ? loss : best;
        worse = better || cooling > 0 ? 0 : worse + 1;
        cooling = Math.max(0, cooling - 1);
        if (worse > patience) {
          rate = reduced(rate);
          cooling = cooldown;
          worse = 0;
        }
      }
      return rate;
    }

    private double reduced(double rate) {
      double lower = Math.max(rate * factor, minimum);
      return rate - lower > LEAST_CHANGE ? lower : rate;
    }
  }

  /**
   * How much of the way is done: all of it once the last step is behind, or where there is none.
   */
  private static double share(double done, double whole) {
    return done < whole ? done / whole : 1;
  }

  private static double annealed(double from, double to, double share) {
    return to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2;
  }
}
