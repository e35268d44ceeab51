package dev.ballast.cli.report;

import dev.ballast.format.ModelFile;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.nn.BatchNorm2d;
import dev.ballast.nn.Conv2d;
import dev.ballast.nn.Dropout;
import dev.ballast.nn.Flatten;
import dev.ballast.nn.Layer;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Draws what a network's first layer looks for in an image. */
final class FirstLayer {
  static final int TILES = 64;

  /** Where the scale of colours ends, that a few outliers do not make all others pale. */
  private static final double QUANTILE = 0.995;

  /**
   * The weights of a layer as planes of h × w: out · channels of them, those of an output together.
   */
  private record Planes(String layer, float[] weights, int channels, int height, int width) {
    int size() {
      return height * width;
    }

    int count() {
      return weights.length / size();
    }

    double norm(int plane) {
      return Math.sqrt(
          IntStream.range(plane * size(), (plane + 1) * size())
              .mapToDouble(i -> (double) weights[i] * weights[i])
              .sum());
    }

    String name(int plane) {
      String unit = Integer.toString(plane / channels);
      return channels == 1 ? unit : unit + ", channel " + plane % channels;
    }
  }

  private FirstLayer() {}

  /** Empty where the first layer with weights does not see the image as it is. */
  static Optional<Filters> of(Model model, PictureShape picture, ModelFile file) {
    return first(model.body()).flatMap(l -> planes(l, picture, file)).map(FirstLayer::draw);
  }

  /** The first layer that is more than another form or scale of the image. */
  private static Optional<Layer> first(Layer layer) {
    return switch (layer) {
      case Sequential s -> s.layers().stream().flatMap(l -> first(l).stream()).findFirst();
      case Flatten _, Dropout _, BatchNorm2d _ -> Optional.empty();
      default -> Optional.of(layer);
    };
  }

  private static Optional<Planes> planes(Layer layer, PictureShape picture, ModelFile file) {
    return switch (layer) {
      case Linear l when l.in() == picture.elements() ->
          weights(file, l.name())
              .map(
                  w ->
                      new Planes(
                          l.name(), w, picture.channels(), picture.height(), picture.width()));
      case Conv2d c ->
          weights(file, c.name())
              .map(
                  w ->
                      new Planes(
                          c.name(),
                          w,
                          c.in() / c.groups(),
                          c.window().kernel().getFirst(),
                          c.window().kernel().getLast()));
      default -> Optional.empty();
    };
  }

  private static Optional<float[]> weights(ModelFile file, String layer) {
    String name = layer + ".weight";
    return file.graph().parameters().stream()
        .filter(p -> p.name().equals(name))
        .map(Value.Parameter::type)
        .findFirst()
        .map(t -> new Slice(t, file.weights(name)).toFloats());
  }

  private static Filters draw(Planes planes) {
    List<Integer> chosen = new ArrayList<>(IntStream.range(0, planes.count()).boxed().toList());
    boolean strongest = chosen.size() > TILES;
    if (strongest) {
      chosen.sort(Comparator.comparing((Integer p) -> planes.norm(p)).reversed());
      chosen = chosen.subList(0, TILES);
    }
    double limit = limit(planes, chosen);
    List<Filters.Tile> tiles =
        chosen.stream()
            .map(p -> new Filters.Tile(planes.name(p), draw(planes, p, limit), planes.norm(p)))
            .toList();
    return new Filters(planes.layer, tiles, planes.count(), strongest, limit);
  }

  private static double limit(Planes planes, List<Integer> chosen) {
    double[] sizes =
        chosen.stream()
            .flatMapToInt(p -> IntStream.range(p * planes.size(), (p + 1) * planes.size()))
            .mapToDouble(i -> Math.abs(planes.weights[i]))
            .sorted()
            .toArray();
    double most = sizes[(int) Math.ceil(QUANTILE * (sizes.length - 1))];
    return most > 0 ? most : 1;
  }

  private static String draw(Planes planes, int plane, double limit) {
    float[] w =
        Arrays.copyOfRange(planes.weights, plane * planes.size(), (plane + 1) * planes.size());
    int step =
        Math.max(1, Math.ceilDiv(Math.max(planes.width, planes.height), ExamplePictures.SIDE));
    return Png.address(
        Math.ceilDiv(planes.width, step),
        Math.ceilDiv(planes.height, step),
        (x, y) -> Diverging.colour(w[y * step * planes.width + x * step] / limit));
  }
}
