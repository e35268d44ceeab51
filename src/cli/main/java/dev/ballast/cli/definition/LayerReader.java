package dev.ballast.cli.definition;

import dev.ballast.nn.Activation;
import dev.ballast.nn.Dropout;
import dev.ballast.nn.Embedding;
import dev.ballast.nn.Flatten;
import dev.ballast.nn.Initializer;
import dev.ballast.nn.Layer;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Named;
import dev.ballast.nn.Residual;
import dev.ballast.nn.Sequential;
import dev.ballast.nn.TiedLinear;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Layers in order, each with the shape that the one before leaves. */
final class LayerReader {
  private final List<Layer> layers = new ArrayList<>();
  private final LayerNames names;
  private Shape shape;

  /** Of the network's input; empty until its first layer is read. */
  private Optional<DType> input;

  private LayerReader(Shape shape, Optional<DType> input, LayerNames names) {
    this.shape = shape;
    this.input = input;
    this.names = names;
  }

  /**
   * @param input the shape of an example
   */
  static LayerReader ofNetwork(Shape input) {
    return new LayerReader(input, Optional.empty(), LayerNames.ofNetwork());
  }

  Sequential body() {
    return new Sequential(layers);
  }

  /** What an example is made of: whole numbers where an embedding is the first layer. */
  DType input() {
    return input.orElse(DType.F32);
  }

  void add(Section s) throws DefinitionException {
    String kind = s.text("kind");
    names.count();
    Layer layer =
        switch (kind) {
          case "embedding" -> embedding(s);
          case "positions" -> new TokenLayerReader(s, shape, names).positions();
          case "layer_norm" -> new TokenLayerReader(s, shape, names).layerNorm();
          case "attention" -> new TokenLayerReader(s, shape, names).attention();
          case "residual" -> residual(s);
          case "sequence" -> sequence(s);
          case "linear" -> linear(s);
          case "flatten" -> {
            shape = Shape.of(Math.toIntExact(shape.elements()));
            yield new Flatten();
          }
          case "dropout" -> dropout(s);
          case "conv2d" -> onImages(s, r -> r.conv2d(names.of(s, "conv")));
          case "max_pool2d" -> onImages(s, ImageLayerReader::maxPool2d);
          case "avg_pool2d" -> onImages(s, ImageLayerReader::avgPool2d);
          case "batch_norm2d" -> onImages(s, r -> r.batchNorm2d(names.of(s, "norm")));
          case "gru" -> recurrent(s, r -> r.gru(names.of(s, "gru")));
          case "lstm" -> recurrent(s, r -> r.lstm(names.of(s, "lstm")));
          default -> s.named("kind", LayerReader::activation);
        };
    layers.add(layer);
    input = Optional.of(input());
    s.finish();
  }

  private Layer embedding(Section s) throws DefinitionException {
    if (input.isPresent()) {
      throw s.at("kind", "takes whole numbers, and so can only be the first layer of all");
    }
    String name = names.of(s, "embedding");
    Embedding embedding = Embedding.of(name, s.whole("vocabulary", 1), s.whole("width", 1));
    if (s.has("deviation")) {
      embedding =
          embedding.withInitializer(
              Initializer.normal(0, TokenLayerReader.deviation(s, "deviation")));
    }
    names.add(name, new LayerNames.Embedded(embedding.vocabulary(), embedding.width()));
    input = Optional.of(DType.I32);
    shape = shape.append(Shape.of(embedding.width()));
    return embedding;
  }

  private Layer residual(Section s) throws DefinitionException {
    LayerReader inner = new LayerReader(shape, Optional.of(input()), names);
    inner.addAll(s);
    if (!inner.shape.equals(shape)) {
      throw s.at(
          "layer",
          "the layers make %s of %s, which can't be added: a residual's last layer leaves the shape that its first gets"
              .formatted(inner.shape, shape));
    }
    return new Residual(inner.body());
  }

  private Layer sequence(Section s) throws DefinitionException {
    if (!s.has("repeat")) {
      Optional<String> name = s.has("name") ? Optional.of(names.of(s)) : Optional.empty();
      Layer body = part(s, name.map(names::within).orElse(names));
      return name.<Layer>map(n -> new Named(n, body)).orElse(body);
    }
    String name = names.of(s);
    List<Layer> parts = new ArrayList<>();
    for (int i = 0; i < s.whole("repeat", 1); i++) {
      parts.add(part(s, names.within(name + "." + i)));
    }
    return Named.list(name, parts);
  }

  private Layer part(Section s, LayerNames namesWithin) throws DefinitionException {
    LayerReader inner = new LayerReader(shape, input, namesWithin);
    inner.addAll(s);
    shape = inner.shape;
    input = inner.input;
    return inner.body();
  }

  private void addAll(Section s) throws DefinitionException {
    for (Section layer : s.sections("layer")) {
      add(layer);
    }
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

  private Layer linear(Section s) throws DefinitionException {
    String name = names.of(s, "linear");
    if (shape.rank() < 1) {
      throw s.at("kind", "a linear layer needs an input of at least one dimension");
    }
    if (s.has("tied")) {
      TiedLinear tied = new TokenLayerReader(s, shape, names).tied(name);
      shape = shape.withDim(-1, names.embedding(tied.embedding()).orElseThrow().vocabulary());
      return tied;
    }
    int in = shape.dim(-1);
    int out = s.whole("out", 1);
    Linear linear = Linear.of(name, in, out);
    if (s.has("init")) {
      Initializer weight = initializer(s, in);
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

  /** As {@code init} says, and of {@code normal} its {@code deviation}. */
  static Initializer initializer(Section s, int fan) throws DefinitionException {
    if (s.text("init").equals("normal")) {
      return Initializer.normal(0, TokenLayerReader.deviation(s, "deviation"));
    }
    return s.named("init", i -> initializer(i, fan));
  }

  private static Initializer initializer(String label, int fan) {
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
                  + "': torch, glorot_uniform, glorot_normal, he_uniform, he_normal, normal or"
                  + " zeros");
    };
  }

  private static Activation activation(String label) {
    try {
      return Activation.of(label);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "unknown layer '"
              + label
              + "': linear, embedding, positions, attention, layer_norm, conv2d, max_pool2d,"
              + " avg_pool2d, batch_norm2d, gru, lstm, flatten, dropout, residual,"
              + " sequence or an activation",
          e);
    }
  }
}
