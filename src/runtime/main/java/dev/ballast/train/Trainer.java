package dev.ballast.train;

import dev.ballast.data.Dataset;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Value;
import dev.ballast.nn.LayerScope;
import dev.ballast.nn.Model;
import dev.ballast.plan.Plan;
import dev.ballast.runtime.HeapAllocation;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.ShapeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Trains a model: one arena holds weights, optimizer state and the plans for full and last batches,
 * in training and in evaluation.
 *
 * <pre>{@code
 * try (Trainer trainer = new Trainer(model, options, train, Optional.of(test))) {
 *   trainer.fit(new TrainingListener() {});
 * }
 * }</pre>
 */
public final class Trainer implements AutoCloseable {
  private final TrainingOptions options;
  private final Dataset train;
  private final Optional<Dataset> test;
  private final Session step;
  private final Optional<Session> lastStep;
  private final Evaluator evaluator;
  private final Order order;
  private final Feed feed;
  private final Arena snapshots = Arena.ofShared();
  private final MemorySegment best;
  private int epochsDone;

  /**
   * Plans everything and draws the first weights; nothing is allocated later.
   *
   * @throws ShapeException where data and model do not fit
   */
  public Trainer(Model model, TrainingOptions options, Dataset train, Optional<Dataset> test) {
    this.options = options;
    this.train = train;
    this.test = test;
    this.order = new Order(train.size(), options.seed());
    int batch = Math.min(options.batch(), train.size());
    int rest = train.size() % batch;
    List<Graph> graphs = new ArrayList<>();
    graphs.add(trainingStep(model, batch));
    graphs.add(evaluation(model, batch));
    graphs.add(evaluation(model, 1));
    if (rest > 0) {
      graphs.add(trainingStep(model, rest));
    }
    List<Plan> plans = JointBudget.plan(graphs, options.plan());
    Plan main = plans.getFirst();
    Plan evaluationPlan = plans.get(1);
    Plan singlePlan = plans.get(2);
    Optional<Plan> last = rest == 0 ? Optional.empty() : Optional.of(plans.getLast());
    demandFit(main, train);
    test.ifPresent(t -> demandFit(main, t));
    List<Plan> others = plans.subList(1, plans.size());
    this.step = Session.open(main, SessionOptions.defaults(), others.toArray(Plan[]::new));
    this.lastStep = last.map(step::alongside);
    this.evaluator = new Evaluator(step.alongside(evaluationPlan), step.alongside(singlePlan));
    this.feed =
        Feed.of(train, order, step.input(Model.INPUT).type(), step.input(Graphs.TARGET).type());
    this.best = snapshots.allocate(test.isPresent() ? step.weights().byteSize() : 0);
    model.initialize(options.seed(), step::parameter);
    seedDropout(main);
  }

  private Graph trainingStep(Model model, int batch) {
    return Graphs.trainingStep(model, options.loss(), options.optimizer(), batch);
  }

  private Graph evaluation(Model model, int batch) {
    return Graphs.evaluation(Graphs.serving(model, options.loss(), 1), options.loss(), batch);
  }

  private static void demandFit(Plan plan, Dataset data) {
    Value x = input(plan, Model.INPUT);
    data.demandFit(x.type(), input(plan, Graphs.TARGET).type());
  }

  private static Value input(Plan plan, String name) {
    return plan.graph().inputs().stream()
        .filter(i -> i.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void seedDropout(Plan plan) {
    for (Value.State s : plan.graph().states()) {
      if (s.name().equals(LayerScope.COUNTER)) {
        step.state(s.name()).setLong(0, options.seed());
      }
    }
  }

  /** The session of a full batch: its plan, parameters and states. */
  public Session session() {
    return step;
  }

  public Plan plan() {
    return step.plan();
  }

  /** Steps in an epoch, the smaller last one counted. */
  public int stepsPerEpoch() {
    int batch = batch();
    return (train.size() + batch - 1) / batch;
  }

  private int batch() {
    return step.input(Model.INPUT).type().shape().dim(0);
  }

  /**
   * Trains for all epochs of the options, evaluates after each, and leaves the weights of the best
   * epoch in place: the most right answers or the smallest loss on the test data; without test data
   * the last.
   *
   * @throws DivergedException where a step's loss is not a number
   */
  public List<Epoch> fit(TrainingListener listener) {
    List<Epoch> epochs = new ArrayList<>();
    Optional<Evaluation> bestSoFar = Optional.empty();
    for (int i = 0; i < options.epochs(); i++) {
      Epoch epoch = epoch(listener);
      double testLoss = epoch.evaluation().map(Evaluation::loss).orElse(0.0);
      if (!Double.isFinite(testLoss)) {
        throw new DivergedException(
            epoch.number(), epoch.steps(), testLoss, options.optimizer().learningRate());
      }
      epochs.add(epoch);
      boolean better =
          epoch.evaluation().isPresent()
              && (bestSoFar.isEmpty() || epoch.evaluation().get().beats(bestSoFar.get()));
      if (better) {
        bestSoFar = epoch.evaluation();
        best.copyFrom(step.weights());
      }
      listener.onEpoch(epoch);
    }
    if (bestSoFar.isPresent()) {
      step.weights().copyFrom(best);
    }
    return epochs;
  }

  /** One time through the training data, then an evaluation where there are test data. */
  public Epoch epoch(TrainingListener listener) {
    int number = ++epochsDone;
    train.beginEpoch(options.seed(), number);
    if (options.shuffle()) {
      order.shuffle(number);
    } else {
      order.identity();
    }
    feed.begin(0);
    int steps = stepsPerEpoch();
    double sum = 0;
    int seen = 0;
    long heap = 0;
    long nanos = 0;
    for (int i = 0; i < steps; i++) {
      int size = Math.min(batch(), train.size() - seen);
      Session session = size == batch() ? step : lastStep.orElseThrow();
      long heapBefore = HeapAllocation.ofCurrentThread();
      long start = System.nanoTime();
      double loss = step(session, size);
      sum += loss * size;
      nanos += System.nanoTime() - start;
      if (i >= steps / 2) {
        heap += HeapAllocation.ofCurrentThread() - heapBefore;
      }
      seen += size;
      if (!Double.isFinite(loss)) {
        throw new DivergedException(number, i + 1, loss, options.optimizer().learningRate());
      }
      listener.onStep(number, i + 1, steps, sum / seen);
    }
    Optional<Evaluation> result = test.map(this::evaluate);
    double heapPerStep = (double) heap / (steps - steps / 2);
    return new Epoch(number, sum / seen, nanos / 1e9, steps, heapPerStep, result);
  }

  private double step(Session session, int size) {
    session.input(Graphs.RATE).set(0, options.optimizer().learningRate());
    feed.next(session.input(Model.INPUT), session.input(Graphs.TARGET), size);
    session.run();
    return session.output(Graphs.LOSS).get(0);
  }

  /** Runs the current weights over all of a dataset. */
  public Evaluation evaluate(Dataset data) {
    return evaluator.evaluate(data);
  }

  @Override
  public void close() {
    feed.close();
    step.close();
    if (snapshots.scope().isAlive()) {
      snapshots.close();
    }
  }
}
