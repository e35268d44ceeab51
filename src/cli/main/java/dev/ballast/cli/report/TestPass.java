package dev.ballast.cli.report;

import dev.ballast.data.Dataset;
import dev.ballast.format.ModelFile;
import dev.ballast.kernel.Slice;
import dev.ballast.nn.Model;
import dev.ballast.pass.Passes;
import dev.ballast.pass.Rebatch;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import dev.ballast.train.Graphs;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * Runs a model over a dataset in its order, in batches of the size that it was evaluated in: its
 * answers are those that were counted.
 */
final class TestPass implements AutoCloseable {
  private final ModelFile model;
  private final Dataset data;
  private final int batch;
  private final Session full;
  private final Session single;
  private final Arena arena = Arena.ofConfined();

  /** Sees the answer to one example, which stands in a row of a batch. */
  interface Visitor {
    void visit(int index, int row, Answers answers);
  }

  /**
   * A batch of answers with their targets.
   *
   * @param y the network's result
   * @param probabilities of a classifier
   */
  record Answers(Slice target, Slice y, Optional<Slice> probabilities) {
    /** Elements of one example's row. */
    static int width(Slice batch) {
      return Math.toIntExact(batch.elements() / batch.type().shape().dim(0));
    }
  }

  TestPass(ModelFile model, Dataset data, int batch) {
    this.model = model;
    this.data = data;
    this.batch = Math.min(batch, data.size());
    this.full = session(this.batch);
    this.single = session(1);
  }

  private Session session(int size) {
    var graph = Passes.forRunning(Rebatch.run(model.graph(), size));
    return Session.open(
        Planner.plan(graph, PlanOptions.defaults()), model.weights(), SessionOptions.defaults());
  }

  /** The types of a row: what is answered, and what would have been right. */
  TensorType answer() {
    TensorType y = single.output(Model.OUTPUT).type();
    return y.withShape(y.shape().slice(1, y.shape().rank()));
  }

  boolean hasProbabilities() {
    return single.plan().graph().outputs().containsKey(Graphs.PROBABILITIES);
  }

  void run(Visitor visitor) {
    Answers ofFull = answers(full, batch);
    Answers ofSingle = answers(single, 1);
    int seen = 0;
    while (seen < data.size()) {
      boolean fills = data.size() - seen >= batch;
      Session session = fills ? full : single;
      Answers answers = fills ? ofFull : ofSingle;
      int size = fills ? batch : 1;
      for (int row = 0; row < size; row++) {
        data.copy(seen + row, session.input(Model.INPUT), answers.target, row);
      }
      session.run();
      for (int row = 0; row < size; row++) {
        visitor.visit(seen + row, row, answers);
      }
      seen += size;
    }
  }

  private Answers answers(Session s, int size) {
    TensorType target = data.target();
    Slice rows = Slice.allocate(target.withShape(Shape.of(size).append(target.shape())), arena);
    Optional<Slice> p =
        hasProbabilities() ? Optional.of(s.output(Graphs.PROBABILITIES)) : Optional.empty();
    return new Answers(rows, s.output(Model.OUTPUT), p);
  }

  @Override
  public void close() {
    full.close();
    single.close();
    arena.close();
  }
}
