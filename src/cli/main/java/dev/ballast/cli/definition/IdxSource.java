package dev.ballast.cli.definition;

import dev.ballast.data.IdxDataset;
import dev.ballast.data.IdxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Pairs of IDX files, images and labels.
 *
 * @param folder that holds the files
 * @param trainImages file names within the folder, as the others
 */
public record IdxSource(
    Path folder,
    String trainImages,
    String trainLabels,
    String testImages,
    String testLabels,
    double mean,
    double deviation,
    Preparation preparation,
    boolean skipsBad)
    implements PixelSource {

  @Override
  public OptionalLong bytes() throws IOException {
    long sum = 0;
    for (String name : List.of(trainImages, trainLabels, testImages, testLabels)) {
      Path file = folder.resolve(name);
      if (!Files.isRegularFile(file)) {
        return OptionalLong.empty();
      }
      sum += IdxFile.shape(file).elements();
    }
    return OptionalLong.of(sum);
  }

  @Override
  public IdxSource in(Path otherFolder) {
    return new IdxSource(
        otherFolder,
        trainImages,
        trainLabels,
        testImages,
        testLabels,
        mean,
        deviation,
        preparation,
        skipsBad);
  }

  @Override
  public IdxSource skippingBad() {
    return new IdxSource(
        folder,
        trainImages,
        trainLabels,
        testImages,
        testLabels,
        mean,
        deviation,
        preparation,
        true);
  }

  @Override
  public IdxSource withoutChanges() {
    return new IdxSource(
        folder,
        trainImages,
        trainLabels,
        testImages,
        testLabels,
        mean,
        deviation,
        preparation.withoutChanges(),
        skipsBad);
  }

  @Override
  public IdxSource fitted(Consumer<String> remarks) {
    return this;
  }

  @Override
  public List<String> classes() {
    return List.of();
  }

  @Override
  public IdxDataset all(Consumer<String> remarks) throws IOException {
    return open(trainImages, trainLabels);
  }

  @Override
  public IdxDataset test(Consumer<String> remarks) throws IOException {
    return open(testImages, testLabels);
  }

  private IdxDataset open(String images, String labels) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          folder + ": there is no such folder; say where the data is with --data");
    }
    return IdxDataset.open(folder.resolve(images), folder.resolve(labels), mean, deviation);
  }
}
