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
    Path folder,
    String trainPart,
    String testPart,
    ImageFolder.Options options,
    Preparation preparation)
    implements PixelSource {
  @Override
  public double mean() {
    return options.mean();
  }

  @Override
  public double deviation() {
    return options.deviation();
  }

  @Override
  public boolean skipsBad() {
    return options.broken() == ImageFolder.Broken.SKIP;
  }

  @Override
  public OptionalLong bytes() {
    return OptionalLong.empty();
  }

  @Override
  public ImageSource in(Path otherFolder) {
    return new ImageSource(otherFolder, trainPart, testPart, options, preparation);
  }

  @Override
  public ImageSource skippingBad() {
    return new ImageSource(
        folder, trainPart, testPart, options.withBroken(ImageFolder.Broken.SKIP), preparation);
  }

  @Override
  public ImageSource withoutChanges() {
    return new ImageSource(folder, trainPart, testPart, options, preparation.withoutChanges());
  }

  /** The classes are those listed, or the folders that there are to train with. */
  @Override
  public ImageSource fitted(Consumer<String> remarks) throws IOException {
    List<String> found = options.classes().isEmpty() ? classesOfFolders() : options.classes();
    return new ImageSource(folder, trainPart, testPart, options.withClasses(found), preparation);
  }

  private List<String> classesOfFolders() throws IOException {
    demandFolder();
    return ImageFolder.classesOf(folder, trainPart);
  }

  @Override
  public List<String> classes() {
    return options.classes();
  }

  @Override
  public ImageFolder all(Consumer<String> remarks) throws IOException {
    return open(trainPart, remarks);
  }

  @Override
  public ImageFolder test(Consumer<String> remarks) throws IOException {
    return open(testPart, remarks);
  }

  private ImageFolder open(String part, Consumer<String> remarks) throws IOException {
    demandFolder();
    ImageFolder images = ImageFolder.open(folder, part, options);
    images.complaints().forEach(c -> remarks.accept("skipped " + c));
    return images;
  }

  private void demandFolder() throws IOException {
    if (!Files.exists(folder)) {
      throw new IOException(
          folder + ": there is no such folder or archive; say where the data is with --data");
    }
  }
}
