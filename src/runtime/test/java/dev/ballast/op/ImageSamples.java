package dev.ballast.op;

import static dev.ballast.tensor.TensorType.f32;

import dev.ballast.op.Image.Sizes;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of {@link OpSamples} for ops on images: windows of every kind on both layouts, with
 * batches and lines around whole vectors.
 */
final class ImageSamples {
  private static final int[] BATCHES = {1, 3, 16, 19, 33, 65};

  private final List<OpSample> rows = new ArrayList<>();

  private ImageSamples() {}

  static List<OpSample> all() {
    ImageSamples s = new ImageSamples();
    for (boolean last : new boolean[] {false, true}) {
      s.convolutions(last);
      s.pools(last);
      s.channels(last);
    }
    return s.rows;
  }

  private static TensorType images(boolean last, int b, int c, int h, int w) {
    return new TensorType(DType.F32, new Sizes(b, c, h, w).shape(last));
  }

  private void convolutions(boolean last) {
    Convolve.Conv2d plain = window(1, 1, 0, 0, 1, 1, 1, last);
    convolution(plain, images(last, 2, 3, 5, 6), f32(4, 3, 3, 2));
    convolution(plain, images(last, 3, 2, 4, 4), f32(5, 2, 1, 1));
    convolution(plain, images(last, 2, 1, 3, 3), f32(1, 1, 3, 3));
    convolution(window(2, 1, 1, 2, 1, 1, 1, last), images(last, 2, 2, 5, 4), f32(3, 2, 3, 3));
    convolution(window(1, 1, 1, 0, 2, 1, 1, last), images(last, 2, 2, 5, 4), f32(3, 2, 2, 3));
    convolution(window(3, 2, 2, 1, 2, 2, 1, last), images(last, 2, 2, 9, 8), f32(2, 2, 3, 2));
    convolution(window(2, 3, 0, 0, 3, 1, 1, last), images(last, 2, 2, 9, 8), f32(2, 2, 2, 2));
    convolution(window(1, 1, 1, 1, 1, 1, 2, last), images(last, 2, 4, 4, 4), f32(6, 2, 3, 3));
    convolution(window(2, 2, 1, 1, 1, 1, 3, last), images(last, 2, 3, 5, 5), f32(3, 1, 3, 3));
    convolution(window(4, 4, 0, 0, 1, 1, 1, last), images(last, 1, 1, 7, 6), f32(2, 1, 2, 2));
    convolution(window(1, 1, 4, 4, 1, 1, 1, last), images(last, 2, 1, 3, 3), f32(2, 1, 3, 3));
    for (int b : BATCHES) {
      convolution(window(1, 1, 2, 2, 1, 1, 1, last), images(last, b, 2, 7, 9), f32(7, 2, 5, 5));
      convolution(window(2, 2, 1, 1, 1, 1, 1, last), images(last, b, 3, 6, 7), f32(13, 3, 3, 3));
    }
    convolution(window(1, 1, 0, 0, 1, 1, 1, last), images(last, 2, 2, 4, 40), f32(25, 2, 2, 3));
  }

  private static Convolve.Conv2d window(
      int sy, int sx, int py, int px, int dy, int dx, int groups, boolean last) {
    return new Convolve.Conv2d(List.of(sy, sx), List.of(py, px), List.of(dy, dx), groups, last);
  }

  private void convolution(Convolve.Conv2d op, TensorType x, TensorType w) {
    TensorType y = op.infer(List.of(x, w)).getFirst();
    rows.add(OpSample.of(op, x, w).tolerance(2e-5));
    rows.add(OpSample.of(op, x, w, f32(w.shape().dim(0))).tolerance(2e-5));
    rows.add(OpSample.of(op.inputGradient(x), y, w).tolerance(2e-5));
    rows.add(OpSample.of(op.weightGradient(w, false), x, y).tolerance(1e-4));
    rows.add(OpSample.of(op.weightGradient(w, true), x, y).tolerance(1e-4));
  }

  private void pools(boolean last) {
    for (int b : BATCHES) {
      pools(last, images(last, b, 2, 6, 7), List.of(2, 2), List.of(2, 2), List.of(0, 0), 1);
      pools(last, images(last, b, 1, 5, 6), List.of(3, 3), List.of(2, 2), List.of(1, 1), 1);
    }
    pools(last, images(last, 2, 2, 4, 5), List.of(2, 3), List.of(1, 2), List.of(1, 0), 1);
    pools(last, images(last, 2, 2, 7, 6), List.of(2, 2), List.of(3, 1), List.of(0, 0), 2);
    pools(last, images(last, 2, 2, 3, 4), List.of(1, 1), List.of(1, 2), List.of(0, 0), 1);
    pools(last, images(last, 16, 1, 5, 5), List.of(5, 5), List.of(5, 5), List.of(0, 0), 1);
  }

  private void pools(
      boolean last,
      TensorType x,
      List<Integer> kernel,
      List<Integer> stride,
      List<Integer> padding,
      int dilated) {
    List<Integer> dilation = List.of(dilated, dilated);
    MaxPool.Largest max = new MaxPool.Largest(kernel, stride, padding, dilation, last);
    MaxPool.Places places = new MaxPool.Places(kernel, stride, padding, dilation, last);
    List<TensorType> found = places.infer(List.of(x));
    Sizes s = max.sizes(x);
    List<Integer> size = List.of(s.height(), s.width());
    MaxPool.Gradient gradient = new MaxPool.Gradient(size, kernel, stride, padding, dilation, last);
    MaxPool.Take take = new MaxPool.Take(kernel, stride, padding, dilation, last);
    rows.add(OpSample.of(max, x));
    rows.add(OpSample.of(max, x).wholeNumbers());
    rows.add(OpSample.of(places, x));
    rows.add(OpSample.of(places, x).wholeNumbers());
    rows.add(OpSample.of(gradient, found.getLast(), found.getFirst()).indices(0, 1 << 30));
    rows.add(OpSample.of(take, found.getLast(), x).indices(0, 1 << 30));
    for (boolean count : new boolean[] {false, true}) {
      MeanPool.Mean mean = new MeanPool.Mean(kernel, stride, padding, count, last);
      rows.add(OpSample.of(mean, x));
      TensorType y = mean.infer(List.of(x)).getFirst();
      rows.add(OpSample.of(new MeanPool.Gradient(size, kernel, stride, padding, count, last), y));
    }
  }

  private void channels(boolean last) {
    for (int b : BATCHES) {
      channels(last, images(last, b, 3, 2, 5));
    }
    channels(last, images(last, 1, 1, 1, 1));
    channels(last, images(last, 2, 1, 5, 13));
  }

  private void channels(boolean last, TensorType x) {
    TensorType each = f32(last ? x.shape().dim(0) : x.shape().dim(1));
    rows.add(OpSample.of(new Channel.Moments(last), x));
    rows.add(OpSample.of(new Channel.Affine(last), x, each));
    rows.add(OpSample.of(new Channel.Affine(last), x, each, each));
    rows.add(OpSample.of(new Channel.Products(last), x, x).tolerance(2e-5));
  }
}
