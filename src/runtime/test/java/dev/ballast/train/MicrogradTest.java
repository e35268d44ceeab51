package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.SharedData;
import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.kernel.ScalarOp;
import dev.ballast.op.Ops;
import dev.ballast.pass.Passes;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.scalar.ScalarAutodiff;
import dev.ballast.scalar.ScalarBuilder;
import dev.ballast.scalar.ScalarProgram;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * micrograd's demo: a 2-16-16-1 net with ReLU on 100 points in two moons, max-margin loss plus 1e-4
 * Σ w², full batch, learning rate 1 − 0.9 k / 100. Its notebook prints the loss of each of the 100
 * steps; they are met by one node a number and by tensors, in both types.
 */
class MicrogradTest {
  private static final int POINTS = 100;
  private static final int[] WIDTHS = {2, 16, 16, 1};
  private static final double DECAY = 1e-4;
  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");

  private static double[] numbers(Path file) throws IOException {
    Matcher m = NUMBER.matcher(Files.readString(file));
    return m.results().mapToDouble(r -> Double.parseDouble(r.group())).toArray();
  }

  private static int parameters() {
    return IntStream.range(1, WIDTHS.length).map(l -> WIDTHS[l] * (WIDTHS[l - 1] + 1)).sum();
  }

  /** Layer by layer, weights [out, in] and then zero biases. */
  private static double[] initial(double[] weights) {
    double[] p = new double[parameters()];
    int from = 0;
    int to = 0;
    for (int l = 1; l < WIDTHS.length; l++) {
      int n = WIDTHS[l] * WIDTHS[l - 1];
      System.arraycopy(weights, from, p, to, n);
      from += n;
      to += n + WIDTHS[l];
    }
    return p;
  }

  @ParameterizedTest
  @CsvSource({
    "SCALARS, F64, 1e-12",
    "SCALARS, F32, 1e-5",
    "TENSORS, F64, 1e-12",
    "TENSORS, F32, 1e-5"
  })
  void theHundredPublishedLossesAreMet(Form form, DType dtype, double tolerance)
      throws IOException {
    Path folder = SharedData.folder("micrograd");
    double[] moons = numbers(folder.resolve("moons.csv"));
    double[] published = numbers(folder.resolve("published.json"));
    assertEquals(3 * POINTS, moons.length);
    assertEquals(2 * 100, published.length);
    Graph step = form == Form.SCALARS ? scalarStep(dtype) : tensorStep(dtype);
    try (Session s = Session.open(Planner.plan(step, PlanOptions.defaults()))) {
      set(s.parameter("p"), initial(numbers(folder.resolve("init.json"))));
      set(s.input("x"), IntStream.range(0, 2 * POINTS).mapToDouble(i -> moons[i / 2 * 3 + i % 2]));
      set(s.input("y"), IntStream.range(0, POINTS).mapToDouble(i -> moons[i * 3 + 2]));
      for (int k = 0; k < 100; k++) {
        s.input("rate").set(0, 1 - 0.9 * k / 100);
        s.run();
        double loss = s.output("loss").get(0);
        assertEquals(
            published[2 * k], loss, tolerance * Math.max(1, published[2 * k]), "step " + k);
      }
    }
  }

  enum Form {
    SCALARS,
    TENSORS
  }

  private static void set(dev.ballast.kernel.Slice s, DoubleStream values) {
    set(s, values.toArray());
  }

  private static void set(dev.ballast.kernel.Slice s, double... values) {
    assertEquals(s.elements(), values.length);
    for (int i = 0; i < values.length; i++) {
      s.set(i, values[i]);
    }
  }

