package dev.ballast.train;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.memory.AccountedArena;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.memory.OffHeapLimitException;
import dev.ballast.nn.LayerScope;
import dev.ballast.nn.Model;
import dev.ballast.observe.StepProbe;
import dev.ballast.pass.PassRule;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Training without a dataset: a batch at a time, as examples come, in a process that serves too.
 *
 * <pre>{@code
 * try (TrainingSession training = TrainingSession.open(model, options)) {
 *   training.x().copyFrom(features);          // B examples
 *   training.target().copyFrom(labels);
 *   double loss = training.step();            // allocates nothing
 *   ref.swap(ref.current().withWeights(training.keep()));
 * }
 * }</pre>
 *
 * <p>{@link #keep} is a copy that serving may read while training goes on, and what training goes
 * back to when it diverges. For one thread at a time.
 */
public final class TrainingSession implements AutoCloseable {
  private final Model model;
  private final TrainingOptions options;
  private final Session session;
  private final ServedWeights served;
  private final AccountedArena memory;
  private final MemorySegment kept;
  private final MemorySegment keptTraining;
  private final MemorySegment keptStates;
  private final StepProbe probe;
  private double rate;
  private long steps;

  private TrainingSession(
      Model model, TrainingOptions options, Session session, AccountedArena memory) {
    this.model = model;
    this.options = options;
    this.session = session;
    this.memory = memory;
    this.served = new ServedWeights(session, options.update().average(), memory);
    this.kept = memory.allocate(session.weights().byteSize(), PlanOptions.ALIGNMENT);
    this.keptTraining = memory.allocate(session.weights().byteSize(), PlanOptions.ALIGNMENT);
    this.keptStates = memory.allocate(session.states().byteSize(), PlanOptions.ALIGNMENT);
    this.rate = options.optimizer().learningRate();
    this.probe = StepProbe.of(model.name());
  }

  /**
   * With the first weights of the options' seed. Of the options' schedule, epochs and data nothing
   * is used, since there is no end: see {@link #rate}.
   *
   * @throws IllegalArgumentException where the options accumulate batches
   * @throws OffHeapLimitException where the process's limit leaves less memory than it takes
   */
  public static TrainingSession open(Model model, TrainingOptions options) {
    if (options.accumulate() > 1) {
      throw new IllegalArgumentException(
          "a training session makes a step of each batch: accumulate must be 1, not "
              + options.accumulate());
    }
    Graph step = Graphs.trainingStep(model, options, options.batch(), PassRule.all());
    Plan plan = Planner.plan(step, options.plan());
    Session session = Session.open(plan);
    AccountedArena memory =
        OffHeap.arena(Kind.WEIGHTS, "the kept weights of '" + model.name() + "'");
    boolean opened = false;
    try {
      TrainingSession training = new TrainingSession(model, options, session, memory);
      training.initialize();
      opened = true;
      return training;
    } finally {
      if (!opened) {
        session.close();
        memory.close();
      }
    }
  }

  private void initialize() {
    model.initialize(options.seed(), session::parameter);
    initializeCounter();
    keep();
  }

  private void initializeCounter() {
    for (Value.State s : session.plan().graph().states()) {
      if (s.name().equals(LayerScope.COUNTER)) {
        session.state(s.name()).setLong(0, options.seed());
      }
    }
  }

  /**
   * Starts from weights that were trained before; momenta start at zero.
   *
   * @param graph whose parameters they are, as a model file holds it
   * @throws ShapeException where it has other parameters than the model; nothing has changed then
   */
  public void startFrom(Graph graph, MemorySegment weights) {
    Map<String, TensorType> given = new LinkedHashMap<>();
    graph.parameters().forEach(p -> given.put(p.name(), p.type()));
    Map<String, TensorType> own = new LinkedHashMap<>();
    session.plan().graph().parameters().forEach(p -> own.put(p.name(), p.type()));
    if (!given.equals(own) || weights.byteSize() != session.weights().byteSize()) {
      throw new ShapeException("the weights are of " + given + ", the model has " + own);
    }
    session.weights().copyFrom(weights);
    session.states().fill((byte) 0);
    initializeCounter();
    keep();
  }

  /** Where to write a batch of examples: [B, …]. */
  public Slice x() {
    return session.input(Model.INPUT);
  }

  /** Where to write their targets. */
  public Slice target() {
    return session.input(Graphs.TARGET);
  }

  /** The learning rate of the steps to come; at first the optimizer's. */
  public void rate(double newRate) {
    if (!(newRate >= 0 && newRate <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "a learning rate must be a finite number, at least 0, not " + newRate);
    }
    rate = newRate;
  }

  /** Steps so far, those that diverged counted. */
  public long steps() {
    return steps;
  }

  /** The forward pass, as serving wants it. */
  public Graph serving() {
    return Graphs.serving(model, options.loss(), 1);
  }

  /** The plan of a step. */
  public Plan plan() {
    return session.plan();
  }

  /**
   * Learns from the batch in {@link #x} and {@link #target}. Allocates nothing.
   *
   * @return the mean loss before the step
   * @throws DivergedException where it is not a number: weights and momenta are those of the last
   *     {@link #keep} again
   */
  public double step() {
    probe.begin();
    session.input(Graphs.RATE).set(0, rate);
    session.run();
    steps++;
    double loss = session.output(Graphs.LOSS).get(0);
    probe.end(steps, loss, rate);
    if (!Double.isFinite(loss)) {
      restore();
      throw DivergedException.ofStep(steps, loss, rate);
    }
    return loss;
  }

  /**
   * Remembers where training is.
   *
   * @return the weights to be served, or their average where one is kept: the same memory each
   *     time, which the next call writes
   * @throws DivergedException where a weight is not a number, which the loss of the next step would
   *     tell; training goes on from the weights that were kept before
   */
  public MemorySegment keep() {
    served.copyTo(kept);
    Optional<String> broken = notFinite();
    if (broken.isPresent()) {
      restore();
      served.copyTo(kept);
      throw DivergedException.ofWeights(steps, broken.get(), rate);
    }
    keptTraining.copyFrom(session.weights());
    keptStates.copyFrom(session.states());
    return kept.asReadOnly();
  }

  /** The first parameter that has a NaN or infinity. */
  private Optional<String> notFinite() {
    for (Value.Parameter p : session.plan().graph().parameters()) {
      Slice s = session.parameter(p.name());
      for (long i = 0; i < s.elements(); i++) {
        if (!Double.isFinite(s.get(i))) {
          return Optional.of(p.name());
        }
      }
    }
    return Optional.empty();
  }

  private void restore() {
    session.weights().copyFrom(keptTraining);
    session.states().copyFrom(keptStates);
  }

  /** Frees the memory, what was kept included; a second call does nothing. */
  @Override
  public void close() {
    session.close();
    memory.close();
  }
}
