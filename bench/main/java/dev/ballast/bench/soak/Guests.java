package dev.ballast.bench.soak;

import dev.ballast.ir.Graph;
import dev.ballast.memory.OffHeapLimitException;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.serve.ModelRef;
import dev.ballast.serve.ServingModel;
import dev.ballast.tensor.Philox;
import dev.ballast.train.Graphs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Sessions that come and go: of the model that serves, for batches of other sizes, each answer
 * checked; and of a training step, planned each time with a budget for which results are computed
 * again, and without, which must give the same bits.
 */
final class Guests implements Runnable {
  private static final int[] BATCHES = {3, 12, 5, 33};

  private final ModelRef ref;
  private final Versions versions;
  private final Quiet quiet;
  private final AtomicBoolean stop;
  private final long pauseNanos;
  private final float[] probes = SoakModel.probes();
  private final Graph step;
  private final long budget;

  // Written by this thread alone.
  private volatile int opened;
  private volatile int open;
  private volatile int refused;

  Guests(ModelRef ref, Versions versions, Quiet quiet, AtomicBoolean stop, long pauseNanos) {
    this.quiet = quiet;
    this.ref = ref;
    this.versions = versions;
    this.stop = stop;
    this.pauseNanos = pauseNanos;
    this.step =
        Graphs.trainingStep(
            SoakModel.MODEL,
            SoakModel.TRAINING.loss(),
            SoakModel.TRAINING.optimizer(),
            SoakModel.BATCH);
    this.budget = Planner.smallest(step, PlanOptions.defaults()).arenaBytes();
  }

  /** Sessions so far. */
  int opened() {
    return opened;
  }

  /** Sessions at this moment. */
  int open() {
    return open;
  }

  /** How often the limit on memory did not allow one. */
  int refused() {
    return refused;
  }

  @Override
  public void run() {
    for (int round = 0; !stop.get(); round++) {
      int number = round;
      quiet.disturb(() -> come(number));
      LockSupport.parkNanos(pauseNanos);
    }
  }

  private void come(int number) {
    try {
      serve(BATCHES[number % BATCHES.length]);
      train(number);
    } catch (OffHeapLimitException e) {
      refused = refused + 1;
    }
  }

  private void serve(int batch) {
    long oldest = versions.oldest();
    ServingModel model = ref.current();
    long newest = versions.newest();
    try (Session s = session(model, batch)) {
      if (s == null) {
        return;
      }
      opened = opened + 1;
      open = 1;
      MemorySegment x = s.input(SoakModel.INPUT).memory();
      for (int row = 0; row < batch; row++) {
        MemorySegment.copy(
            probes,
            row % SoakModel.PROBES * SoakModel.INPUTS,
            x,
            ValueLayout.JAVA_FLOAT,
            (long) row * SoakModel.INPUTS * Float.BYTES,
            SoakModel.INPUTS);
      }
      s.run();
      MemorySegment y = s.output(SoakModel.OUTPUT).memory();
      for (int row = 0; row < batch; row++) {
        int probe = row % SoakModel.PROBES;
        long offset = (long) row * SoakModel.CLASSES * Float.BYTES;
        if (!versions.hasAnswered(oldest, newest, probe, y, offset, false)) {
          throw new IllegalStateException(
              "row %d of a batch of %d is of none of the versions %d to %d"
                  .formatted(row, batch, oldest, newest));
        }
      }
    } finally {
      open = 0;
    }
  }

  /** Null where the model was replaced, and so closed, since it was current. */
  private static Session session(ServingModel model, int batch) {
    try {
      return model.session(batch);
    } catch (OffHeapLimitException e) {
      throw e;
    } catch (IllegalStateException e) {
      return null;
    }
  }

  private void train(int seed) {
    Plan free = Planner.plan(step, PlanOptions.defaults());
    Plan tight = Planner.plan(step, PlanOptions.defaults().withBudget(budget));
    try (Session a = Session.open(free, SessionOptions.defaults());
        Session b = Session.open(tight, SessionOptions.defaults())) {
      opened = opened + 2;
      open = 2;
      learn(a, seed);
      learn(b, seed);
      demandSame(a.output(Graphs.LOSS).memory(), b.output(Graphs.LOSS).memory());
      demandSame(a.weights(), b.weights());
    } finally {
      open = 0;
    }
  }

  private static void learn(Session s, int seed) {
    SoakModel.MODEL.initialize(seed, s::parameter);
    float[] x = SoakModel.examples(SoakModel.BATCH, seed);
    s.input(SoakModel.INPUT).copyFrom(x);
    Philox random = new Philox(seed, 0);
    for (int i = 0; i < SoakModel.BATCH; i++) {
      s.input(Graphs.TARGET).setLong(i, random.nextInt(SoakModel.CLASSES));
    }
    s.input(Graphs.RATE).set(0, SoakModel.TRAINING.optimizer().learningRate());
    s.run();
  }

  private static void demandSame(MemorySegment free, MemorySegment tight) {
    long at = free.mismatch(tight);
    if (at >= 0) {
      throw new IllegalStateException(
          "a step that computes results again gives other bits, from byte " + at);
    }
  }
}
