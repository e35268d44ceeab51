package dev.ballast.cli.definition;

import dev.ballast.cli.exchange.TensorArrays;
import dev.ballast.data.Dataset;
import dev.ballast.data.NpyDataset;
import dev.ballast.data.Partition.Shares;
import dev.ballast.data.Subset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Pairs of NumPy's arrays or of tensors, examples and targets.
 *
 * @param folder that holds the files, or an archive or a safetensors file of them
 * @param trainX name of a file in the folder, or of an array in the file, as the others
 * @param shares how training data are dealt out
 * @param skipsBad whether examples with numbers that are not finite are left out, or refused
 */
public record NpySource(
    Path folder,
    String trainX,
    String trainY,
    String testX,
    String testY,
    NpyDataset.Options options,
    Shares shares,
    boolean skipsBad)
    implements DataSource {
  /** The names of mean and deviation in a model file's metadata. */
  public static final String MEAN = "data.array.mean";

  public static final String DEVIATION = "data.array.deviation";

  /** Files are mapped, and what of them is in memory is the system's to decide. */
  @Override
  public OptionalLong bytes() {
    return OptionalLong.empty();
  }

  @Override
  public NpySource in(Path other) {
    return new NpySource(other, trainX, trainY, testX, testY, options, shares, skipsBad);
  }

  @Override
  public NpySource skippingBad() {
    return new NpySource(folder, trainX, trainY, testX, testY, options, shares, true);
  }

  @Override
  public NpySource fitted(Consumer<String> remarks) {
    return this;
  }

  @Override
  public NpySource fittedAs(Path model, Map<String, String> metadata) {
    return this;
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(MEAN, Double.toString(options.mean()));
    metadata.put(DEVIATION, Double.toString(options.deviation()));
    return metadata;
  }

  @Override
  public List<String> classes() {
    return List.of();
  }

  @Override
  public Training training(Consumer<String> remarks) throws IOException {
    return Training.of(open(trainX, trainY, remarks), shares);
  }

  @Override
  public Dataset test(Consumer<String> remarks) throws IOException {
    return open(testX, testY, remarks);
  }

  private Dataset open(String x, String y, Consumer<String> remarks) throws IOException {
    if (!Files.exists(folder)) {
      throw new IOException(
          folder + ": there is no such folder or archive; say where the data is with --data");
    }
    NpyDataset all =
        TensorArrays.reads(folder)
            ? TensorArrays.open(folder, x, y, options)
            : NpyDataset.open(folder, x, y, options);
    int[] good = IntStream.range(0, all.size()).filter(all::isFinite).toArray();
    if (good.length == all.size()) {
      return all;
    }
    boolean usable = false;
    try {
      Dataset some = goodOnes(all, good, remarks);
      usable = true;
      return some;
    } finally {
      if (!usable) {
        all.close();
      }
    }
  }

  private Dataset goodOnes(NpyDataset all, int[] good, Consumer<String> remarks)
      throws IOException {
    for (int i = 0; i < all.size(); i++) {
      if (!all.isFinite(i)) {
        String complaint = all.place(i) + ": holds a number that is not finite";
        if (!skipsBad) {
          throw new IOException(complaint);
        }
        remarks.accept("skipped " + complaint);
      }
    }
    if (good.length == 0) {
      throw new IOException(all.place(0) + ": no example is finite");
    }
    return Subset.of(all, good);
  }
}
