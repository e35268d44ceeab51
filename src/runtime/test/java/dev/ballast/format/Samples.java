package dev.ballast.format;

import static dev.ballast.op.Ops.add;
import static dev.ballast.op.Ops.argMax;
import static dev.ballast.op.Ops.cast;
import static dev.ballast.op.Ops.crossEntropy;
import static dev.ballast.op.Ops.dropout;
import static dev.ballast.op.Ops.gather;
import static dev.ballast.op.Ops.matmul;
import static dev.ballast.op.Ops.mean;
import static dev.ballast.op.Ops.relu;
import static dev.ballast.op.Ops.reshape;
import static dev.ballast.op.Ops.sum;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Op;
import dev.ballast.ir.Phase;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slices;
import dev.ballast.op.OpName;
import dev.ballast.op.Update;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** Graphs, weights and files to try the format on. */
final class Samples {
  private Samples() {}

  /** A user's own op, with an attribute of every type. It hands its input through. */
  @OpName("test_marker")
  public record Marker(int i, long l, double d, boolean b, String s, DType t, List<Integer> list)
      implements Op {
    static final Marker USUAL =
        new Marker(-7, Long.MIN_VALUE, -0.0, true, "grüße 🚢", DType.I64, List.of(3, -1));

    @Override
    public String name() {
      return "test_marker";
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      return inputs;
    }

    @Override
    public void gradient(Backprop b) {
      b.contribute(0, b.dout());
    }

    @Override
    public Kernel reference(Slices s) {
      return () -> s.out().memory().copyFrom(s.in(0).memory());
    }
  }

  /** One product: the example of FORMAT.md. */
  static Graph line() {
    GraphBuilder b = new GraphBuilder("line");
    Expr x = b.input("x", TensorType.f32(1, 2));
    Expr w = b.parameter("w", TensorType.f32(2, 1));
    b.output("y", b.named("fc", () -> matmul(x, w)));
    return b.build();
  }

  /** Values of every kind, phases, attributes of nearly every type, several updates. */
  static Graph training() {
    GraphBuilder b = new GraphBuilder("Übung 1");
    Expr x = b.input("x", TensorType.f32(4, 2, 3));
    Expr labels = b.input("labels", TensorType.i64(4));
    Expr w = b.parameter("fc.weight", TensorType.f32(6, 3));
    Expr table = b.parameter("table", TensorType.of(DType.F64, 5));
    Expr bias = b.parameter("fc.bias", TensorType.f32(3));
    Expr velocity = b.state("velocity", TensorType.f32(6, 3));
    Expr counter = b.state("counter", TensorType.i64(2));
    Expr rate = b.constant(Literal.scalar(DType.F32, 0.1));
    Expr indices = b.constant(Literal.of(TensorType.i32(2), 4, 0));
    Expr ones = b.constant(Literal.of(TensorType.i64(2), 0, 1));
    Expr scores =
        b.named(
            "fc",
            () -> {
              Expr flat = dropout(reshape(x, -1, 6), counter, 0.25, 9);
              return relu(add(matmul(flat, w), bias));
            });
    Expr loss = b.named("loss", () -> mean(crossEntropy(scores, labels)));
    Expr picked = sum(cast(gather(table, indices, 0), DType.F32), List.of(0), true);
    b.output("loss", loss);
    b.output("class", argMax(scores, 1));
    b.output("picked", picked);
    Expr gradient = b.during(Phase.BACKWARD, () -> matmul(reshape(x, -1, 6), scores, true, false));
    b.during(
        Phase.UPDATE,
        () -> {
          Op sgd = new Update.Sgd(0.9, true, 1e-4);
          List<Expr> next = b.applyAll(sgd, List.of(w, gradient, rate, velocity));
          b.update(velocity, next.get(1));
          b.update(w, next.get(0));
          b.update(counter, add(counter, ones));
          return next;
        });
    return b.build();
  }

  /** A graph with a user's own op. */
  static Graph marked() {
    GraphBuilder b = new GraphBuilder("marked");
    Expr x = b.input("x", TensorType.f32(2));
    b.output("y", b.apply(Marker.USUAL, x));
    return b.build();
  }

  /** Weights with another number in each element, and {@code between} in the bytes between. */
  static MemorySegment weights(Graph graph, Arena arena, byte between) {
    MemorySegment region = arena.allocate(Layout.weightsBytes(graph), 64).fill(between);
    long at = 0;
    for (Value.Parameter p : graph.parameters()) {
      for (int i = 0; i < p.type().elements(); i++) {
        double element = 0.5 - 2.5 * i + at;
        switch (p.type().dtype()) {
          case F32 -> region.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at + 4L * i, (float) element);
          case F64 -> region.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, at + 8L * i, element);
          case I32 -> region.set(ValueLayout.JAVA_INT_UNALIGNED, at + 4L * i, i);
          case I64 -> region.set(ValueLayout.JAVA_LONG_UNALIGNED, at + 8L * i, i);
        }
      }
      at = Layout.align(at + p.type().bytes(), 64);
    }
    return region;
  }

  static SequencedMap<String, String> metadata(String... keysAndTexts) {
    SequencedMap<String, String> m = new LinkedHashMap<>();
    for (int i = 0; i < keysAndTexts.length; i += 2) {
      m.put(keysAndTexts[i], keysAndTexts[i + 1]);
    }
    return m;
  }

  /** Writes a graph with the sample weights. */
  static Path write(Path file, Graph graph, String... keysAndTexts) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      ModelFile.write(file, graph, weights(graph, arena, (byte) 0), metadata(keysAndTexts));
    }
    return file;
  }

  /** The bytes of such a file. */
  static byte[] bytes(Path folder, Graph graph, String... keysAndTexts) throws IOException {
    return Files.readAllBytes(write(folder.resolve("sample.ballast"), graph, keysAndTexts));
  }
}
