package dev.ballast.serve;

import dev.ballast.format.ModelFile;
import dev.ballast.ir.Graph;
import dev.ballast.kernel.Slice;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.pass.Rebatch;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeMap;

/** A classifier small enough to be served thousands of times in a test. */
final class SmallModel {
  static final int INPUTS = 20;
  static final Model MODEL =
      new Model(
          "small",
          Shape.of(INPUTS),
          Sequential.of(Linear.of("fc1", INPUTS, 48), Activation.RELU, Linear.of("fc2", 48, 10)));

  private SmallModel() {}

  static Graph graph() {
    return Graphs.serving(MODEL, new CrossEntropy(), 1);
  }

  /** First weights of a seed, in an arena that lives on. */
  static MemorySegment weights(long seed) {
    MemorySegment copy;
    try (Session s = Session.open(Planner.plan(graph(), PlanOptions.defaults()))) {
      MODEL.initialize(seed, s::parameter);
      copy = Arena.ofAuto().allocate(s.weights().byteSize(), PlanOptions.ALIGNMENT);
      copy.copyFrom(s.weights());
    }
    return copy;
  }

  static ServingModel serving(long seed) {
    return ServingModel.of(graph(), weights(seed), ServingOptions.defaults());
  }

  static Path file(Path folder, long seed) throws IOException {
    Path file = folder.resolve("small-" + seed + ".ballast");
    ModelFile.write(file, graph(), weights(seed), new TreeMap<>());
    return file;
  }

  /** An example, a function of its number. */
  static float[] example(long number) {
    float[] x = new float[INPUTS];
    Philox random = new Philox(number, 7);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /** The probabilities that a plain session, no weights packed and no op fused, gives. */
  static float[] expected(long seed, int batch, float[] examples) {
    Graph sized = Rebatch.run(graph(), batch);
    try (Session s = Session.open(Planner.plan(sized, PlanOptions.defaults()))) {
      s.weights().copyFrom(weights(seed));
      s.input("x").copyFrom(examples);
      s.run();
      return s.output("probabilities").toFloats();
    }
  }

  /** The largest difference. */
  static double distance(float[] expected, Slice found) {
    double most = 0;
    for (int i = 0; i < expected.length; i++) {
      most = Math.max(most, Math.abs(expected[i] - found.get(i)));
    }
    return most;
  }

  static float[] batch(int size, long first) {
    float[] all = new float[size * INPUTS];
    for (int i = 0; i < size; i++) {
      System.arraycopy(example(first + i), 0, all, i * INPUTS, INPUTS);
    }
    return all;
  }

  static long taken(Kind... kinds) {
    return Arrays.stream(kinds).mapToLong(k -> OffHeap.taken().get(k)).sum();
  }

  static long taken() {
    return taken(Kind.values());
  }
}
