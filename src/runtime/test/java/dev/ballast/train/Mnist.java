package dev.ballast.train;

import dev.ballast.SharedData;
import dev.ballast.data.IdxDataset;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Flatten;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;

/** The digits that come with the project, and the network of {@code models/mnist-mlp.toml}. */
final class Mnist {
  private Mnist() {}

  static IdxDataset train(double mean, double deviation) throws IOException {
    return IdxDataset.open(
        file("train-images-idx3-ubyte.gz"), file("train-labels-idx1-ubyte.gz"), mean, deviation);
  }

  static IdxDataset test(double mean, double deviation) throws IOException {
    return IdxDataset.open(
        file("t10k-images-idx3-ubyte.gz"), file("t10k-labels-idx1-ubyte.gz"), mean, deviation);
  }

  static Path file(String name) {
    return SharedData.root().resolve("models/mnist").resolve(name);
  }

  static Model mlp() {
    return new Model(
        "mnist-mlp",
        Shape.of(28, 28),
        Sequential.of(
            new Flatten(),
            Linear.of("fc1", 784, 512),
            Activation.RELU,
            Linear.of("fc2", 512, 256),
            Activation.RELU,
            Linear.of("fc3", 256, 10)));
  }
}
