package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Graph;
import dev.ballast.loss.Loss;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gradient with respect to the input against central differences of a network in double. */
class SensitivityTest {
  private static final int IN = 9;
  private static final int HIDDEN = 7;
  private static final double STEP = 1e-5;

  private static Model model(int out, boolean endsInSigmoid) {
    Sequential scores =
        Sequential.of(Linear.of("fc1", IN, HIDDEN), Activation.TANH, Linear.of("fc2", HIDDEN, out));
    return new Model(
        "small", Shape.of(IN), endsInSigmoid ? Sequential.of(scores, Activation.SIGMOID) : scores);
  }

  /** The network again, in double, as the textbook has it. */
  private static double[] scores(Session s, double[] x, int out) {
    double[] hidden = linear(s, "fc1", x, HIDDEN);
    return linear(
        s, "fc2", IntStream.range(0, HIDDEN).mapToDouble(i -> Math.tanh(hidden[i])).toArray(), out);
  }

  private static double[] linear(Session s, String name, double[] x, int out) {
    double[] y = new double[out];
    for (int o = 0; o < out; o++) {
      y[o] = s.parameter(name + ".bias").get(o);
      for (int i = 0; i < x.length; i++) {
        y[o] += s.parameter(name + ".weight").get((long) o * x.length + i) * x[i];
      }
    }
    return y;
  }

  /**
   * 1 − ŷ of class k: exact where it is tiny. Of one output, the probability of the other class.
   */
  private static double others(double[] z, int k) {
    double[] all = z.length == 1 ? new double[] {0, z[0]} : z;
    double sum = 0;
    for (int j = 0; j < all.length; j++) {
      sum += j == k ? 0 : Math.exp(all[j] - all[k]);
    }
    return sum / (1 + sum);
  }

  @ParameterizedTest
  @CsvSource({
    "cross_entropy, 4, 1",
    "cross_entropy, 4, 30",
    "cross_entropy, 2, 60",
    "binary_cross_entropy, 1, 1",
    "mse, 1, 1"
  })
  void itIsTheGradientOfTheProbability(String label, int out, double scale) {
    Loss loss = label.equals("mse") ? new MeanSquaredError(true) : Loss.of(label);
    Model model = model(out, label.equals("mse"));
    Graph graph = Graphs.sensitivity(Graphs.serving(model, loss, 3));
    try (Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()))) {
      model.initialize(5, s::parameter);
      for (int i = 0; i < HIDDEN * out; i++) {
        s.parameter("fc2.weight").set(i, scale * s.parameter("fc2.weight").get(i));
      }
      Philox random = new Philox(3, 0);
      double[] x = new double[IN];
      for (int i = 0; i < IN; i++) {
        x[i] = 2 * random.nextFloat() - 1;
        s.input(Model.INPUT).set(i, x[i]);
      }
      s.run();
      double[] z = scores(s, x, out);
      double[] all = out == 1 ? new double[] {0, z[0]} : z;
      int k = IntStream.range(0, all.length).reduce((a, b) -> all[b] > all[a] ? b : a).getAsInt();
      double p = s.output(Graphs.PROBABILITIES).get(out == 1 ? 0 : k);
      assertEquals(1 - others(z, k), out == 1 && k == 0 ? 1 - p : p, 1e-5);
      double largest = 0;
      double[] expected = new double[IN];
      for (int i = 0; i < IN; i++) {
        double at = x[i];
        x[i] = at + STEP;
        double above = others(scores(s, x, out), k);
        x[i] = at - STEP;
        double below = others(scores(s, x, out), k);
        x[i] = at;
        expected[i] = Math.abs(above - below) / (2 * STEP);
        largest = Math.max(largest, expected[i]);
      }
      assertTrue(largest > 0);
      for (int i = 0; i < IN; i++) {
        assertEquals(expected[i], s.output(Graphs.SENSITIVITY).get(i), 1e-3 * largest, "at " + i);
      }
    }
  }

  @Test
  void aRegressionHasNone() {
    Graph graph = Graphs.serving(model(1, false), new MeanSquaredError(), 1);
    assertThrows(IllegalArgumentException.class, () -> Graphs.sensitivity(graph));
  }
}
