package dev.ballast.cli.definition;

import dev.ballast.train.IdxDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where examples come from: pairs of IDX files, images and labels.
 *
 * @param folder that holds the files
 * @param trainImages file names within the folder, as the others
 * @param mean taken from each pixel, which is scaled to [0, 1] before
 * @param deviation that the difference is divided by
 */
public record DataSource(
    Path folder,
    String trainImages,
    String trainLabels,
    String testImages,
    String testLabels,
    double mean,
    double deviation) {

  /** The same files in another folder. */
  public DataSource in(Path otherFolder) {
    return new DataSource(
        otherFolder, trainImages, trainLabels, testImages, testLabels, mean, deviation);
  }

  public IdxDataset train() throws IOException {
    return open(trainImages, trainLabels);
  }

  public IdxDataset test() throws IOException {
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
