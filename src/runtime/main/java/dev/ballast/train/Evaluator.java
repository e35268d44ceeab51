package dev.ballast.train;

import dev.ballast.data.Dataset;
import dev.ballast.nn.Model;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.ShapeException;
import java.util.OptionalDouble;

/**
 * Runs a model over a dataset, in its order: full batches in one session, what is left one by one
 * in another, so that every example counts once.
 */
public final class Evaluator {
  private final Session full;
  private final Session single;
  private final int batch;
  private final boolean counts;

  /**
   * @param full a session of {@link Graphs#evaluation} for a batch
   * @param single the same for a batch of 1
   */
  public Evaluator(Session full, Session single) {
    this.full = full;
    this.single = single;
    this.batch = full.input(Model.INPUT).type().shape().dim(0);
    this.counts = full.plan().graph().outputs().containsKey(Graphs.CORRECT);
  }

  /**
   * @throws ShapeException where the data do not fit the model
   */
  public Evaluation evaluate(Dataset data) {
    data.demandFit(full.input(Model.INPUT).type(), full.input(Graphs.TARGET).type());
    double loss = 0;
    double correct = 0;
    int seen = 0;
    while (seen < data.size()) {
      boolean fills = data.size() - seen >= batch;
      Session session = fills ? full : single;
      int size = fills ? batch : 1;
      for (int row = 0; row < size; row++) {
        data.copy(seen + row, session.input(Model.INPUT), session.input(Graphs.TARGET), row);
      }
      session.run();
      loss += session.output(Graphs.LOSS).get(0) * size;
      correct += counts ? session.output(Graphs.CORRECT).get(0) : 0;
      seen += size;
    }
    OptionalDouble accuracy = counts ? OptionalDouble.of(correct / seen) : OptionalDouble.empty();
    return new Evaluation(loss / seen, accuracy);
  }
}
