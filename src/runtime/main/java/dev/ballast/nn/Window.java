package dev.ballast.nn;

import java.util.List;

/** How a window moves over an image: numbers for rows and columns. */
public record Window(
    List<Integer> kernel, List<Integer> stride, List<Integer> padding, List<Integer> dilation) {

  public Window {
    kernel = List.copyOf(kernel);
    stride = List.copyOf(stride);
    padding = List.copyOf(padding);
    dilation = List.copyOf(dilation);
  }

  /** Square, moving by one, without padding. */
  public static Window of(int kernel) {
    return new Window(both(kernel), both(1), both(0), both(1));
  }

  public Window withStride(int stride) {
    return new Window(kernel, both(stride), padding, dilation);
  }

  public Window withPadding(int padding) {
    return new Window(kernel, stride, both(padding), dilation);
  }

  private static List<Integer> both(int n) {
    return List.of(n, n);
  }
}
