package dev.ballast.cli.definition;

import dev.ballast.nn.Gru;
import dev.ballast.nn.Layer;
import dev.ballast.nn.Lstm;
import dev.ballast.tensor.Shape;

/**
 * Recurrent layers.
 *
 * @param section that defines the layer
 * @param shape that the layer before leaves, without the batch
 */
record RecurrentLayerReader(Section section, Shape shape) {

  Layer gru(String name) throws DefinitionException {
    return new Gru(name, width(), hidden(), layers(), dropout(), last());
  }

  Layer lstm(String name) throws DefinitionException {
    return new Lstm(name, width(), hidden(), layers(), dropout(), last());
  }

  /** How many numbers a step is. */
  private int width() throws DefinitionException {
    if (shape.rank() != 2) {
      throw section.at("kind", "needs steps of numbers [T, I], and gets " + shape);
    }
    return shape.dim(1);
  }

  private int hidden() throws DefinitionException {
    return section.whole("hidden", 1);
  }

  private int layers() throws DefinitionException {
    return section.whole("layers", 1, 1);
  }

  private boolean last() throws DefinitionException {
    return section.flag("last", false);
  }

  private double dropout() throws DefinitionException {
    double rate = section.number("dropout", 0);
    if (!(rate >= 0 && rate < 1)) {
      throw section.at("dropout", "must be in [0, 1), not " + rate);
    }
    if (rate > 0 && layers() == 1) {
      throw section.at("dropout", "acts between layers, and there is one");
    }
    return rate;
  }

  /** The shape that the layer leaves: all h, or the last. */
  Shape after() throws DefinitionException {
    return last() ? Shape.of(hidden()) : shape.withDim(1, hidden());
  }
}
