package dev.ballast.train;

import dev.ballast.data.Dataset;
import dev.ballast.format.Checkpoint;
import dev.ballast.format.SavedState;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Value;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.nn.LayerScope;
import dev.ballast.nn.Model;
import dev.ballast.observe.StepProbe;
import dev.ballast.plan.Plan;
import dev.ballast.runtime.AnomalyException;
import dev.ballast.runtime.HeapAllocation;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.ShapeException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Trains a model: one arena holds weights, optimizer state and the plans for full and last batches,
 * in training and in evaluation.
 *
 * <pre>{@code
 * try (Trainer trainer = new Trainer(model, options, train, Optional.of(test))) {
 *   trainer.fit(new TrainingListener() {});
 * }
 * }</pre>
 *
 * <p>For one thread, but for {@link #stop}.
 */
public final class Trainer implements AutoCloseable {
  private final Model model;
  private final TrainingOptions options;
  private final Dataset train;
  private final Optional<Dataset> test;
  private final TrainingSessions sessions;
  private final ServedWeights served;
  private final Order order;
  private final Feed feed;

  /** Whether a micro-batch is told its share of the step's examples. */
  private final boolean shares;

  private final Arena snapshots = OffHeap.arena(Kind.WEIGHTS, "the best weights of a training");
  private final MemorySegment best;
  private final StepProbe probe;
  private RunState run = new RunState();
  private Optional<RunIdentity> identity = Optional.empty();
  private volatile boolean stopping;

  /**
   * Plans everything and draws the first weights; nothing is allocated later.
   *
   * @throws ShapeException where data and model do not fit
   */
  public Trainer(Model model, TrainingOptions options, Dataset train, Optional<Dataset> test) {
    this.model = model;
    this.options = options;
    this.train = train;
    this.test = test;
    this.order = new Order(train.size(), options.seed());
    this.sessions = TrainingSessions.open(model, options, train, test);
    Session step = sessions.step();
    this.feed =
        Feed.of(train, order, step.input(Model.INPUT).type(), step.input(Graphs.TARGET).type());
    this.shares = plan().graph().inputs().stream().anyMatch(i -> i.name().equals(Graphs.SHARE));
    this.served = new ServedWeights(step, options.update().average(), snapshots);
    this.best = snapshots.allocate(test.isPresent() ? step.weights().byteSize() : 0);
    model.initialize(options.seed(), step::parameter);
    seedDropout();
    this.probe = StepProbe.of(model.name());
  }

  private void seedDropout() {
    for (Value.State s : plan().graph().states()) {
      if (s.name().equals(LayerScope.COUNTER)) {
        session().state(s.name()).setLong(0, options.seed());
      }
    }
  }

  /** The session of a full batch: its plan, parameters and states. */
  public Session session() {
    return sessions.step();
  }

  public Plan plan() {
    return session().plan();
  }

  /** Those that have ended, those before a resumption included. */
  public List<Epoch> epochs() {
    return List.copyOf(run.epochs());
  }

  /** Steps taken in the epoch that runs. */
  public int stepsOfEpoch() {
    return run.steps();
  }

  /** Batches in an epoch, the smaller last one counted: each a step, or a part of one. */
  public int stepsPerEpoch() {
    int batch = sessions.batch();
    return (train.size() + batch - 1) / batch;
  }

  /**
   * Trains for what is left of the options' epochs, evaluates after each, and leaves the weights of
   * the best epoch in place: the most right answers or the smallest loss on the test data; without
   * test data the last. Where an average of weights is kept, it is what is evaluated and left.
   *
   * @throws DivergedException where a step's loss is not a number
   */
  public TrainingRun fit(TrainingListener listener) {
    try {
      return fit(listener, Optional.empty());
    } catch (IOException e) {
      throw new IllegalStateException("without checkpoints nothing is written", e);
    }
  }

  /**
   * The same, and writes checkpoints where there is a folder for them.
   *
   * @throws DivergedException where a step's loss is not a number: the last checkpoint stays
   * @throws IOException where a checkpoint can't be written: the one before stays
   */
  public TrainingRun fit(TrainingListener listener, Optional<Checkpoints> checkpoints)
      throws IOException {
    Optional<TrainingRun.End> end = end();
    while (end.isEmpty()) {
      if (epoch(listener, checkpoints).isPresent()) {
        write(checkpoints);
        end = end();
      } else {
        end = Optional.of(TrainingRun.End.STOPPED);
      }
    }
    if (run.bestEpoch().isPresent()) {
      session().weights().copyFrom(best);
      served.settle();
    } else {
      served.keep();
    }
    return new TrainingRun(run.epochs(), run.bestEpoch(), end.get());
  }

  private Optional<TrainingRun.End> end() {
    if (run.epochs().size() >= options.epochs() && run.steps() == 0) {
      return Optional.of(TrainingRun.End.FINISHED);
    }
    if (options.earlyStopping().isOutOfPatience(run.epochs())) {
      return Optional.of(TrainingRun.End.PATIENCE);
    }
    if (options.earlyStopping().isOutOfTime(run.totalSeconds())) {
      return Optional.of(TrainingRun.End.TIME);
    }
    return stopping ? Optional.of(TrainingRun.End.STOPPED) : Optional.empty();
  }

  /**
   * Asks {@link #fit} to write a checkpoint, if it writes any, and return after the step it is in.
   * Any thread may.
   */
  public void stop() {
    stopping = true;
  }

  /** What is left of the epoch, then an evaluation where there are test data. */
  public Epoch epoch(TrainingListener listener) {
    try {
      return epoch(listener, Optional.empty()).orElseThrow();
    } catch (IOException e) {
      throw new IllegalStateException("without checkpoints nothing is written", e);
    }
  }

  /**
   * @return nothing where it was stopped before the end
   */
  private Optional<Epoch> epoch(TrainingListener listener, Optional<Checkpoints> checkpoints)
      throws IOException {
    train.beginEpoch(options.seed(), run.epoch());
    if (options.shuffle()) {
      order.shuffle(run.epoch());
    } else {
      order.identity();
    }
    feed.begin(run.seen());
    int steps = stepsPerEpoch();
    long heap = 0;
    int watched = 0;
    while (run.steps() < steps) {
      long heapBefore = HeapAllocation.ofCurrentThread();
      step();
      if (run.steps() > steps / 2) {
        heap += HeapAllocation.ofCurrentThread() - heapBefore;
        watched++;
      }
      listener.onStep(run.epoch(), run.steps(), steps, run.meanLoss());
      boolean due = checkpoints.isPresent() && checkpoints.get().isDueAfterStep();
      if (due || stopping) {
        write(checkpoints);
      }
      if (stopping) {
        return Optional.empty();
      }
    }
    Epoch epoch =
        new Epoch(
            run.epoch(),
            run.meanLoss(),
            run.seconds(),
            steps,
            (double) heap / Math.max(1, watched),
            test.map(this::evaluate));
    demandNumber(epoch.evaluation().map(Evaluation::loss).orElse(0.0));
    if (run.epochDone(epoch)) {
      served.copyTo(best);
    }
    listener.onEpoch(epoch);
    return Optional.of(epoch);
  }

  private void step() {
    int size = Math.min(sessions.batch(), train.size() - run.seen());
    long start = System.nanoTime();
    boolean steps = endsStep(run.steps());
    double rate = rate(run.steps());
    probe.begin();
    Session session = steps ? sessions.step(size) : sessions.accumulation();
    if (shares) {
      session.input(Graphs.SHARE).set(0, share(run.steps(), size));
    }
    if (steps) {
      session.input(Graphs.RATE).set(0, rate);
    }
    feed.next(session.input(Model.INPUT), session.input(Graphs.TARGET), size);
    try {
      session.run();
    } catch (AnomalyException e) {
      throw DivergedException.ofAnomaly(run.epoch(), run.steps() + 1, e);
    }
    double loss = session.output(Graphs.LOSS).get(0);
    run.stepDone(size, loss, (System.nanoTime() - start) / 1e9);
    probe.end((run.epoch() - 1L) * stepsPerEpoch() + run.steps(), loss, rate);
    demandNumber(loss);
  }

  /** Whether a batch of an epoch is the last of its step, or only adds up its gradients. */
  private boolean endsStep(int batch) {
    return (batch + 1) % options.accumulate() == 0 || batch + 1 == stepsPerEpoch();
  }

  private double rate(int batch) {
    long perEpoch = (stepsPerEpoch() + options.accumulate() - 1) / options.accumulate();
    long step = (run.epoch() - 1) * perEpoch + batch / options.accumulate();
    double base = options.optimizer().learningRate();
    return options.schedule().rate(base, step, options.epochs() * perEpoch, run.losses());
  }

  /** How much of its step's examples a batch holds. */
  private double share(int batch, int size) {
    long most = (long) options.accumulate() * sessions.batch();
    long start = batch / options.accumulate() * most;
    return (double) size / Math.min(most, train.size() - start);
  }

  private void demandNumber(double loss) {
    if (!Double.isFinite(loss)) {
      throw DivergedException.ofLoss(
          run.epoch(), run.steps(), loss, options.optimizer().learningRate());
    }
  }

  /** Runs the current weights, or their average where one is kept, over all of a dataset. */
  public Evaluation evaluate(Dataset data) {
    served.enter();
    try {
      return sessions.evaluator().evaluate(data);
    } finally {
      served.leave();
    }
  }

  private void write(Optional<Checkpoints> checkpoints) throws IOException {
    if (checkpoints.isPresent()) {
      Graph served = Graphs.serving(model, options.loss(), 1);
      checkpoints
          .get()
          .write(checkpoint(), served, run.epochs().size(), run.steps(), run.bestEpoch());
    }
  }

  /**
   * All that the run needs to go on, as it is now. The tensors are those of this trainer, not
   * copies: they change with the next step.
   */
  public Checkpoint checkpoint() {
    SequencedMap<String, String> progress = new LinkedHashMap<>();
    progress.putAll(identity().toTexts());
    progress.putAll(run.toTexts());
    List<SavedState> states = new ArrayList<>();
    for (Value.State s : plan().graph().states()) {
      states.add(new SavedState(s.name(), s.type(), session().state(s.name()).memory()));
    }
    Optional<MemorySegment> judged =
        run.bestEpoch().isPresent() ? Optional.of(best) : Optional.empty();
    return new Checkpoint(progress, session().weights(), judged, states);
  }

  /** The data's checksum is what takes time, so it is taken once. */
  private RunIdentity identity() {
    if (identity.isEmpty()) {
      identity = Optional.of(new RunIdentity(model, options, train, test));
    }
    return identity.get();
  }

  /**
   * Goes on where a checkpoint was written, to the bit, on a machine like that one.
   *
   * @return in sentences, why the last bits may differ from those of a run that never stopped, and
   *     what could not be compared; none where the bits are the same
   * @throws IllegalArgumentException where it is of another network, other data or other options;
   *     nothing has changed then
   */
  public List<String> resume(Checkpoint c) {
    List<String> remarks = identity().demandSame(c.progress());
    Map<String, SavedState> states =
        c.states().stream().collect(Collectors.toMap(SavedState::name, Function.identity()));
    for (Value.State s : plan().graph().states()) {
      SavedState saved = states.remove(s.name());
      if (saved == null || !saved.type().equals(s.type())) {
        throw new IllegalArgumentException(
            "the checkpoint is of another run: the step has a state '%s' of %s, the checkpoint %s"
                .formatted(s.name(), s.type(), saved == null ? "none" : "one of " + saved.type()));
      }
    }
    if (!states.isEmpty() || c.weights().byteSize() != session().weights().byteSize()) {
      throw new IllegalArgumentException(
          "the checkpoint is of another run: it has states " + states.keySet() + " more");
    }
    RunState restored = RunState.of(c.progress());
    c.states().forEach(s -> session().state(s.name()).memory().copyFrom(s.elements()));
    session().weights().copyFrom(c.weights());
    if (restored.bestEpoch().isPresent() && best.byteSize() > 0) {
      best.copyFrom(c.bestWeights().orElseThrow());
    }
    run = restored;
    return remarks;
  }

  @Override
  public void close() {
    feed.close();
    sessions.close();
    if (snapshots.scope().isAlive()) {
      snapshots.close();
    }
  }
}
