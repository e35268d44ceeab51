package dev.ballast.bench;

import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.Loss;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Optimizer;
import dev.ballast.optim.Sgd;
import dev.ballast.pass.Passes;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The network of {@code models/mnist-mlp.toml}, 784-512-256-10, on one thread; checks are off. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"})
public class MnistMlpBenchmark {
  private static final Model MODEL =
      new Model(
          "mnist-mlp",
          Shape.of(784),
          Sequential.of(
              Linear.of("fc1", 784, 512),
              Activation.RELU,
              Linear.of("fc2", 512, 256),
              Activation.RELU,
              Linear.of("fc3", 256, 10)));
  private static final Loss LOSS = new CrossEntropy();

  @Param({"64"})
  public int batch;

  private Session training;
  private Session inference;

  @Setup(Level.Trial)
  public void open() {
    Optimizer sgd = Sgd.of(1e-3).withMomentum(0.9);
    SessionOptions unchecked = SessionOptions.defaults().withPoison(false);
    PlanOptions options = PlanOptions.defaults();
    var step = Graphs.trainingStep(MODEL, LOSS, sgd, batch);
    training = Session.open(Planner.plan(step, options), unchecked);
    var serving = Passes.forServing(Graphs.serving(MODEL, LOSS, batch));
    inference = Session.open(Planner.plan(serving, options), unchecked);
    training.input(Graphs.RATE).set(0, sgd.learningRate());
    for (Session s : new Session[] {training, inference}) {
      MODEL.initialize(1, s::parameter);
      fill(s);
    }
    for (int row = 0; row < batch; row++) {
      training.input(Graphs.TARGET).setLong(row, row % 10);
    }
  }

  private static void fill(Session s) {
    Philox random = new Philox(2, 0);
    var x = s.input(Model.INPUT);
    for (long i = 0; i < x.elements(); i++) {
      x.set(i, random.nextGaussian());
    }
  }

  @TearDown(Level.Trial)
  public void close() {
    training.close();
    inference.close();
  }

  @Benchmark
  public double trainingStep() {
    training.run();
    return training.output(Graphs.LOSS).get(0);
  }

  @Benchmark
  public double inference() {
    inference.run();
    return inference.output(Graphs.PROBABILITIES).get(0);
  }
}