  private static Graph scalarStep(DType dtype) {
    ScalarBuilder b = new ScalarBuilder(dtype);
    int[] p = IntStream.range(0, parameters()).map(i -> b.input()).toArray();
    int[] x = IntStream.range(0, 2 * POINTS).map(i -> b.input()).toArray();
    int[] y = IntStream.range(0, POINTS).map(i -> b.input()).toArray();
    int sum = b.constant(0);
    for (int i = 0; i < POINTS; i++) {
      int score = score(b, p, new int[] {x[2 * i], x[2 * i + 1]});
      int margin = b.sub(b.constant(1), b.mul(y[i], score));
      sum = b.add(sum, b.apply(ScalarOp.RELU, margin));
    }
    int squares = b.constant(0);
    for (int w : p) {
      squares = b.add(squares, b.mul(w, w));
    }
    int mean = b.mul(sum, b.constant(1.0 / POINTS));
    int loss = b.add(mean, b.mul(b.constant(DECAY), squares));
    ScalarProgram program =
        ScalarProgram.of(
            ScalarAutodiff.valueAndGradient(b.build(loss), p), Shape.SCALAR, Shape.of(p.length));
    GraphBuilder g = new GraphBuilder("micrograd, a node a number");
    Expr parameters = g.parameter("p", TensorType.of(dtype, p.length));
    List<Expr> results =
        g.applyAll(program, List.of(parameters, data(g, dtype), targets(g, dtype)));
    return finished(g, parameters, results.getFirst(), results.getLast(), dtype);
  }

  private static int score(ScalarBuilder b, int[] p, int[] x) {
    int[] layer = x;
    int at = 0;
    for (int l = 1; l < WIDTHS.length; l++) {
      int[] next = new int[WIDTHS[l]];
      int bias = at + WIDTHS[l] * layer.length;
      for (int o = 0; o < next.length; o++) {
        next[o] = p[bias + o];
        for (int in : layer) {
          next[o] = b.add(next[o], b.mul(p[at++], in));
        }
        next[o] = l == WIDTHS.length - 1 ? next[o] : b.apply(ScalarOp.RELU, next[o]);
      }
      at = bias + next.length;
      layer = next;
    }
    return layer[0];
  }

  private static Graph tensorStep(DType dtype) {
    GraphBuilder g = new GraphBuilder("micrograd, tensors");
    Expr p = g.parameter("p", TensorType.of(dtype, parameters()));
    Expr h = data(g, dtype);
    int at = 0;
    for (int l = 1; l < WIDTHS.length; l++) {
      int n = WIDTHS[l] * WIDTHS[l - 1];
      Expr w = Ops.reshape(Ops.slice(p, 0, at, at + n), WIDTHS[l], WIDTHS[l - 1]);
      Expr bias = Ops.slice(p, 0, at + n, at + n + WIDTHS[l]);
      h = Ops.add(Ops.matmul(h, w, false, true), bias);
      h = l == WIDTHS.length - 1 ? h : Ops.relu(h);
      at += n + WIDTHS[l];
    }
    Expr score = Ops.reshape(h, POINTS);
    Expr margin = Ops.sub(Ops.constant(score, 1), Ops.mul(targets(g, dtype), score));
    Expr decay = Ops.mul(Ops.constant(p, DECAY), Ops.sum(Ops.square(p)));
    Expr loss = Ops.add(Ops.mean(Ops.relu(margin)), decay);
    Expr gradient = Autodiff.gradients(loss, List.of(p)).getFirst();
    return finished(g, p, loss, gradient, dtype);
  }

  private static Expr data(GraphBuilder g, DType dtype) {
    return g.input("x", TensorType.of(dtype, POINTS, 2));
  }

  private static Expr targets(GraphBuilder g, DType dtype) {
    return g.input("y", TensorType.of(dtype, POINTS));
  }

  private static Graph finished(GraphBuilder g, Expr p, Expr loss, Expr gradient, DType dtype) {
    Expr rate = g.input("rate", TensorType.of(dtype));
    g.output("loss", loss);
    g.update(p, Ops.assign(p, Ops.sub(p, Ops.mul(rate, gradient))));
    return Passes.forRunning(g.build());
  }
}
