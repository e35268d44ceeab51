package dev.ballast.bench.peers;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** A layer as all sides understand it: a word and some numbers. */
public sealed interface NetLayer {
  /** As a job has it. */
  String text();

  /** The shapes of its parameters, each as PyTorch has it. */
  default List<int[]> parameters() {
    return List.of();
  }

  /** The number of elements of all its parameters. */
  default int parameterElements() {
    return parameters().stream().mapToInt(NetLayer::elements).sum();
  }

  /** The product of a shape. */
  static int elements(int[] shape) {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }

  /** How many inputs an output is made of; what its first weights are scaled by. */
  default int fanIn() {
    return 1;
  }

  /** y = x · Wᵀ + b. */
  record Linear(int in, int out) implements NetLayer {
    @Override
    public String text() {
      return "linear " + in + " " + out;
    }

    @Override
    public List<int[]> parameters() {
      return List.of(new int[] {out, in}, new int[] {out});
    }

    @Override
    public int fanIn() {
      return in;
    }
  }

  /** A square convolution with bias and stride 1. */
  record Conv2d(int in, int out, int kernel, int padding) implements NetLayer {
    @Override
    public String text() {
      return "conv2d " + in + " " + out + " " + kernel + " " + padding;
    }

    @Override
    public List<int[]> parameters() {
      return List.of(new int[] {out, in, kernel, kernel}, new int[] {out});
    }

    @Override
    public int fanIn() {
      return in * kernel * kernel;
    }
  }

  /** The largest of each square; squares lie side by side. */
  record MaxPool(int size) implements NetLayer {
    @Override
    public String text() {
      return "max_pool " + size;
    }
  }

  /** Layers without numbers. */
  enum Plain implements NetLayer {
    RELU,
    SIGMOID,
    FLATTEN;

    @Override
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The inverse of {@link #text}. */
  static NetLayer parse(String text) {
    String[] words = text.trim().split(" ");
    int[] n = IntStream.range(1, words.length).map(i -> Integer.parseInt(words[i])).toArray();
    return switch (words[0]) {
      case "linear" -> new Linear(n[0], n[1]);
      case "conv2d" -> new Conv2d(n[0], n[1], n[2], n[3]);
      case "max_pool" -> new MaxPool(n[0]);
      default ->
          Arrays.stream(Plain.values())
              .filter(p -> p.text().equals(words[0]))
              .findFirst()
              .orElseThrow(
                  () -> new IllegalArgumentException("a job has an unknown layer: " + text));
    };
  }
}
