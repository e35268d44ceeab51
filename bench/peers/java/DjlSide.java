import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.ballast.bench.peers.JvmSide;
import dev.ballast.bench.peers.SideJob;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A side of {@code ballast bench peers} in DJL on PyTorch: training and inference. */
final class DjlSide implements JvmSide.Subject {
  private final SideJob job;
  private final Model model;
  private final boolean crossEntropy;
  private final List<NDArray> first = new ArrayList<>();
  private final NDArray x;
  private final NDArray y;
  private Trainer trainer;

  private DjlSide(SideJob job) throws Exception {
    this.job = job;
    if (job.text("mode").equals("forward") || job.text("mode").equals("gradient")) {
      throw new UnsupportedOperationException("here it has whole steps and inference alone");
    }
    crossEntropy = job.text("loss").equals("cross_entropy");
    model = Model.newInstance(job.text("workload"), "PyTorch");
    model.setBlock(block(job));
    NDManager manager = model.getNDManager();
    int[] example = job.numbers("input");
    long[] shape = new long[1 + example.length];
    shape[0] = job.number("batch");
    for (int i = 0; i < example.length; i++) {
      shape[1 + i] = example[i];
    }
    x = manager.create(job.floats("x"), new Shape(shape));
    if (job.text("mode").equals("inference")) {
      y = x;
    } else if (crossEntropy) {
      y = manager.create(job.ints("target")).toType(DataType.INT64, false);
    } else {
      y = manager.create(job.floats("target"), new Shape(shape[0], 1));
    }
    open();
    float[] values = job.floats("weights");
    int at = 0;
    for (Parameter p : parameters()) {
      Shape s = p.getArray().getShape();
      int n = (int) s.size();
      first.add(manager.create(FloatBuffer.wrap(values, at, n), s));
      at += n;
    }
  }

  public static void main(String[] arguments) throws Exception {
    String threads = new SideJob(Path.of(arguments[0])).text("threads");
    // Before the engine is loaded.
    System.setProperty("ai.djl.pytorch.num_threads", threads);
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    JvmSide.serve(arguments, DjlSide::new);
  }

  private static Block block(SideJob job) {
    SequentialBlock block = new SequentialBlock();
    for (String layer : job.layers()) {
      String[] words = layer.split(" ");
      int[] n = new int[words.length];
      for (int i = 1; i < words.length; i++) {
        n[i] = Integer.parseInt(words[i]);
      }
      switch (words[0]) {
        case "linear" -> block.add(Linear.builder().setUnits(n[2]).build());
        case "conv2d" ->
            block.add(
                Conv2d.builder()
                    .setFilters(n[2])
                    .setKernelShape(new Shape(n[3], n[3]))
                    .optPadding(new Shape(n[4], n[4]))
                    .build());
        case "max_pool" ->
            block.add(Pool.maxPool2dBlock(new Shape(n[1], n[1]), new Shape(n[1], n[1])));
        case "flatten" -> block.add(Blocks.batchFlattenBlock());
        case "relu" -> block.add(Activation.reluBlock());
        case "sigmoid" -> block.add(Activation.sigmoidBlock());
        default -> throw new IllegalArgumentException("unknown layer: " + layer);
      }
    }
    return block;
  }

  /** A trainer of its own: its optimizer keeps the velocities, and has no way to forget them. */
  private void open() {
    Optimizer sgd =
        Optimizer.sgd()
            .setLearningRateTracker(Tracker.fixed((float) job.real("rate")))
            .optMomentum((float) job.real("momentum"))
            .build();
    Loss loss = crossEntropy ? Loss.softmaxCrossEntropyLoss() : Loss.l2Loss("mse", 1);
    trainer = model.newTrainer(new DefaultTrainingConfig(loss).optOptimizer(sgd));
    trainer.initialize(x.getShape());
  }

  private List<Parameter> parameters() {
    return model.getBlock().getParameters().values();
  }

  @Override
  public String version() {
    return Engine.getDjlVersion() + " on PyTorch " + Engine.getEngine("PyTorch").getVersion();
  }

  @Override
  public int threads() {
    return job.number("threads");
  }

  @Override
  public void run() {
    if (job.text("mode").equals("inference")) {
      try (NDList scores = trainer.evaluate(new NDList(x))) {
        scores.head();
      }
    } else {
      step();
    }
  }

  private float step() {
    try (NDManager scope = trainer.getManager().newSubManager()) {
      try (GradientCollector collector = trainer.newGradientCollector()) {
        NDList scores = trainer.forward(new NDList(x), new NDList(y));
        NDArray loss = trainer.getLoss().evaluate(new NDList(y), scores);
        scores.attach(scope);
        loss.attach(scope);
        collector.backward(loss);
        trainer.step();
        return loss.getFloat();
      }
    }
  }

  @Override
  public void reload() {
    if (!job.text("mode").equals("inference")) {
      trainer.close();
      open();
    }
    List<Parameter> parameters = parameters();
    for (int i = 0; i < parameters.size(); i++) {
      first.get(i).copyTo(parameters.get(i).getArray());
    }
  }

  @Override
  public List<float[]> result() {
    List<float[]> all = new ArrayList<>();
    if (job.text("mode").equals("inference")) {
      try (NDList scores = trainer.evaluate(new NDList(x))) {
        all.add(scores.head().toFloatArray());
      }
      return all;
    }
    float[] losses = new float[job.number("checkSteps")];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = step();
    }
    all.add(losses);
    parameters().forEach(p -> all.add(p.getArray().toFloatArray()));
    return all;
  }
}
