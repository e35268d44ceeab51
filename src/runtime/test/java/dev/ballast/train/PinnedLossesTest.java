package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.data.IdxDataset;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Model;
import dev.ballast.optim.Optimizer;
import dev.ballast.optim.Sgd;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * The first ten losses of {@code models/mnist-mlp.toml} (seed 1) in file order. The numbers are
 * PyTorch's, from the same first weights: {@code test/python/pinned_losses.py} prints them.
 */
class PinnedLossesTest {
  private static final double[] TORCH = {
    2.3184040, 2.3247740, 2.3068600, 2.3208220, 2.2630432,
    2.2574055, 2.2374635, 2.2315531, 2.2185953, 2.2138722
  };

  private static double[] losses(boolean reuse) throws IOException {
    Optimizer sgd = Sgd.of(0.01).withMomentum(0.9);
    var graph = Graphs.trainingStep(Mnist.mlp(), new CrossEntropy(), sgd, 64);
    var plan = Planner.plan(graph, PlanOptions.defaults().withReuse(reuse));
    double[] losses = new double[TORCH.length];
    try (IdxDataset data = Mnist.train(0.1307, 0.3081);
        Session s = Session.open(plan)) {
      Mnist.mlp().initialize(1, s::parameter);
      s.input(Graphs.RATE).set(0, sgd.learningRate());
      for (int step = 0; step < losses.length; step++) {
        for (int row = 0; row < 64; row++) {
          data.copy(64 * step + row, s.input(Model.INPUT), s.input(Graphs.TARGET), row);
        }
        s.run();
        losses[step] = s.output(Graphs.LOSS).get(0);
      }
    }
    return losses;
  }

  @Test
  void theFirstTenLossesAreTorchs() throws IOException {
    double[] losses = losses(true);
    for (int i = 0; i < TORCH.length; i++) {
      assertEquals(TORCH[i], losses[i], 1e-5, "step " + i + " of " + Arrays.toString(losses));
    }
  }

  @Test
  void withoutReuseTheyAreTheSameBits() throws IOException {
    assertArrayEquals(losses(true), losses(false));
  }
}
