package dev.ballast.cli.definition;

import dev.ballast.nn.Activation;
import dev.ballast.nn.Dropout;
import dev.ballast.nn.Flatten;
import dev.ballast.nn.Initializer;
import dev.ballast.nn.Layer;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Sequential;
import dev.ballast.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Layers in order, each with the shape that the one before leaves. */
final class LayerReader {
  private final List<Layer> layers = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private Shape shape;

  LayerReader(Shape input) {
    this.shape = input;
  }

  Sequential body() {
    return new Sequential(layers);
  }

  void add(Section s) throws DefinitionException {
    String kind = s.text("kind");
    layers.add(
        switch (kind) {
          case "linear" -> linear(s);
          case "flatten" -> {
            shape = Shape.of(Math.toIntExact(shape.elements()));
            yield new Flatten();
          }
          case "dropout" -> dropout(s);
          case "conv2d" -> onImages(s, r -> r.conv2d(name(s, "conv")));
          case "max_pool2d" -> onImages(s, ImageLayerReader::maxPool2d);
          case "avg_pool2d" -> onImages(s, ImageLayerReader::avgPool2d);
          case "batch_norm2d" -> onImages(s, r -> r.batchNorm2d(name(s, "norm")));
          case "gru" -> recurrent(s, r -> r.gru(name(s, "gru")));
          case "lstm" -> recurrent(s, r -> r.lstm(name(s, "lstm")));
          default -> s.named("kind", LayerReader::activation);
        });
    s.finish();
  }

  private interface ImageLayer {
    Layer of(ImageLayerReader reader) throws DefinitionException;
  }

  private Layer onImages(Section s, ImageLayer made) throws DefinitionException {
    ImageLayerReader reader = new ImageLayerReader(s, shape);
    Layer layer = made.of(reader);
    shape = reader.after(layer);
    return layer;
  }

  private interface RecurrentLayer {
    Layer of(RecurrentLayerReader reader) throws DefinitionException;
  }

  private Layer recurrent(Section s, RecurrentLayer made) throws DefinitionException {
    RecurrentLayerReader reader = new RecurrentLayerReader(s, shape);
    Layer layer = made.of(reader);
    shape = reader.after();
    return layer;
  }

  /** The layer's name, by default its kind and place. */
  private String name(Section s, String kind) throws DefinitionException {
    String name = s.text("name", kind + (layers.size() + 1));
    if (!names.add(name)) {
      throw s.at("name", "another layer is named '" + name + "'");
    }
    return name;
  }

  private Layer linear(Section s) throws DefinitionException {
    String name = name(s, "linear");
    if (shape.rank() < 1) {
      throw s.at("kind", "a linear layer needs an input of at least one dimension");
    }
    int in = shape.dim(-1);
    int out = s.whole("out", 1);
    Linear linear = Linear.of(name, in, out);
    if (s.has("init")) {
      Initializer weight = s.named("init", i -> initializer(i, in));
      Initializer bias = s.text("init").equals("torch") ? linear.bias() : Initializer.zeros();
      linear = linear.withInitializers(weight, bias);
    }
    shape = shape.withDim(-1, out);
    return s.flag("bias", true) ? linear : linear.withoutBias();
  }

  private static Layer dropout(Section s) throws DefinitionException {
    double rate = s.number("rate");
    if (!(rate >= 0 && rate < 1)) {
      throw s.at("rate", "must be in [0, 1), not " + rate);
    }
    return new Dropout(rate);
  }

  static Initializer initializer(String label, int fan) {
    return switch (label) {
      case "torch" -> Initializer.torchLinear(fan);
      case "glorot_uniform" -> Initializer.glorotUniform();
      case "glorot_normal" -> Initializer.glorotNormal();
      case "he_uniform" -> Initializer.heUniform();
      case "he_normal" -> Initializer.heNormal();
      case "zeros" -> Initializer.zeros();
      default ->
          throw new IllegalArgumentException(
              "unknown initializer '"
                  + label
                  + "': torch, glorot_uniform, glorot_normal, he_uniform, he_normal or zeros");
    };
  }

  private static Activation activation(String label) {
    try {
      return Activation.of(label);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "unknown layer '"
              + label
              + "': linear, conv2d, max_pool2d, avg_pool2d, batch_norm2d, gru, lstm, flatten,"
              + " dropout or an activation",
          e);
    }
  }
}
