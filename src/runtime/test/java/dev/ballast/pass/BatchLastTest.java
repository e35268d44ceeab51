package dev.ballast.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.BatchNorm2d;
import dev.ballast.nn.Conv2d;
import dev.ballast.nn.Flatten;
import dev.ballast.nn.Layer;
import dev.ballast.nn.Linear;
import dev.ballast.nn.MaxPool2d;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.nn.Window;
import dev.ballast.op.Image;
import dev.ballast.op.Move;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchLastTest {
  private static Model model(boolean normalized) {
    List<Layer> layers = new ArrayList<>();
    layers.add(Conv2d.of("conv1", 2, 3, Window.of(3).withPadding(1)));
    if (normalized) {
      layers.add(BatchNorm2d.of("norm1", 3));
    }
    layers.add(Activation.RELU);
    layers.add(MaxPool2d.of(2));
    layers.add(Conv2d.of("conv2", 3, 4, Window.of(2)));
    layers.add(Activation.SIGMOID);
    layers.add(new Flatten());
    layers.add(Linear.of("fc", 4 * 2 * 2, 5));
    return new Model("images", Shape.of(2, 6, 6), new Sequential(layers));
  }

  private static Graph gradients(boolean normalized, int batch) {
    return Graphs.gradients(model(normalized), new CrossEntropy(), batch);
  }

  @Test
  void imagesLieBatchLastBetweenTheOpsOnThem() {
    Graph g = BatchLast.run(gradients(false, 16));
    assertTrue(g.nodes().stream().filter(n -> n.op() instanceof Image).count() >= 7);
    for (Node n : g.nodes()) {
      if (n.op() instanceof Image image) {
        assertTrue(image.batchLast(), n.toString());
      }
    }
    long turned =
        g.nodes().stream()
            .filter(
                n ->
                    n.op() instanceof Move.Transpose
                        && n.inputTypes().getFirst().shape().rank() == 4)
            .count();
    assertEquals(
        3, turned, "the input, the last images on their way to the rest, and their gradient");
  }

  @Test
  void whatTheGraphComputesStaysTheSame() {
    for (boolean normalized : new boolean[] {false, true}) {
      Graph before = gradients(normalized, 19);
      Graph after = BatchLast.run(before);
      try (Session a = open(before, normalized);
          Session b = open(after, normalized)) {
        a.run();
        b.run();
        for (String name : before.outputs().keySet()) {
          double[] expected = a.output(name).toDoubles();
          double[] actual = b.output(name).toDoubles();
          for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], 1e-5 + 1e-4 * Math.abs(expected[i]), name);
          }
        }
      }
    }
  }

  private static Session open(Graph graph, boolean normalized) {
    Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()));
    model(normalized).initialize(1, s::parameter);
    Philox random = new Philox(4, 0);
    for (long i = 0; i < s.input(Model.INPUT).elements(); i++) {
      s.input(Model.INPUT).set(i, random.nextGaussian());
    }
    for (long i = 0; i < s.input(Graphs.TARGET).elements(); i++) {
      s.input(Graphs.TARGET).setLong(i, i % 5);
    }
    return s;
  }

  @Test
  void smallBatchesStayAsTheyAre() {
    Graph g = gradients(false, 15);
    assertSame(g, BatchLast.run(g));
  }
}
