package dev.ballast.example;

import dev.ballast.nn.Model;
import dev.ballast.runtime.Session;
import dev.ballast.serve.ServingModel;
import dev.ballast.train.Graphs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The latest examples that nothing is learned from, to tell which of two models is better. */
final class Holdout {
  private static final int ROOM = 512;
  private static final double LEAST_PROBABILITY = 1e-7;

  private final float[] x = new float[ROOM * Field.count()];
  private final float[] fraud = new float[ROOM];
  private long seen;

  void add(float[] rows, int row, float answer) {
    int at = (int) (seen++ % ROOM);
    System.arraycopy(rows, row * Field.count(), x, at * Field.count(), Field.count());
    fraud[at] = answer;
  }

  int count() {
    return (int) Math.min(seen, ROOM);
  }

  /** The mean of −ln p, where p is the probability that the model gave to what happened. */
  double loss(ServingModel model) {
    double sum = 0;
    try (Session s = model.session(Scorer.BATCH)) {
      MemorySegment to = s.input(Model.INPUT).memory();
      MemorySegment from = s.output(Graphs.PROBABILITIES).memory();
      for (int first = 0; first < count(); first += Scorer.BATCH) {
        int here = Math.min(Scorer.BATCH, count() - first);
        int fields = Field.count();
        MemorySegment.copy(x, first * fields, to, ValueLayout.JAVA_FLOAT, 0, here * fields);
        s.run();
        for (int i = 0; i < here; i++) {
          double p = from.getAtIndex(ValueLayout.JAVA_FLOAT, i);
          sum -= Math.log(Math.max(LEAST_PROBABILITY, fraud[first + i] == 1 ? p : 1 - p));
        }
      }
    }
    return sum / count();
  }
}
