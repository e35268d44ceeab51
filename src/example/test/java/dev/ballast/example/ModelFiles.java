package dev.ballast.example;

import dev.ballast.format.ModelFile;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Interpreter;
import dev.ballast.ir.Value;
import dev.ballast.loss.BinaryCrossEntropy;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Sgd;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import dev.ballast.train.TrainingOptions;
import dev.ballast.train.TrainingSession;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.TreeMap;

/** Model files for tests, and what they answer. */
final class ModelFiles {
  private ModelFiles() {}

  /** The service's network, after so many steps of learning. */
  static Path write(Path file, Payments.Pattern pattern, int steps) throws IOException {
    Payments payments = new Payments(3, pattern);
    try (TrainingSession training = FraudModel.open()) {
      for (int i = 0; i < steps; i++) {
        Examples batch = payments.next(FraudModel.BATCH);
        training.x().copyFrom(batch.x());
        training.target().copyFrom(batch.fraud());
        training.step();
      }
      ModelFile.write(file, training.serving(), training.keep(), new TreeMap<>());
      return file;
    }
  }

  /** A network that takes and gives the same, and is another. */
  static Path writeOther(Path file) throws IOException {
    Model model =
        new Model(
            "payments", Shape.of(Field.count()), Sequential.of(Linear.of("fc1", Field.count(), 1)));
    try (TrainingSession training =
        TrainingSession.open(
            model, TrainingOptions.of(new BinaryCrossEntropy(), Sgd.of(0.1)).withBatch(1))) {
      ModelFile.write(file, training.serving(), training.keep(), new TreeMap<>());
      return file;
    }
  }

  /** What the interpreter makes of it, one example after the other. */
  static float[] interpret(Path file, Examples examples) throws IOException {
    float[] scores = new float[examples.count()];
    try (ModelFile model = ModelFile.open(file)) {
      Graph graph = model.graph();
      for (int i = 0; i < scores.length; i++) {
        try (Arena arena = Arena.ofConfined()) {
          Interpreter interpreter = Interpreter.of(graph, arena);
          long offset = 0;
          for (Value.Parameter p : graph.parameters()) {
            MemorySegment from = model.weights().asSlice(offset, p.type().bytes());
            interpreter.slice(p).memory().copyFrom(from);
            offset += (p.type().bytes() + 63) / 64 * 64;
          }
          int n = Field.count();
          MemorySegment x = interpreter.slice(graph.inputs().getFirst()).memory();
          MemorySegment.copy(examples.x(), i * n, x, ValueLayout.JAVA_FLOAT, 0, n);
          interpreter.run(graph, arena);
          scores[i] = (float) interpreter.slice(graph.outputs().get(Graphs.PROBABILITIES)).get(0);
        }
      }
    }
    return scores;
  }
}
