package dev.ballast.bench;

import dev.ballast.cli.definition.Definition;
import dev.ballast.ir.Graph;
import dev.ballast.loss.Loss;
import dev.ballast.nn.Model;
import dev.ballast.pass.PassRule;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.train.Graphs;
import dev.ballast.train.RandomBatch;
import dev.ballast.train.TrainingOptions;
import java.util.EnumMap;
import java.util.Map;

/**
 * A model at one batch size in all its modes, each a session of its own on the same batch of noise.
 * The learning rate is 0, so that weights stay as they are and every step does the same. Checks are
 * off.
 */
final class Workload implements AutoCloseable {
  /** What is run of a model. */
  enum Mode {
    /** Scores and, for a classifier, probabilities. */
    INFERENCE("inference"),
    /** As training runs it: dropout and the loss, nothing kept for a backward pass. */
    FORWARD("forward"),
    /** The loss and the gradient of every parameter, each of them an output. */
    GRADIENT("gradient"),
    /** Forward pass, backward pass, and the optimizer's update. */
    STEP("step");

    private final String label;

    Mode(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  private final Map<Mode, Session> sessions = new EnumMap<>(Mode.class);

  private Workload() {}

  static Workload open(Definition d, int batch) {
    Workload w = new Workload();
    try {
      for (Mode mode : Mode.values()) {
        w.open(d, batch, mode);
      }
      return w;
    } catch (RuntimeException | Error e) {
      w.close();
      throw e;
    }
  }

  private void open(Definition d, int batch, Mode mode) {
    Plan plan = Planner.plan(graph(d, batch, mode), PlanOptions.defaults());
    Session s = Session.open(plan, SessionOptions.defaults().withPoison(false));
    sessions.put(mode, s);
    d.model().initialize(d.options().seed(), s::parameter);
    RandomBatch.of(d.model(), d.options().loss(), d.options().seed()).fill(s);
  }

  static Graph graph(Definition d, int batch, Mode mode) {
    Model model = d.model();
    TrainingOptions o = d.options();
    Loss loss = o.loss();
    return switch (mode) {
      case INFERENCE -> Graphs.serving(model, loss, batch);
      case FORWARD -> Graphs.trainingLoss(model, loss, batch);
      case GRADIENT -> Graphs.gradients(model, loss, batch);
      case STEP -> Graphs.trainingStep(model, o, batch, PassRule.all());
    };
  }

  Session session(Mode mode) {
    return sessions.get(mode);
  }

  @Override
  public void close() {
    sessions.values().forEach(Session::close);
  }
}
