package dev.ballast.bench.peers;

import dev.ballast.bench.peers.NetLayer.Conv2d;
import dev.ballast.bench.peers.NetLayer.Linear;
import dev.ballast.bench.peers.NetLayer.MaxPool;
import dev.ballast.bench.peers.NetLayer.Plain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A network that every side builds.
 *
 * @param input the shape of one example
 * @param crossEntropy whether its loss is cross-entropy of integer labels; if not, it is the mean
 *     of squares
 */
public record Net(List<Integer> input, List<NetLayer> layers, boolean crossEntropy) {
  public Net {
    input = List.copyOf(input);
    layers = List.copyOf(layers);
  }

  /** The digits' perceptron. */
  static Net mlp() {
    return new Net(List.of(784), dense(Plain.RELU, 784, 512, 256, 10), true);
  }

  /** Sigmoids throughout, the last one on the output. */
  static Net catdog() {
    List<NetLayer> layers = dense(Plain.SIGMOID, 784, 128, 64, 1);
    layers.add(Plain.SIGMOID);
    return new Net(List.of(784), layers, false);
  }

  /** A user's network for which DJL was found slow. */
  static Net djl932() {
    return new Net(List.of(500), dense(Plain.RELU, 500, 1024, 128, 32), true);
  }

  /** LeNet-5 as it is built today: ReLU and max pooling. */
  static Net lenet() {
    List<NetLayer> layers = new ArrayList<>();
    layers.addAll(List.of(new Conv2d(1, 6, 5, 2), Plain.RELU, new MaxPool(2)));
    layers.addAll(List.of(new Conv2d(6, 16, 5, 0), Plain.RELU, new MaxPool(2)));
    layers.add(Plain.FLATTEN);
    layers.addAll(dense(Plain.RELU, 400, 120, 84, 10));
    return new Net(List.of(1, 28, 28), layers, true);
  }

  private static List<NetLayer> dense(Plain between, int... widths) {
    List<NetLayer> layers = new ArrayList<>();
    for (int i = 1; i < widths.length; i++) {
      layers.add(new Linear(widths[i - 1], widths[i]));
      if (i < widths.length - 1) {
        layers.add(between);
      }
    }
    return layers;
  }

  /** Numbers in one example. */
  int inputElements() {
    return input.stream().reduce(1, (a, b) -> a * b);
  }

  /** Numbers in one result. */
  int outputs() {
    for (NetLayer l : layers.reversed()) {
      if (l instanceof Linear linear) {
        return linear.out();
      }
    }
    throw new IllegalStateException("a network without a linear layer: " + layers);
  }

  /** The number of elements of each parameter, in order. */
  List<Integer> parameterSizes() {
    return layers.stream().flatMap(l -> l.parameters().stream()).map(NetLayer::elements).toList();
  }

  /**
   * What a gradient costs in forward passes, counting multiplications of dense layers: each has a
   * product forward and two backward, but nobody asks for the gradient of the network's input.
   */
  double gradientOverForward() {
    double all = 0;
    double first = 0;
    for (NetLayer l : layers) {
      if (l instanceof Linear linear) {
        double products = (double) linear.in() * linear.out();
        first = all == 0 ? products : first;
        all += products;
      }
    }
    return 3 - first / all;
  }

  /** All layers as a job has them. */
  String text() {
    return layers.stream().map(NetLayer::text).collect(Collectors.joining("; "));
  }

  /** The inverse of {@link #text}. */
  static List<NetLayer> layers(String text) {
    return Arrays.stream(text.split(";")).map(NetLayer::parse).toList();
  }
}
