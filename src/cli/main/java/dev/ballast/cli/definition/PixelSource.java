package dev.ballast.cli.definition;

import dev.ballast.data.LabelledDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Gray images with labels. A pixel p becomes (p / 255 − mean) / deviation. */
public sealed interface PixelSource extends DataSource permits IdxSource, ImageSource {
  /** The names of mean and deviation in a model file's metadata. */
  String MEAN = "data.mean";

  String DEVIATION = "data.deviation";

  /** Taken from each pixel, which is scaled to [0, 1] before. */
  double mean();

  /** What the difference is divided by. */
  double deviation();

  /** What is done to them before training; there is no share for the test, it has its own files. */
  Preparation preparation();

  /** All that are there to train with, validation included. */
  LabelledDataset all(Consumer<String> remarks) throws IOException;

  @Override
  default DataSource fittedAs(Path model, Map<String, String> metadata) throws IOException {
    return fitted(_ -> {});
  }

  @Override
  default Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(MEAN, Double.toString(mean()));
    metadata.put(DEVIATION, Double.toString(deviation()));
    return metadata;
  }

  @Override
  default Training training(Consumer<String> remarks) throws IOException {
    float black = (float) (-mean() / deviation());
    return preparation().training(all(remarks), black);
  }
}
