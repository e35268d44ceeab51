package dev.ballast.example;

import dev.ballast.Ballast;
import dev.ballast.nn.Model;
import dev.ballast.serve.ModelRef;
import dev.ballast.serve.NoSessionException;
import dev.ballast.serve.PooledSession;
import dev.ballast.serve.SessionPool;
import dev.ballast.train.Graphs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Scores payments on any thread, with whatever model is current. */
final class Scorer {
  static final int BATCH = 32;

  private static final long PATIENCE_MILLIS = 50;
  private static final int WARM_UP_RUNS = 10;

  private final SessionPool single;
  private final SessionPool batches;

  /**
   * @param sessions of each batch size: as many as requests are computed at the same time
   */
  Scorer(ModelRef ref, int sessions) {
    single = ref.pool(1, sessions);
    batches = ref.pool(BATCH, sessions);
  }

  SessionPool single() {
    return single;
  }

  SessionPool batches() {
    return batches;
  }

  /** Lets the sessions run until their kernels are compiled, so that no request meets slow ones. */
  boolean warmUp(Duration most) {
    for (SessionPool pool : List.of(single, batches)) {
      try (PooledSession s = pool.borrow(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
        for (int i = 0; i < WARM_UP_RUNS; i++) {
          s.run();
        }
      }
    }
    return Ballast.awaitWarm(most);
  }

  /**
   * All by the same session, so by the same model.
   *
   * @throws NoSessionException where none is free in time: too much is asked at once
   */
  Scores score(Examples examples) {
    int count = examples.count();
    int fields = Field.count();
    float[] scores = new float[count];
    SessionPool pool = count == 1 ? single : batches;
    try (PooledSession s = pool.borrow(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      MemorySegment x = s.input(Model.INPUT).memory();
      MemorySegment y = s.output(Graphs.PROBABILITIES).memory();
      for (int first = 0; first < count; first += pool.batch()) {
        // What else lies in a batch that is not full are examples of before: nobody looks at them.
        int here = Math.min(pool.batch(), count - first);
        MemorySegment.copy(
            examples.x(), first * fields, x, ValueLayout.JAVA_FLOAT, 0, here * fields);
        s.run();
        MemorySegment.copy(y, ValueLayout.JAVA_FLOAT, 0, scores, first, here);
      }
      return new Scores(FraudModel.version(s.model()), scores);
    }
  }
}
