package dev.ballast.train;

import dev.ballast.data.Dataset;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Value;
import dev.ballast.nn.Model;
import dev.ballast.pass.PassRule;
import dev.ballast.plan.Plan;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The sessions of a training run, all on one segment: a step of a full batch, one of the smaller
 * last batch where there is one, one that only adds up gradients where several batches make a step,
 * and an evaluation.
 */
final class TrainingSessions implements AutoCloseable {
  /** Behind the plans that there are always. */
  private static final int FIRST_OPTIONAL = 3;

  private final Session step;
  private final Optional<Session> lastStep;
  private final Optional<Session> accumulation;
  private final Evaluator evaluator;

  private TrainingSessions(
      Session step,
      Optional<Session> lastStep,
      Optional<Session> accumulation,
      Evaluator evaluator) {
    this.step = step;
    this.lastStep = lastStep;
    this.accumulation = accumulation;
    this.evaluator = evaluator;
  }

  /**
   * @throws ShapeException where data and model do not fit
   */
  static TrainingSessions open(
      Model model, TrainingOptions options, Dataset train, Optional<Dataset> test) {
    int batch = Math.min(options.batch(), train.size());
    int rest = train.size() % batch;
    List<Graph> graphs = new ArrayList<>();
    graphs.add(step(model, options, batch));
    graphs.add(evaluation(model, options, batch));
    graphs.add(evaluation(model, options, 1));
    if (rest > 0) {
      graphs.add(step(model, options, rest));
    }
    if (options.accumulate() > 1) {
      graphs.add(Graphs.accumulation(model, options.loss(), options.update(), batch));
    }
    List<Plan> plans = JointBudget.plan(graphs, options.plan());
    Plan main = plans.getFirst();
    demandFit(main, train);
    test.ifPresent(t -> demandFit(main, t));
    SessionOptions how = SessionOptions.defaults().withDetectAnomaly(options.detectAnomaly());
    Session step = Session.open(main, how, plans.subList(1, plans.size()).toArray(Plan[]::new));
    return new TrainingSessions(
        step,
        rest == 0 ? Optional.empty() : Optional.of(step.alongside(plans.get(FIRST_OPTIONAL))),
        options.accumulate() == 1 ? Optional.empty() : Optional.of(step.alongside(plans.getLast())),
        new Evaluator(step.alongside(plans.get(1)), step.alongside(plans.get(2))));
  }

  /** Where anomalies are looked for, no op is fused: each answers for itself. */
  private static Graph step(Model model, TrainingOptions o, int batch) {
    Set<PassRule> rules = o.detectAnomaly() ? Set.of() : PassRule.all();
    return Graphs.trainingStep(model, o, batch, rules);
  }

  private static Graph evaluation(Model model, TrainingOptions o, int batch) {
    return Graphs.evaluation(Graphs.serving(model, o.loss(), 1), o.loss(), batch);
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

  /** That of a full batch: all parameters and states are its. */
  Session step() {
    return step;
  }

  /** That of a batch of so many. */
  Session step(int size) {
    return size == batch() ? step : lastStep.orElseThrow();
  }

  /** That of a full batch whose gradients are only added up. */
  Session accumulation() {
    return accumulation.orElseThrow();
  }

  int batch() {
    return step.input(Model.INPUT).type().shape().dim(0);
  }

  Evaluator evaluator() {
    return evaluator;
  }

  @Override
  public void close() {
    step.close();
  }
}
