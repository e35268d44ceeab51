package dev.ballast.cli.definition;

import dev.ballast.nn.Initializer;
import dev.ballast.nn.LayerNorm;
import dev.ballast.nn.MultiHeadAttention;
import dev.ballast.nn.Positions;
import dev.ballast.nn.TiedLinear;
import dev.ballast.tensor.Shape;
import java.util.Set;

/**
 * Layers on sequences of vectors, as transformers are made of them. All but the tied one leave the
 * shape that they get.
 *
 * @param section that defines the layer
 * @param shape that the layer before leaves, without the batch
 * @param names that are there already
 */
record TokenLayerReader(Section section, Shape shape, LayerNames names) {

  LayerNorm layerNorm() throws DefinitionException {
    if (shape.rank() < 1) {
      throw section.at("kind", "needs an input of at least one dimension");
    }
    String name = names.of(section, "norm");
    double epsilon = section.number("epsilon", 1e-5);
    if (!(epsilon > 0)) {
      throw section.at("epsilon", "must be above 0, not " + epsilon);
    }
    return new LayerNorm(name, shape.dim(-1), epsilon, section.flag("bias", true));
  }

  Positions positions() throws DefinitionException {
    demandSequence();
    Positions p = Positions.of(names.of(section, "positions"), shape.dim(0), shape.dim(1));
    return section.has("deviation")
        ? p.withInitializer(Initializer.normal(0, deviation(section, "deviation")))
        : p;
  }

  MultiHeadAttention attention() throws DefinitionException {
    demandSequence();
    int width = shape.dim(1);
    String name = names.of(section, "attention");
    int heads = section.whole("heads", 1);
    if (width % heads != 0) {
      throw section.at(
          "heads", "a width of %d does not fall into %d heads".formatted(width, heads));
    }
    MultiHeadAttention a =
        MultiHeadAttention.of(name, width, heads, section.flag("causal", false))
            .withDropout(rate());
    if (section.has("deviation")) {
      double in = deviation(section, "deviation");
      double out = section.has("out_deviation") ? deviation(section, "out_deviation") : in;
      a = a.withInitializers(Initializer.normal(0, in), Initializer.normal(0, out));
    }
    return section.flag("bias", true) ? a : a.withoutBias();
  }

  private double rate() throws DefinitionException {
    double rate = section.number("dropout", 0);
    if (!(rate >= 0 && rate < 1)) {
      throw section.at("dropout", "must be in [0, 1), not " + rate);
    }
    return rate;
  }

  /** A linear layer with the weight of an embedding. */
  TiedLinear tied(String name) throws DefinitionException {
    String other = section.text("tied");
    LayerNames.Embedded e =
        names
            .embedding(other)
            .orElseThrow(
                () ->
                    section.at(
                        "tied",
                        "no embedding before is named '%s', only %s"
                            .formatted(other, names.embeddings())));
    if (shape.rank() < 1 || shape.dim(-1) != e.width()) {
      throw section.at(
          "tied", "'%s' has a width of %d, the layer gets %s".formatted(other, e.width(), shape));
    }
    for (String key : Set.of("bias", "init", "deviation")) {
      if (section.has(key)) {
        throw section.at(key, "a tied layer has no parameter of its own");
      }
    }
    if (section.has("out") && section.whole("out", 1) != e.vocabulary()) {
      throw section.at(
          "out", "'%s' has %d rows, and as many outputs".formatted(other, e.vocabulary()));
    }
    return new TiedLinear(name, other);
  }

  /** Of N(0, deviation²). */
  static double deviation(Section s, String key) throws DefinitionException {
    double deviation = s.number(key);
    if (!(deviation >= 0) || Double.isInfinite(deviation)) {
      throw s.at(key, "must be a finite number, at least 0, not " + deviation);
    }
    return deviation;
  }

  private void demandSequence() throws DefinitionException {
    if (shape.rank() != 2) {
      throw section.at(
          "kind",
          "needs sequences of vectors [length, width], as an embedding makes them, and gets "
              + shape);
    }
  }
}
