package dev.ballast.bench;

import dev.ballast.cli.definition.Definition;
import dev.ballast.ir.Expr;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.Loss;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Dropout;
import dev.ballast.nn.Flatten;
import dev.ballast.nn.Initializer;
import dev.ballast.nn.Layer;
import dev.ballast.nn.LayerScope;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.op.Ops;
import dev.ballast.optim.Adam;
import dev.ballast.optim.Optimizer;
import dev.ballast.optim.Sgd;
import dev.ballast.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network whose memory is compared, and how it is trained.
 *
 * @param batch in training
 */
record MemorySubject(Model model, Loss loss, Optimizer optimizer, int batch) {
  /** y = x + branch(x). */
  record Residual(Sequential branch) implements Layer {
    @Override
    public Expr apply(LayerScope scope, Expr x) {
      return Ops.add(x, branch.apply(scope, x));
    }
  }

  static MemorySubject of(Definition d) {
    return new MemorySubject(
        d.model(), d.options().loss(), d.options().optimizer(), d.options().batch());
  }

  /** Layers of a width, each with its activation. */
  static MemorySubject deepPerceptron(int layers, int width, int batch) {
    List<Layer> body = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      // With weights as small as those of torch.nn.Linear, 64 layers forget their input.
      Linear linear = Linear.of("fc" + i, width, width);
      body.add(linear.withInitializers(Initializer.heNormal(), linear.bias()));
      body.add(Activation.RELU);
    }
    body.add(Linear.of("out", width, 10));
    return deep("mlp-" + layers, width, body, batch);
  }

  /** Blocks y = x + W₂ relu(W₁ relu(x)). */
  static MemorySubject residual(int blocks, int width, int batch) {
    List<Layer> body = new ArrayList<>();
    body.add(Linear.of("in", width, width));
    for (int i = 0; i < blocks; i++) {
      body.add(
          new Residual(
              Sequential.of(
                  Activation.RELU,
                  Linear.of("a" + i, width, width),
                  Activation.RELU,
                  Linear.of("b" + i, width, width))));
    }
    body.add(Linear.of("out", width, 10));
    return deep("residual-" + blocks, width, body, batch);
  }

  private static MemorySubject deep(String name, int width, List<Layer> body, int batch) {
    Model model = new Model(name, Shape.of(width), new Sequential(body));
    return new MemorySubject(model, new CrossEntropy(), Sgd.of(0.01), batch);
  }

  /** The layers as {@code bench/peers/memory.py} reads them. */
  List<Map<String, Object>> layers() {
    return described(model.body());
  }

  private static List<Map<String, Object>> described(Layer layer) {
    return switch (layer) {
      case Sequential s -> s.layers().stream().flatMap(l -> described(l).stream()).toList();
      case Linear l ->
          List.of(of("linear", Map.of("in", l.in(), "out", l.out(), "bias", l.hasBias())));
      case Dropout d -> List.of(of("dropout", Map.of("rate", d.rate())));
      case Flatten f -> List.of(of("flatten", Map.of()));
      case Activation a -> List.of(of(a.label(), Map.of()));
      case Residual r -> List.of(of("residual", Map.of("branch", described(r.branch()))));
      default ->
          throw new IllegalArgumentException(
              "bench memory can't tell PyTorch of a layer " + layer + ": add it there");
    };
  }

  /** The optimizer, likewise. */
  Map<String, Object> optimizerDescribed() {
    return switch (optimizer) {
      case Sgd s ->
          of(
              "sgd",
              Map.of(
                  "rate",
                  s.learningRate(),
                  "momentum",
                  s.momentum(),
                  "nesterov",
                  s.nesterov(),
                  "decay",
                  s.weightDecay()));
      case Adam a ->
          of(
              a.decoupled() ? "adamw" : "adam",
              Map.of("rate", a.learningRate(), "decay", a.weightDecay()));
      default ->
          throw new IllegalArgumentException(
              "bench memory can't tell PyTorch of " + optimizer + ": add it there");
    };
  }

  private static Map<String, Object> of(String kind, Map<String, Object> more) {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("kind", kind);
    m.putAll(more);
    return m;
  }
}
