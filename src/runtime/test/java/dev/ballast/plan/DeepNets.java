package dev.ballast.plan;

import dev.ballast.ir.Graph;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Layer;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.op.Ops;
import dev.ballast.optim.Optimizer;
import dev.ballast.optim.UpdateRule;
import dev.ballast.pass.PassRule;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Training steps of networks deeper than those under models. */
public final class DeepNets {
  private DeepNets() {}

  /** Layers of a width, each with its activation. */
  public static Graph mlp(int layers, int width, int batch, Optimizer optimizer) {
    return mlp(layers, width, batch, optimizer, PassRule.all());
  }

  static Graph mlp(int layers, int width, int batch, Optimizer optimizer, Set<PassRule> rules) {
    List<Layer> body = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      body.add(Linear.of("fc" + i, width, width));
      body.add(Activation.RELU);
    }
    body.add(Linear.of("out", width, 10));
    return step("deep mlp", width, new Sequential(body), batch, optimizer, rules);
  }

  /** Blocks y = x + W₂ relu(W₁ relu(x)), as residual networks before their activations. */
  public static Graph residual(int blocks, int width, int batch, Optimizer optimizer) {
    return residual(blocks, width, batch, optimizer, PassRule.all());
  }

  static Graph residual(
      int blocks, int width, int batch, Optimizer optimizer, Set<PassRule> rules) {
    List<Layer> body = new ArrayList<>();
    body.add(Linear.of("in", width, width));
    for (int i = 0; i < blocks; i++) {
      Layer branch =
          Sequential.of(
              Activation.RELU,
              Linear.of("a" + i, width, width),
              Activation.RELU,
              Linear.of("b" + i, width, width));
      body.add((scope, x) -> Ops.add(x, branch.apply(scope, x)));
    }
    body.add(Linear.of("out", width, 10));
    return step("residual net", width, new Sequential(body), batch, optimizer, rules);
  }

  private static Graph step(
      String name, int in, Layer body, int batch, Optimizer optimizer, Set<PassRule> rules) {
    Model model = new Model(name, Shape.of(in), body);
    return Graphs.trainingStep(model, new CrossEntropy(), UpdateRule.of(optimizer), batch, rules);
  }
}
