package dev.ballast.train;

import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.loss.Loss;
import dev.ballast.loss.Task;
import dev.ballast.nn.Embedding;
import dev.ballast.nn.LayerScope;
import dev.ballast.nn.Model;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;

/**
 * A batch of noise, for checks and measurements that need a model but no data: N(0, 1) for what is
 * floating, labels among the classes, zeros and ones for answers of yes or no, shares of 1 for
 * classes that are not told by labels, rows of the table where the input is numbers of such. The
 * learning rate is 0, so that a step computes all that it does and leaves the weights alone.
 *
 * @param classes that labels are drawn from
 * @param seed the same seed gives the same numbers, in any floating type up to rounding
 */
public record RandomBatch(Loss loss, int classes, long seed) {
  private static final long STREAM = 1L << 60;

  public static RandomBatch of(Model model, Loss loss, long seed) {
    return of(model.inference(1).outputs().get(Model.OUTPUT), loss, seed);
  }

  /**
   * @param scores the network's result: its last dimension is the classes
   */
  public static RandomBatch of(Value scores, Loss loss, long seed) {
    Shape s = scores.type().shape();
    return new RandomBatch(loss, s.rank() == 0 ? 1 : s.dim(-1), seed);
  }

  /** Fills the inputs of a session of any of {@link Graphs}, and seeds its dropout. */
  public void fill(Session s) {
    long stream = STREAM;
    for (Value.Input i : s.plan().graph().inputs()) {
      Philox random = new Philox(seed, stream++);
      Slice slice = s.input(i.name());
      if (i.name().equals(Graphs.RATE)) {
        slice.fill(0);
      } else if (i.name().equals(Graphs.SHARE)) {
        slice.fill(1);
      } else if (i.name().equals(Graphs.TARGET)) {
        targets(slice, random);
      } else if (!slice.dtype().isFloating()) {
        labels(slice, random, Embedding.rows(s.plan().graph(), i).orElse(1));
      } else {
        normal(slice, random);
      }
    }
    for (Value.State state : s.plan().graph().states()) {
      if (state.name().equals(LayerScope.COUNTER)) {
        s.state(state.name()).setLong(0, seed);
      }
    }
  }

  private void targets(Slice slice, Philox random) {
    if (!slice.dtype().isFloating()) {
      labels(slice, random, classes);
      return;
    }
    switch (loss.task(slice.type())) {
      case Task.Numbers ignored -> normal(slice, random);
      case Task.YesOrNo ignored -> labels(slice, random, 2);
      case Task.Classes ignored -> slice.fill(1.0 / classes);
    }
  }

  private static void labels(Slice slice, Philox random, int bound) {
    for (long i = 0; i < slice.elements(); i++) {
      slice.setLong(i, random.nextInt(bound));
    }
  }

  private static void normal(Slice slice, Philox random) {
    for (long i = 0; i < slice.elements(); i++) {
      slice.set(i, random.nextGaussian());
    }
  }
}
