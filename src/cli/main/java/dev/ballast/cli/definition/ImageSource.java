package dev.ballast.cli.definition;

import dev.ballast.data.ImageFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * A folder of images for each class, in a folder or a zip archive.
 *
 * @param folder the folder or archive
 * @param trainPart the folder within it that holds the classes to train with
 * @param testPart the folder within it that holds the classes to test with
 * @param options how the images are read
 */
public record ImageSource(
    Path folder, String trainPart, String testPart, ImageFolder.Options options)
    implements DataSource {
  private static final int REMARKS = 10;

  @Override
  public double mean() {
    return options.mean();
  }

  @Override
  public double deviation() {
    return options.deviation();
  }

  @Override
  public OptionalLong bytes() {
    return OptionalLong.empty();
  }

  @Override
  public ImageSource in(Path otherFolder) {
    return new ImageSource(otherFolder, trainPart, testPart, options);
  }

  /** Those listed, or the folders that there are to train with. */
  @Override
  public List<String> classes() throws IOException {
    demandFolder();
    return options.classes().isEmpty()
        ? ImageFolder.classesOf(folder, trainPart)
        : options.classes();
  }

  @Override
  public ImageFolder train(Consumer<String> remarks) throws IOException {
    return open(trainPart, remarks);
  }

  @Override
  public ImageFolder test(Consumer<String> remarks) throws IOException {
    return open(testPart, remarks);
  }

  private ImageFolder open(String part, Consumer<String> remarks) throws IOException {
    ImageFolder images = ImageFolder.open(folder, part, options.withClasses(classes()));
    List<String> complaints = images.complaints();
    complaints.stream().limit(REMARKS).forEach(c -> remarks.accept("skipped " + c));
    if (complaints.size() > REMARKS) {
      remarks.accept("skipped " + complaints.size() + " images in all of " + part);
    }
    return images;
  }

  private void demandFolder() throws IOException {
    if (!Files.exists(folder)) {
      throw new IOException(
          folder + ": there is no such folder or archive; say where the data is with --data");
    }
  }
}
