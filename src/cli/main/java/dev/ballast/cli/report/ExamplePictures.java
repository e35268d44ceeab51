package dev.ballast.cli.report;

import dev.ballast.data.Dataset;
import dev.ballast.kernel.Slice;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Examples drawn as the network sees them, normalized: in each channel the smallest value of all
 * that are drawn is dark and the largest bright.
 */
final class ExamplePictures {
  /** Larger pictures are made smaller, by the mean of what falls on a pixel. */
  static final int SIDE = 96;

  private final PictureShape shape;
  private final int step;
  private final double[] least;
  private final double[] most;

  private ExamplePictures(PictureShape shape) {
    this.shape = shape;
    this.step = Math.max(1, Math.ceilDiv(Math.max(shape.width(), shape.height()), SIDE));
    this.least = new double[shape.channels()];
    this.most = new double[shape.channels()];
  }

  /** Addresses of pictures by the numbers of their examples. */
  static Map<Integer, String> of(PictureShape shape, Dataset data, List<Integer> indices) {
    ExamplePictures p = new ExamplePictures(shape);
    Map<Integer, float[]> examples = p.read(data, indices);
    for (int c = 0; c < shape.channels(); c++) {
      p.range(c, examples);
    }
    Map<Integer, String> pictures = new LinkedHashMap<>();
    examples.forEach((index, values) -> pictures.put(index, p.draw(values)));
    return pictures;
  }

  private Map<Integer, float[]> read(Dataset data, List<Integer> indices) {
    Map<Integer, float[]> examples = new LinkedHashMap<>();
    try (Arena arena = Arena.ofConfined()) {
      Shape one = Shape.of(1);
      Slice x = Slice.allocate(new TensorType(DType.F32, one.append(data.example())), arena);
      TensorType target = data.target();
      Slice t = Slice.allocate(target.withShape(one.append(target.shape())), arena);
      for (int index : indices) {
        data.copy(index, x, t, 0);
        examples.put(index, x.toFloats());
      }
    }
    return examples;
  }

  private void range(int channel, Map<Integer, float[]> examples) {
    least[channel] = Double.POSITIVE_INFINITY;
    most[channel] = Double.NEGATIVE_INFINITY;
    for (float[] values : examples.values()) {
      for (int i = 0; i < shape.pixels(); i++) {
        double v = values[channel * shape.pixels() + i];
        least[channel] = Math.min(least[channel], v);
        most[channel] = Math.max(most[channel], v);
      }
    }
  }

  private String draw(float[] values) {
    return Png.address(
        Math.ceilDiv(shape.width(), step),
        Math.ceilDiv(shape.height(), step),
        (x, y) -> {
          int red = level(values, 0, x, y);
          return shape.channels() == 1
              ? Png.rgb(red, red, red)
              : Png.rgb(red, level(values, 1, x, y), level(values, 2, x, y));
        });
  }

  private int level(float[] values, int channel, int x, int y) {
    double sum = 0;
    int count = 0;
    for (int v = y * step; v < Math.min(shape.height(), (y + 1) * step); v++) {
      for (int u = x * step; u < Math.min(shape.width(), (x + 1) * step); u++) {
        sum += values[channel * shape.pixels() + v * shape.width() + u];
        count++;
      }
    }
    double range = most[channel] - least[channel];
    double part = range > 0 ? (sum / count - least[channel]) / range : 0;
    return (int) Math.round(255 * Math.clamp(part, 0, 1));
  }
}
