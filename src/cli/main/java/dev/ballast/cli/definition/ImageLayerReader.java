package dev.ballast.cli.definition;

import dev.ballast.ir.GraphBuilder;
import dev.ballast.nn.AvgPool2d;
import dev.ballast.nn.BatchNorm2d;
import dev.ballast.nn.Conv2d;
import dev.ballast.nn.Initializer;
import dev.ballast.nn.Layer;
import dev.ballast.nn.LayerScope;
import dev.ballast.nn.MaxPool2d;
import dev.ballast.nn.Window;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.List;

/**
 * Layers on images.
 *
 * @param section that defines the layer
 * @param shape that the layer before leaves, without the batch
 */
record ImageLayerReader(Section section, Shape shape) {

  /** The channels of the images. */
  private int channels() throws DefinitionException {
    if (shape.rank() != 3) {
      throw section.at(
          "kind",
          "needs images [channels, height, width], and gets %s%s"
              .formatted(shape, shape.rank() == 2 ? ": put a 1 before the sizes of input" : ""));
    }
    return shape.dim(0);
  }

  Layer conv2d(String name) throws DefinitionException {
    int in = channels();
    int out = section.whole("out", 1);
    Conv2d conv = Conv2d.of(name, in, out, window(section.pair("kernel", 1), List.of(1, 1)));
    int groups = section.whole("groups", 1, 1);
    if (in % groups != 0 || out % groups != 0) {
      throw section.at(
          "groups",
          "%d channels in and %d out do not fall into %d groups".formatted(in, out, groups));
    }
    conv = conv.withGroups(groups);
    if (section.has("init") && !section.text("init").equals("torch")) {
      conv = conv.withInitializers(LayerReader.initializer(section, in), Initializer.zeros());
    }
    return section.flag("bias", true) ? conv : conv.withoutBias();
  }

  Layer maxPool2d() throws DefinitionException {
    channels();
    List<Integer> kernel = section.pair("kernel", 1);
    return new MaxPool2d(halfPadded(window(kernel, kernel)));
  }

  Layer avgPool2d() throws DefinitionException {
    channels();
    List<Integer> kernel = section.pair("kernel", 1);
    Window w =
        new Window(
            kernel,
            section.pair("stride", 1, kernel),
            section.pair("padding", 0, List.of(0, 0)),
            List.of(1, 1));
    return new AvgPool2d(halfPadded(w), section.flag("count_padding", true));
  }

  Layer batchNorm2d(String name) throws DefinitionException {
    int channels = channels();
    double epsilon = section.number("epsilon", 1e-5);
    if (!(epsilon > 0)) {
      throw section.at("epsilon", "must be above 0, not " + epsilon);
    }
    double momentum = section.number("momentum", 0.1);
    if (!(momentum >= 0 && momentum <= 1)) {
      throw section.at("momentum", "must be in [0, 1], not " + momentum);
    }
    return new BatchNorm2d(name, channels, epsilon, momentum);
  }

  private Window window(List<Integer> kernel, List<Integer> stride) throws DefinitionException {
    return new Window(
        kernel,
        section.pair("stride", 1, stride),
        section.pair("padding", 0, List.of(0, 0)),
        section.pair("dilation", 1, List.of(1, 1)));
  }

  private Window halfPadded(Window w) throws DefinitionException {
    for (int i = 0; i < 2; i++) {
      if (w.padding().get(i) > w.kernel().get(i) / 2) {
        throw section.at("padding", w.padding() + " is more than half the window " + w.kernel());
      }
    }
    return w;
  }

  /** The shape that a layer leaves. */
  Shape after(Layer layer) throws DefinitionException {
    GraphBuilder b = new GraphBuilder("layer");
    TensorType one = new TensorType(DType.F32, Shape.of(1).append(shape));
    try {
      Shape result = layer.apply(new LayerScope(b, false), b.input("x", one)).shape();
      return result.slice(1, result.rank());
    } catch (ShapeException e) {
      throw section.at("kind", e.getMessage());
    }
  }
}
