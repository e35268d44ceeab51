package dev.ballast.plan;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Phase;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Dropout;
import dev.ballast.nn.Layer;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.op.Ops;
import dev.ballast.optim.Adam;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import java.util.ArrayList;
import java.util.List;

/** Training steps of networks so deep that what waits for the way back is most of their memory. */
final class DeepTraining {
  private DeepTraining() {}

  /** Equal layers, one after the other. */
  static Graph mlp(int layers, int width, int batch, double dropout) {
    List<Layer> body = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      body.add(Linear.of("fc" + i, width, width));
      body.add(Activation.RELU);
      body.add(new Dropout(dropout));
    }
    return step("mlp", body, width, batch);
  }

  /** Blocks of two layers with a way around each: x + f(x). */
  static Graph residual(int blocks, int width, int batch, double dropout) {
    List<Layer> body = new ArrayList<>();
    for (int i = 0; i < blocks; i++) {
      Layer block =
          Sequential.of(
              Linear.of("in" + i, width, width),
              Activation.TANH,
              new Dropout(dropout),
              Linear.of("out" + i, width, width));
      body.add((scope, x) -> Ops.add(x, block.apply(scope, x)));
    }
    return step("residual", body, width, batch);
  }

  private static Graph step(String name, List<Layer> body, int width, int batch) {
    List<Layer> all = new ArrayList<>(body);
    all.add(Linear.of("head", width, 10));
    Model model = new Model(name, Shape.of(width), Sequential.of(all.toArray(Layer[]::new)));
    return Graphs.trainingStep(model, new CrossEntropy(), Adam.of(0.01), batch);
  }

  static long forwardFlops(Graph g) {
    return g.nodes().stream().filter(n -> n.phase() == Phase.FORWARD).mapToLong(Node::flops).sum();
  }
}
