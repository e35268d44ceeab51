package dev.ballast.train;

import dev.ballast.data.Dataset;
import dev.ballast.nn.Model;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.ShapeException;
import java.util.OptionalDouble;
import java.util.function.Consumer;

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
    return evaluate(data, s -> {});
  }

  /**
   * The same, and each batch is scored.
   *
   * @throws ShapeException where the data do not fit the model
   */
  public Evaluation evaluate(Dataset data, Scoring scoring) {
    return evaluate(data, scoring::add);
  }

  private Evaluation evaluate(Dataset data, Consumer<Session> afterEach) {
    data.demandFit(full.input(Model.INPUT).type(), full.input(Graphs.TARGET).type());
    double loss = 0;
    double weight = 0;
    double correct = 0;
    double counted = 0;
    int seen = 0;
    while (seen < data.size()) {
      boolean fills = data.size() - seen >= batch;
      Session session = fills ? full : single;
      int size = fills ? batch : 1;
      for (int row = 0; row < size; row++) {
        data.copy(seen + row, session.input(Model.INPUT), session.input(Graphs.TARGET), row);
      }
      session.run();
      afterEach.accept(session);
      double share = valueOr(session, Graphs.WEIGHT, size);
      loss += session.output(Graphs.LOSS).get(0) * share;
      weight += share;
      correct += valueOr(session, Graphs.CORRECT, 0);
      counted += valueOr(session, Graphs.COUNTED, size);
      seen += size;
    }
    OptionalDouble accuracy =
        counts && counted > 0 ? OptionalDouble.of(correct / counted) : OptionalDouble.empty();
    return new Evaluation(weight > 0 ? loss / weight : 0, accuracy);
  }

  private static double valueOr(Session session, String output, double otherwise) {
    return session.plan().graph().outputs().containsKey(output)
        ? session.output(output).get(0)
        : otherwise;
  }
}
