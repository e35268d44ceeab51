package dev.ballast.cli;

import dev.ballast.tensor.Philox;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A definition with data that are learned in a moment: 4 × 4 pixels, bright above or below. */
record TinyDigits(Path definition, Path folder) {
  private static final String TEXT =
      """
      name = "tiny"
      input = [4, 4]
      loss = "cross_entropy"
      batch = 16
      epochs = 3
      seed = 1
      classes = ["above", "below"]
      [data]
      kind = "idx"
      folder = "."
      train_images = "train-images-ubyte"
      train_labels = "train-labels-ubyte"
      test_images = "test-images-ubyte"
      test_labels = "test-labels-ubyte"
      [optimizer]
      kind = "adam"
      learning_rate = 0.05
      [[layer]]
      kind = "flatten"
      [[layer]]
      kind = "linear"
      name = "fc1"
      out = 8
      [[layer]]
      kind = "relu"
      [[layer]]
      kind = "linear"
      name = "fc2"
      out = 2
      """;

  static TinyDigits in(Path folder) throws IOException {
    write(folder, "train", 210, 1);
    write(folder, "test", 50, 2);
    return new TinyDigits(Files.writeString(folder.resolve("tiny.toml"), TEXT), folder);
  }

  TinyDigits edited(String original, String replacement) throws IOException {
    Files.writeString(definition, Files.readString(definition).replace(original, replacement));
    return this;
  }

  private static void write(Path folder, String part, int count, long seed) throws IOException {
    Philox random = new Philox(seed, 0);
    ByteArrayOutputStream images = new ByteArrayOutputStream();
    ByteArrayOutputStream labels = new ByteArrayOutputStream();
    DataOutputStream x = new DataOutputStream(images);
    DataOutputStream y = new DataOutputStream(labels);
    for (int n : new int[] {0x803, count, 4, 4}) {
      x.writeInt(n);
    }
    y.writeInt(0x801);
    y.writeInt(count);
    for (int i = 0; i < count; i++) {
      int label = random.nextInt(2);
      y.writeByte(label);
      for (int p = 0; p < 16; p++) {
        boolean bright = (p < 8) == (label == 0);
        x.writeByte((bright ? 150 : 0) + random.nextInt(100));
      }
    }
    Files.write(folder.resolve(part + "-images-ubyte"), images.toByteArray());
    Files.write(folder.resolve(part + "-labels-ubyte"), labels.toByteArray());
  }
}
