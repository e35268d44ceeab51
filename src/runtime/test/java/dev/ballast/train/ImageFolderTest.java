package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.SharedData;
import dev.ballast.data.Dataset;
import dev.ballast.data.ImageFolder;
import dev.ballast.kernel.Slice;
import dev.ballast.loss.BinaryCrossEntropy;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.Loss;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Flatten;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Adam;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  private static final TrainingListener SILENT = new TrainingListener() {};
  private static final ImageFolder.Options OPTIONS = ImageFolder.Options.of(Shape.of(4, 4));

  @TempDir Path folder;

  /** Three dark and two light images, all of one gray each, of several sizes and kinds. */
  @BeforeEach
  void makeImages() throws IOException {
    write("dark/a.png", 8, 8, 10);
    write("dark/b.JPG", 9, 5, 20);
    write("dark/c.gif", 6, 6, 30);
    write("light/a.png", 3, 7, 200);
    write("light/b.jpeg", 16, 16, 220);
    Files.writeString(folder.resolve("dark/readme.txt"), "no image");
    Files.writeString(folder.resolve("dark/._a.png"), "what an archiver left");
    Files.createDirectories(folder.resolve(".hidden"));
  }

  private void write(String name, int width, int height, int level) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < width * height; i++) {
      image.getRaster().setSample(i % width, i / width, 0, level);
    }
    String lower = name.toLowerCase(java.util.Locale.ROOT);
    String format = lower.endsWith("png") ? "png" : lower.endsWith("gif") ? "gif" : "jpeg";
    assertTrue(ImageIO.write(image, format, file.toFile()));
  }

  private ImageFolder open(ImageFolder.Options options) throws IOException {
    return ImageFolder.open(folder, "", options);
  }

  private void refused(String complaint, ImageFolder.Options options) {
    IOException e = assertThrows(IOException.class, () -> open(options));
    assertTrue(e.getMessage().contains(complaint), e.getMessage());
  }

  @Test
  void classesAndFilesAreInTheOrderOfTheirNames() throws IOException {
    try (ImageFolder images = open(OPTIONS)) {
      assertEquals(List.of("dark", "light"), images.classes());
      assertEquals(5, images.size());
      int[] labels = {0, 0, 0, 1, 1};
      int[] levels = {10, 20, 30, 200, 220};
      for (int i = 0; i < 5; i++) {
        assertEquals(labels[i], images.label(i));
        for (int p = 0; p < 16; p++) {
          assertEquals(levels[i], images.pixel(i, p), 1, "image " + i);
        }
      }
      assertEquals(TensorType.i32(), images.target());
      assertEquals(List.of(), images.complaints());
    }
  }

  @Test
  void listedClassesGiveTheLabels() throws IOException {
    try (ImageFolder images = open(OPTIONS.withClasses(List.of("light", "dark")))) {
      assertEquals(200, images.pixel(0, 0));
      assertEquals(0, images.label(0));
      assertEquals(1, images.label(4));
    }
  }

  @Test
  void foldersAndListedClassesMustBeTheSame() {
    refused("/light: is the folder of none of the classes [dark]", only("dark"));
    refused(
        "/gray: there is no such folder, yet it is one of [dark, light, gray]",
        only("dark", "light", "gray"));
  }

  private static ImageFolder.Options only(String... classes) {
    return OPTIONS.withClasses(List.of(classes));
  }

  @Test
  void aFolderWithoutImagesIsRefused() throws IOException {
    Files.createDirectories(folder.resolve("medium"));
    refused("/medium: holds no image: no png, jpg, jpeg or gif", OPTIONS);
    Path dark = folder.resolve("dark");
    IOException e = assertThrows(IOException.class, () -> ImageFolder.open(dark, "", OPTIONS));
    assertEquals(dark + ": is empty; it needs a folder of images for each class", e.getMessage());
    e = assertThrows(IOException.class, () -> ImageFolder.open(folder, "train", OPTIONS));
    assertTrue(e.getMessage().startsWith(folder + "/train: there is no such folder"));
  }

  @Test
  void aBrokenImageIsRefusedByName() throws IOException {
    Files.writeString(folder.resolve("dark/bb.png"), "no png");
    Files.writeString(folder.resolve("light/a.jpg"), "no jpeg");
    refused("/dark/bb.png: is no image that can be read: PNG, JPEG or GIF", OPTIONS);
  }

  @Test
  void aBrokenImageIsSkippedWhereThatIsAsked() throws IOException {
    Files.writeString(folder.resolve("dark/b0.png"), "no png");
    byte[] whole = Files.readAllBytes(folder.resolve("light/b.jpeg"));
    Files.write(folder.resolve("light/aa.jpg"), java.util.Arrays.copyOf(whole, whole.length / 2));
    String checksum;
    try (ImageFolder images = open(OPTIONS.withBroken(ImageFolder.Broken.SKIP))) {
      assertEquals(5, images.size());
      assertEquals(2, images.complaints().size());
      assertTrue(images.complaints().get(0).contains("/dark/b0.png: "));
      assertTrue(images.complaints().get(1).contains("/light/aa.jpg: "));
      assertEquals(20, images.pixel(1, 7), 1);
      assertEquals(200, images.pixel(3, 7));
      assertEquals(1, images.label(3));
      checksum = images.checksum();
    }
    Files.delete(folder.resolve("dark/b0.png"));
    Files.delete(folder.resolve("light/aa.jpg"));
    try (ImageFolder images = open(OPTIONS)) {
      assertEquals(images.checksum(), checksum);
    }
  }

  @Test
  void aClassOfBrokenImagesAloneIsRefusedEvenWhereTheyAreSkipped() throws IOException {
    write("broken/x.png", 4, 4, 0);
    Files.writeString(folder.resolve("broken/x.png"), "no png");
    refused(
        "/broken: every image is broken; the first: ", OPTIONS.withBroken(ImageFolder.Broken.SKIP));
  }

  @Test
  void anArchiveGivesTheSameBytesAsTheFolder() throws IOException {
    Path zip = folder.resolveSibling(folder.getFileName() + ".zip");
    try (FileSystem archive = FileSystems.newFileSystem(zip, Map.of("create", "true"));
        var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path inside = archive.getPath("/train/" + folder.relativize(file));
        Files.createDirectories(inside.getParent());
        Files.copy(file, inside);
      }
    }
    try (ImageFolder there = open(OPTIONS);
        ImageFolder here = ImageFolder.open(zip, "train", OPTIONS)) {
      assertEquals(there.classes(), here.classes());
      assertEquals(there.checksum(), here.checksum());
    }
    try (FileSystem archive = FileSystems.newFileSystem(zip)) {
      Files.writeString(archive.getPath("/train/dark/d.png"), "no png");
    }
    IOException e = assertThrows(IOException.class, () -> ImageFolder.open(zip, "train", OPTIONS));
    assertTrue(e.getMessage().startsWith(zip + "/train/dark/d.png: "), e.getMessage());
    Files.writeString(zip, "no archive");
    e = assertThrows(IOException.class, () -> ImageFolder.open(zip, "train", OPTIONS));
    assertTrue(e.getMessage().startsWith(zip + ": is no zip archive that can be read: "));
    Files.delete(zip);
    e = assertThrows(IOException.class, () -> ImageFolder.open(zip, "train", OPTIONS));
    assertEquals(zip + ": there is no such folder or archive of images", e.getMessage());
    Path text = folder.resolve("dark/readme.txt");
    e = assertThrows(IOException.class, () -> ImageFolder.open(text, "", OPTIONS));
    assertEquals(text + ": is neither a folder nor a .zip of images", e.getMessage());
  }

  @Test
  void theChecksumTellsPixelsAndLabelsApart() throws IOException {
    String first;
    try (ImageFolder images = open(OPTIONS)) {
      first = images.checksum();
    }
    try (ImageFolder images = open(OPTIONS)) {
      assertEquals(first, images.checksum());
    }
    write("dark/a.png", 8, 8, 11);
    try (ImageFolder images = open(OPTIONS)) {
      assertNotEquals(first, images.checksum());
    }
  }

  @Test
  void pixelsAreNormalizedAndLabelsBecomeNumbersForOneOutput() throws IOException {
    var scaled =
        new ImageFolder.Options(Shape.of(4, 4), List.of(), 0.5, 0.25, ImageFolder.Broken.REFUSE);
    try (Arena arena = Arena.ofConfined();
        Dataset images =
            BinaryTargets.where(open(scaled), new BinaryCrossEntropy(), TensorType.f32(2, 1))) {
      Slice x = Slice.allocate(TensorType.f32(2, 4, 4), arena);
      Slice y = Slice.allocate(TensorType.f32(2, 1), arena);
      images.copy(3, x, y, 0);
      images.copy(0, x, y, 1);
      assertEquals((float) ((200 / 255.0 - 0.5) / 0.25), x.get(5));
      assertEquals((float) ((10 / 255.0 - 0.5) / 0.25), x.get(16));
      assertArrayEquals(new float[] {1, 0}, y.toFloats());
      assertEquals(TensorType.f32(1), images.target());
    }
  }

  @Test
  void oneOutputCantTellThreeClassesApart() throws IOException {
    write("medium/a.png", 4, 4, 100);
    try (ImageFolder images = open(OPTIONS)) {
      ShapeException e =
          assertThrows(
              ShapeException.class,
              () -> BinaryTargets.where(images, new MeanSquaredError(true), TensorType.f32(2, 1)));
      assertTrue(e.getMessage().contains("example 5 has label 2"), e.getMessage());
      // More outputs, or labels wanted, leave the data as they are.
      for (Dataset same :
          List.of(
              BinaryTargets.where(images, new MeanSquaredError(), TensorType.f32(2, 3)),
              BinaryTargets.where(images, new CrossEntropy(), TensorType.f32(2, 1)))) {
        assertEquals(images, same);
      }
    }
  }

  /** Both losses of the two-class kind learn cats and dogs, a little, in an epoch. */
  @Test
  void photosAreLearntBetterThanByChance() throws IOException {
    Path zip = SharedData.file("cats-dogs.zip");
    var options =
        new ImageFolder.Options(
            Shape.of(28, 28), List.of("cat", "dog"), 0.4668, 0.2373, ImageFolder.Broken.REFUSE);
    Model model =
        new Model(
            "cat-dog",
            Shape.of(28, 28),
            Sequential.of(
                new Flatten(),
                Linear.of("fc1", 784, 64),
                Activation.RELU,
                Linear.of("fc2", 64, 1)));
    Loss loss = new BinaryCrossEntropy();
    TrainingOptions training = TrainingOptions.of(loss, Adam.of(0.0005)).withEpochs(2).withSeed(1);
    try (ImageFolder photos = ImageFolder.open(zip, "train", options);
        ImageFolder others = ImageFolder.open(zip, "test", options)) {
      assertEquals(10_000, photos.size());
      assertEquals(2_000, others.size());
      Dataset train = BinaryTargets.where(photos, loss, TensorType.f32(1, 1));
      Dataset test = BinaryTargets.where(others, loss, TensorType.f32(1, 1));
      try (Trainer trainer = new Trainer(model, training, train, Optional.of(test))) {
        trainer.fit(SILENT);
        double accuracy = trainer.evaluate(test).accuracy().getAsDouble();
        // Of 2,000 coins, 55 % heads or more come once in 100,000 throws.
        assertTrue(accuracy > 0.55, "accuracy " + accuracy);
      }
    }
  }
}
