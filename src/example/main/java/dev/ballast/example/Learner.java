package dev.ballast.example;

import dev.ballast.format.ModelFile;
import dev.ballast.format.ReadOptions;
import dev.ballast.serve.ModelRef;
import dev.ballast.serve.ServingModel;
import dev.ballast.train.DivergedException;
import dev.ballast.train.TrainingSession;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Learns on one thread from what it is offered, and publishes what it learned: every few seconds,
 * if that judges held-back examples no worse than the model that serves.
 */
final class Learner implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.ballast.example");

  /** Of so many examples one is held back. */
  private static final int HELD_BACK = 8;

  /** With fewer held back nothing is published. */
  private static final int LEAST_HELD_BACK = 32;

  private static final long POLL_MILLIS = 50;
  private static final double WEIGHT_OF_LAST = 0.02;

  private final TrainingSession training;
  private final ModelRef ref;
  private final Duration each;
  private final Optional<Path> save;
  private final BlockingQueue<Examples> queue = new LinkedBlockingQueue<>();
  private final int mostWaiting;
  private final Semaphore room;
  private final Holdout holdout = new Holdout();
  private final Thread thread;

  /** Who has it may train: in turn, so that a swap does not wait for all that is to be learned. */
  private final ReentrantLock turn = new ReentrantLock(true);

  private volatile boolean isClosing;
  private int filled;
  private long offered;
  private long stepsPublished;
  private long published = System.nanoTime();
  private volatile LearnerStatus status = LearnerStatus.FIRST;

  /**
   * @param ref whose model has version 1, and the weights of the training
   * @param mostWaiting examples that may wait to be learned from
   * @param each how often it is tried to publish
   * @param save where what was published is written to, if anywhere
   */
  Learner(
      TrainingSession training, ModelRef ref, int mostWaiting, Duration each, Optional<Path> save) {
    this.training = training;
    this.ref = ref;
    this.mostWaiting = mostWaiting;
    this.room = new Semaphore(mostWaiting);
    this.each = each;
    this.save = save;
    this.thread = Thread.ofPlatform().name("learner").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  ReentrantLock turn() {
    return turn;
  }

  LearnerStatus status() {
    return status;
  }

  /** Examples that wait. */
  int waiting() {
    return mostWaiting - room.availablePermits();
  }

  boolean isAlive() {
    return thread.isAlive();
  }

  /**
   * Takes all of them, to be learned from soon, or none.
   *
   * @throws Problem where there is no room for them
   */
  void offer(Examples some) {
    if (some.count() > mostWaiting) {
      throw new Problem(
          Problem.TOO_LARGE, some.count() + " examples are more than may wait, " + mostWaiting);
    }
    if (!room.tryAcquire(some.count())) {
      throw new Problem(
          Problem.TOO_MANY, "too many examples wait to be learned from: try again in a second");
    }
    queue.add(some);
  }

  private void run() {
    while (!isClosing || !queue.isEmpty()) {
      try {
        Examples some = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (some != null) {
          room.release(some.count());
          inTurn(() -> learn(some));
        }
        if (System.nanoTime() - published >= each.toNanos()) {
          inTurn(this::publish);
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        // Such as a limit on memory that was reached: the model that serves goes on serving.
        LOG.log(System.Logger.Level.WARNING, "learning failed, and goes on", e);
      }
    }
  }

  private void inTurn(Runnable work) {
    turn.lock();
    try {
      work.run();
    } finally {
      turn.unlock();
    }
  }

  private void learn(Examples some) {
    for (int i = 0; i < some.count(); i++) {
      if (++offered % HELD_BACK == 0) {
        holdout.add(some.x(), i, some.fraud()[i]);
      } else {
        put(some.x(), i, some.fraud()[i]);
        if (filled == FraudModel.BATCH) {
          step();
        }
      }
    }
    status = status.withExamples(offered);
  }

  private void put(float[] rows, int row, float answer) {
    int n = Field.count();
    MemorySegment x = training.x().memory();
    MemorySegment.copy(
        rows, row * n, x, ValueLayout.JAVA_FLOAT, (long) filled * n * Float.BYTES, n);
    training.target().set(filled, answer);
    filled++;
  }

  private void step() {
    filled = 0;
    try {
      double loss = training.step();
      double mean =
          Double.isNaN(status.loss())
              ? loss
              : status.loss() + WEIGHT_OF_LAST * (loss - status.loss());
      status = status.withStep(training.steps(), mean);
    } catch (DivergedException e) {
      LOG.log(System.Logger.Level.WARNING, "went back to the last good weights: {0}", e);
    }
  }

  private void publish() {
    published = System.nanoTime();
    if (training.steps() == stepsPublished || holdout.count() < LEAST_HELD_BACK) {
      return;
    }
    stepsPublished = training.steps();
    MemorySegment weights = training.keep();
    ServingModel next = ref.current().withWeights(weights, FraudModel.origin(status.version() + 1));
    boolean taken = false;
    try {
      double before = holdout.loss(ref.current());
      double after = holdout.loss(next);
      if (after <= before) {
        ref.swap(next);
        taken = true;
        status = status.withVersion();
        save(weights);
      } else {
        status = status.withRejected();
      }
    } finally {
      if (!taken) {
        next.close();
      }
    }
  }

  private void save(MemorySegment weights) {
    if (save.isPresent()) {
      try {
        ModelFile.write(
            save.get(), training.serving(), weights, FraudModel.origin(status.version()));
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "what was learned is not saved: {0}", e.toString());
      }
    }
  }

  /**
   * Serves a file's weights, and learns on from them.
   *
   * @return the new version
   * @throws dev.ballast.tensor.ModelFormatException where it is no model file, or is damaged
   * @throws Problem where its network is another
   */
  long replace(Path file) throws IOException {
    ReadOptions copied = ReadOptions.defaults().withMapWeights(false);
    turn.lock();
    try (ModelFile model = ModelFile.open(file, copied)) {
      FraudModel.demandSame(file, model.graph(), training.serving());
      ServingModel next =
          ref.current().withWeights(model.weights(), FraudModel.origin(status.version() + 1));
      boolean taken = false;
      try {
        ref.swap(next);
        taken = true;
      } finally {
        if (!taken) {
          next.close();
        }
      }
      training.startFrom(model.graph(), model.weights());
      stepsPublished = training.steps();
      status = status.withVersion();
      return status.version();
    } finally {
      turn.unlock();
    }
  }

  /** Learns from all that was taken, publishes that if it is good, and frees the memory. */
  @Override
  public void close() {
    isClosing = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      inTurn(this::finish);
    } finally {
      training.close();
    }
  }

  private void finish() {
    int rest = filled;
    if (rest > 0) {
      MemorySegment x = training.x().memory();
      long row = (long) Field.count() * Float.BYTES;
      // A batch is full: the rest is repeated.
      for (int i = rest; i < FraudModel.BATCH; i++) {
        MemorySegment.copy(x, (i % rest) * row, x, i * row, row);
        training.target().set(i, training.target().get(i % rest));
      }
      step();
    }
    try {
      publish();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "what was learned last is lost", e);
    }
  }
}
