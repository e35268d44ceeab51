package dev.ballast.bench.peers;

import dev.ballast.bench.peers.PeerWorkload.Mode;
import dev.ballast.tensor.Philox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a side is given: a file of lines {@code key=value}, and files of numbers that it names,
 * which are the same for all sides. {@code bench/peers/side.py} and {@link SideJob} read it.
 *
 * @param folder of its own
 */
public record Job(Path folder, PeerWorkload workload, int threads) {
  /** Steps of training whose losses, and the weights after which, are compared. */
  static final int CHECK_STEPS = 5;

  /**
   * The first weights are loaded again after so many runs. Trained for long on one batch, the loss
   * is flat and the velocity decays to denormal numbers, which take a processor many times as long:
   * then what is measured is no training.
   */
  static final int RELOAD_EVERY = 200;

  /** The part of an outcome that inference makes. */
  static final String SCORES = "scores";

  /** The part of an outcome that training makes first. */
  static final String LOSSES = "losses";

  static final double RATE = 1e-3;
  static final double MOMENTUM = 0.9;
  private static final int SEED = 1;

  /** Writes the numbers that all sides share. */
  public static Job prepare(Path folder, PeerWorkload w, int threads) throws IOException {
    Job job = new Job(folder, w, threads);
    float[] weights = job.drawWeights();
    Numbers.write(job.file("weights"), weights);
    Numbers.write(job.file("x"), uniform(w.batch() * w.net().inputElements(), 2));
    int outputs = w.net().outputs();
    if (!w.trains()) {
      Files.write(job.file("model.onnx"), OnnxModel.bytes(w, weights));
    } else if (w.net().crossEntropy()) {
      Numbers.write(job.file("target"), labels(w.batch(), outputs));
    } else {
      Numbers.write(job.file("target"), uniform(w.batch() * outputs, 3));
    }
    return job;
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  /** Uniform in ±1/√fan-in, as PyTorch's layers start. */
  private float[] drawWeights() {
    List<Integer> sizes = workload.net().parameterSizes();
    float[] values = uniform(sizes.stream().mapToInt(Integer::intValue).sum(), 1);
    int at = 0;
    for (NetLayer l : workload.net().layers()) {
      float bound = (float) (1 / Math.sqrt(l.fanIn()));
      for (int end = at + l.parameterElements(); at < end; at++) {
        values[at] = bound * (2 * values[at] - 1);
      }
    }
    return values;
  }

  /** In [0, 1), as pixels are. */
  private static float[] uniform(int count, int stream) {
    Philox random = new Philox(SEED, stream);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat();
    }
    return values;
  }

  private static int[] labels(int count, int classes) {
    Philox random = new Philox(SEED, 3);
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(classes);
    }
    return values;
  }

  /** Writes the job's file for one side, with names of its own for what that side writes. */
  Path fileFor(String side) throws IOException {
    Net net = workload.net();
    Map<String, Object> lines = new LinkedHashMap<>();
    lines.put("workload", workload.name());
    lines.put("mode", workload.mode().label());
    lines.put("threads", threads);
    lines.put("batch", workload.batch());
    lines.put("input", net.input().stream().map(String::valueOf).collect(Collectors.joining(" ")));
    lines.put("layers", net.text());
    lines.put("loss", net.crossEntropy() ? "cross_entropy" : "mse");
    lines.put("rate", RATE);
    lines.put("momentum", MOMENTUM);
    lines.put("checkSteps", CHECK_STEPS);
    lines.put("reloadEvery", RELOAD_EVERY);
    lines.put("weights", file("weights"));
    lines.put("x", file("x"));
    lines.put("target", file("target"));
    lines.put("onnx", file("model.onnx"));
    lines.put("result", resultOf(side));
    lines.put("times", timesOf(side));
    lines.put("histogram", histogramOf(side));
    return Files.write(
        file(side + ".job"),
        lines.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
  }

  private Path resultOf(String side) {
    return file(side + ".result");
  }

  private Path timesOf(String side) {
    return file(side + ".times");
  }

  /** Where the side leaves the times of a load. */
  public Path histogramOf(String side) {
    return file(side + ".histogram");
  }

  /** What the side prints beside its answers. */
  Path logOf(String side) {
    return file(side + ".log");
  }

  /** Nanoseconds of each run in the side's last round. */
  public long[] times(String side) throws SideFailure {
    try {
      return Numbers.longs(timesOf(side));
    } catch (IOException e) {
      throw new SideFailure("it left no times: " + e, false);
    }
  }

  /**
   * What the side computed, part by part. Of weights after training it is the change: the weights
   * themselves are nearly all first weights, and would hide a wrong step.
   *
   * @throws SideFailure where there are no values, or not as many as there should be
   */
  public Outcome outcome(String side) throws IOException {
    float[] values = results(side);
    Map<String, Integer> sizes = partSizes();
    int expected = sizes.values().stream().mapToInt(Integer::intValue).sum();
    if (values.length != expected) {
      throw new SideFailure("it left " + values.length + " results, not " + expected, false);
    }
    float[] before = workload.mode() == Mode.STEP ? Numbers.floats(file("weights")) : new float[0];
    int losses = values.length - before.length;
    Map<String, double[]> parts = new LinkedHashMap<>();
    int at = 0;
    for (Map.Entry<String, Integer> e : sizes.entrySet()) {
      double[] part = new double[e.getValue()];
      for (int i = 0; i < part.length; i++, at++) {
        boolean change = before.length > 0 && at >= losses;
        part[i] = change ? (double) values[at] - before[at - losses] : values[at];
      }
      parts.put(e.getKey(), part);
    }
    return new Outcome(parts);
  }

  private float[] results(String side) throws SideFailure {
    try {
      return Numbers.floats(resultOf(side));
    } catch (IOException e) {
      throw new SideFailure("it left no results: " + e, false);
    }
  }

  private Map<String, Integer> partSizes() {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    Mode mode = workload.mode();
    if (mode == Mode.INFERENCE) {
      sizes.put(SCORES, workload.batch() * workload.net().outputs());
      return sizes;
    }
    sizes.put(LOSSES, mode == Mode.STEP ? CHECK_STEPS : 1);
    if (mode != Mode.FORWARD) {
      String what = mode == Mode.STEP ? "the change of parameter " : "the gradient of parameter ";
      int i = 0;
      for (int size : workload.net().parameterSizes()) {
        sizes.put(what + i++, size);
      }
    }
    return sizes;
  }
}
