package dev.ballast.cli;

import dev.ballast.tensor.Philox;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/** Colour images that are learned in a moment: a bright spot to the left or to the right. */
record TinyPhotos(Path definition, Path folder) {
  private static final String TEXT =
      """
      name = "spots"
      input = [6, 6]
      loss = "binary_cross_entropy"
      batch = 8
      epochs = 8
      seed = 1
      classes = ["left", "right"]
      [data]
      kind = "images"
      folder = "photos"
      mean = 0.3
      deviation = 0.2
      [optimizer]
      kind = "adam"
      learning_rate = 0.03
      [[layer]]
      kind = "flatten"
      [[layer]]
      kind = "linear"
      out = 8
      [[layer]]
      kind = "sigmoid"
      [[layer]]
      kind = "linear"
      out = 1
      """;

  static TinyPhotos in(Path folder) throws IOException {
    Philox random = new Philox(4, 0);
    List<String> formats = List.of("png", "jpg", "gif");
    for (String part : List.of("train", "test")) {
      for (String side : List.of("left", "right")) {
        Path of = Files.createDirectories(folder.resolve("photos").resolve(part).resolve(side));
        for (int i = 0; i < (part.equals("train") ? 24 : 9); i++) {
          String format = formats.get(i % formats.size());
          Path file = of.resolve("%02d.%s".formatted(i, format));
          BufferedImage photo = spot(side.equals("left") ? 4 : 14, 12 + i % 5, random);
          ImageIO.write(photo, format.equals("jpg") ? "jpeg" : format, file.toFile());
        }
      }
    }
    return new TinyPhotos(Files.writeString(folder.resolve("spots.toml"), TEXT), folder);
  }

  TinyPhotos edited(String original, String replacement) throws IOException {
    Files.writeString(definition, Files.readString(definition).replace(original, replacement));
    return this;
  }

  Path photo(String name) {
    return folder.resolve("photos").resolve(name);
  }

  private static BufferedImage spot(int at, int height, Philox random) {
    BufferedImage image = new BufferedImage(20, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < 20; x++) {
        int level = random.nextInt(60) + (Math.hypot(x - at, y - height / 2.0) < 4 ? 190 : 0);
        image.setRGB(x, y, level << 16 | level << 8 | level / 2);
      }
    }
    return image;
  }
}
