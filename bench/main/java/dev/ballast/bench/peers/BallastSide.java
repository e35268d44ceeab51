package dev.ballast.bench.peers;

import dev.ballast.Ballast;
import dev.ballast.cli.Version;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.loss.Loss;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Conv2d;
import dev.ballast.nn.Flatten;
import dev.ballast.nn.Layer;
import dev.ballast.nn.Linear;
import dev.ballast.nn.MaxPool2d;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.nn.Window;
import dev.ballast.optim.Optimizer;
import dev.ballast.optim.Sgd;
import dev.ballast.pass.Passes;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ballast itself as a side, in a JVM of its own like every other. */
final class BallastSide implements JvmSide.Subject {
  private final SideJob job;
  private final Session session;
  private final List<String> parameters;
  private final byte[] first;

  private BallastSide(SideJob job) throws IOException {
    this.job = job;
    Graph graph = graph(job);
    this.parameters = graph.parameters().stream().map(Value.Parameter::name).toList();
    this.session =
        Session.open(
            Planner.plan(graph, PlanOptions.defaults()),
            SessionOptions.defaults().withPoison(false));
    fill();
    this.first = session.weights().toArray(ValueLayout.JAVA_BYTE);
  }

  public static void main(String[] arguments) throws Exception {
    JvmSide.serve(arguments, BallastSide::new);
  }

  private static Graph graph(SideJob job) {
    List<Layer> layers = new ArrayList<>();
    for (NetLayer l : Net.layers(job.text("layers"))) {
      layers.add(layer(l, "layer" + layers.size()));
    }
    Model model =
        new Model(job.text("workload"), Shape.of(job.numbers("input")), new Sequential(layers));
    Loss loss = Loss.of(job.text("loss"));
    Optimizer sgd = Sgd.of(job.real("rate")).withMomentum(job.real("momentum"));
    int batch = job.number("batch");
    return switch (job.text("mode")) {
      case "inference" -> Passes.forServing(model.inference(batch));
      case "forward" -> Graphs.trainingLoss(model, loss, batch);
      case "gradient" -> Graphs.gradients(model, loss, batch);
      default -> Graphs.trainingStep(model, loss, sgd, batch);
    };
  }

  private static Layer layer(NetLayer layer, String name) {
    return switch (layer) {
      case NetLayer.Linear l -> Linear.of(name, l.in(), l.out());
      case NetLayer.Plain.RELU -> Activation.RELU;
      case NetLayer.Plain.SIGMOID -> Activation.SIGMOID;
      case NetLayer.Plain.FLATTEN -> new Flatten();
      case NetLayer.Conv2d c ->
          Conv2d.of(name, c.in(), c.out(), Window.of(c.kernel()).withPadding(c.padding()));
      case NetLayer.MaxPool p -> MaxPool2d.of(p.size());
    };
  }

  private void fill() throws IOException {
    float[] weights = job.floats("weights");
    int at = 0;
    for (String p : parameters) {
      Slice slice = session.parameter(p);
      int n = (int) slice.elements();
      slice.copyFrom(Arrays.copyOfRange(weights, at, at + n));
      at += n;
    }
    session.input(Model.INPUT).copyFrom(job.floats("x"));
    String mode = job.text("mode");
    if (mode.equals("inference")) {
      return;
    }
    Slice target = session.input(Graphs.TARGET);
    if (job.text("loss").equals("mse")) {
      target.copyFrom(job.floats("target"));
    } else {
      target.copyFrom(job.ints("target"));
    }
    if (mode.equals("step")) {
      session.input(Graphs.RATE).set(0, job.real("rate"));
    }
  }

  @Override
  public String version() {
    return Version.text();
  }

  /** A session runs on the thread that calls it. */
  @Override
  public int threads() {
    return SessionOptions.defaults().threads();
  }

  @Override
  public boolean isWarming() {
    return !Ballast.isWarm();
  }

  @Override
  public void run() {
    session.run();
  }

  @Override
  public void reload() {
    MemorySegment.copy(MemorySegment.ofArray(first), 0, session.weights(), 0, first.length);
    session.states().fill((byte) 0);
    session.prepare();
  }

  @Override
  public List<float[]> result() {
    List<float[]> all = new ArrayList<>();
    String mode = job.text("mode");
    if (mode.equals("inference")) {
      run();
      all.add(session.output(Model.OUTPUT).toFloats());
      return all;
    }
    int runs = mode.equals("step") ? job.number("checkSteps") : 1;
    for (int i = 0; i < runs; i++) {
      run();
      all.add(session.output(Graphs.LOSS).toFloats());
    }
    if (mode.equals("gradient")) {
      parameters.forEach(p -> all.add(session.output(Graphs.gradientOf(p)).toFloats()));
    } else if (mode.equals("step")) {
      parameters.forEach(p -> all.add(session.parameter(p).toFloats()));
    }
    return all;
  }
}
