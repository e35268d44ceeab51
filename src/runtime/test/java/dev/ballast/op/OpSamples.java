package dev.ballast.op;

import static dev.ballast.tensor.TensorType.f32;
import static dev.ballast.tensor.TensorType.i32;
import static dev.ballast.tensor.TensorType.i64;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of the op contract test. Every built-in op needs at least one. Sizes are chosen for
 * their tails: one less and one more than a vector of 4, 8 or 16 lanes and than four of them.
 */
final class OpSamples {
  private static final int[] TAILS = {1, 3, 15, 16, 17, 31, 33, 63, 67, 131};

  private final List<OpSample> rows = new ArrayList<>();

  private OpSamples() {}

  static List<OpSample> all() {
    OpSamples s = new OpSamples();
    s.unary();
    s.binary();
    s.selection();
    s.reduce();
    s.product();
    s.packed();
    s.rows.addAll(ImageSamples.all());
    s.move();
    s.index();
    s.classify();
    s.causal();
    s.normalize();
    s.regularize();
    s.update();
    return List.copyOf(s.rows);
  }

  private void row(OpSample row) {
    rows.add(row);
  }

  private void unary() {
    unary(new Unary.Neg(), -3, 3);
    unary(new Unary.Abs(), -3, 3);
    unary(new Unary.Sqrt(), 0.1, 4);
    unary(new Unary.Exp(), -5, 3);
    unary(new Unary.Log(), 0.1, 4);
    unary(new Unary.Sin(), -7, 7);
    unary(new Unary.Cos(), -7, 7);
    unary(new Unary.Sigmoid(), -6, 6);
    unary(new Unary.Tanh(), -4, 4);
    unary(new Unary.Relu(), -3, 3);
    unary(new Unary.Softplus(), -6, 6);
    unary(new Unary.Erf(), -3, 3);
    unary(new Unary.Gelu(), -4, 4);
  }

  private void unary(BuiltIn op, double low, double high) {
    for (int n : TAILS) {
      row(OpSample.of(op, f32(n)).within(low, high));
    }
    row(OpSample.of(op, f32()).within(low, high));
    row(OpSample.of(op, f32(3, 5, 7)).within(low, high));
  }

  private void binary() {
    binary(new Binary.Add(), -2, 2);
    binary(new Binary.Sub(), -2, 2);
    binary(new Binary.Mul(), -2, 2);
    binary(new Binary.Div(), 0.2, 3);
    binary(new Binary.Pow(), 0.2, 3);
    binary(new Binary.Max(), -2, 2);
    binary(new Binary.Min(), -2, 2);
    for (BuiltIn op : List.of(new Binary.Less(), new Binary.LessEqual(), new Binary.Equal())) {
      binary(op, -2, 2);
      row(OpSample.of(op, f32(67), f32(67)).wholeNumbers());
      row(OpSample.of(op, f32(5, 17), f32(17)).wholeNumbers());
    }
    row(OpSample.of(new Binary.Max(), f32(67), f32(67)).wholeNumbers());
    row(OpSample.of(new Binary.Min(), f32(67), f32(67)).wholeNumbers());
    row(OpSample.of(new Binary.Div(), f32(33), f32(33)).within(-4, -1));
  }

  private void binary(BuiltIn op, double low, double high) {
    for (int n : TAILS) {
      row(OpSample.of(op, f32(n), f32(n)).within(low, high));
    }
    row(OpSample.of(op, f32(), f32()).within(low, high));
    row(OpSample.of(op, f32(33), f32()).within(low, high));
    row(OpSample.of(op, f32(1), f32(33)).within(low, high));
    row(OpSample.of(op, f32(5, 17), f32(17)).within(low, high));
    row(OpSample.of(op, f32(5, 17), f32(5, 1)).within(low, high));
    row(OpSample.of(op, f32(17), f32(5, 17)).within(low, high));
    row(OpSample.of(op, f32(5, 1), f32(1, 17)).within(low, high));
    row(OpSample.of(op, f32(4, 1, 9), f32(3, 1)).within(low, high));
    row(OpSample.of(op, f32(2, 3, 1, 5), f32(3, 4, 1)).within(low, high));
  }

  private void selection() {
    BuiltIn select = new Selection.Select();
    for (int n : TAILS) {
      row(OpSample.of(select, f32(n), f32(n), f32(n)));
    }
    row(OpSample.of(select, f32(67), f32(67), f32(67)).wholeNumbers());
    for (int n : TAILS) {
      row(OpSample.of(new Mask.PositiveBits(), f32(n)));
      row(OpSample.of(new Mask.SelectBits(), i32((n + 31) / 32), f32(n)));
    }
    row(OpSample.of(new Mask.PositiveBits(), f32(5, 17)));
    row(OpSample.of(new Mask.SelectBits(), i32(3), f32(5, 17)));
    row(OpSample.of(select, i32(5, 17), f32(17), f32(5, 1)).indices(0, 2));
    row(OpSample.of(select, i64(5, 1), f32(), f32(5, 17)).indices(0, 2));
    row(OpSample.of(select, f32(), f32(17), f32(3, 17)));
  }

  private void reduce() {
    for (boolean keep : new boolean[] {false, true}) {
      for (List<Integer> axes :
          List.of(List.<Integer>of(), List.of(0), List.of(1), List.of(0, 1))) {
        folds(axes, keep, f32(5, 17));
      }
      folds(List.of(0, 2), keep, f32(3, 4, 33));
      folds(List.of(1), keep, f32(3, 4, 17));
      folds(List.of(1, 2), keep, f32(2, 3, 4, 5));
    }
    folds(List.of(), false, f32());
    for (int n : TAILS) {
      folds(List.of(0), false, f32(n));
      folds(List.of(1), false, f32(3, n));
      folds(List.of(0), false, f32(3, n));
      row(OpSample.of(new Reduce.ArgMax(0), f32(n)));
    }
    row(OpSample.of(new Reduce.MaxOver(List.of(1), false), f32(3, 33)).wholeNumbers());
    row(OpSample.of(new Reduce.ArgMax(1), f32(5, 17)));
    row(OpSample.of(new Reduce.ArgMax(0), f32(5, 17)).wholeNumbers());
    row(OpSample.of(new Reduce.ArgMax(1), f32(3, 4, 5)).wholeNumbers());
    row(OpSample.of(new Reduce.ArgMax(1), i32(3, 17)).indices(0, 6));
  }

  private void folds(List<Integer> axes, boolean keep, TensorType x) {
    row(OpSample.of(new Reduce.Sum(axes, keep), x).tolerance(2e-5));
    row(OpSample.of(new Reduce.Mean(axes, keep), x));
    row(OpSample.of(new Reduce.MaxOver(axes, keep), x));
  }

  private void product() {
    int[][] sizes = {
      {1, 1, 1},
      {3, 5, 7},
      {17, 33, 16},
      {1, 19, 40},
      {40, 1, 19},
      {19, 40, 1},
      {65, 17, 9},
      {15, 64, 31}
    };
    for (int[] s : sizes) {
      for (int sides = 0; sides < 4; sides++) {
        product(sides, s[0], s[1], s[2]);
      }
    }
    product(0, 70, 66, 130);
    product(3, 66, 130, 70);
    row(OpSample.of(new Product.MatMul(false, false), f32(2, 3, 4), f32(2, 4, 5)));
    row(OpSample.of(new Product.MatMul(true, false), f32(2, 4, 3), f32(2, 4, 5)));
    row(OpSample.of(new Product.MatMul(false, true), f32(2, 3, 4), f32(2, 5, 4)));
    row(OpSample.of(new Product.MatMul(true, true), f32(2, 4, 3), f32(2, 5, 4)));
    row(OpSample.of(new Product.MatMul(false, false), f32(2, 1, 3, 4), f32(3, 4, 5)));
    row(OpSample.of(new Product.MatMul(true, true), f32(4, 3), f32(2, 5, 4)));
    row(OpSample.of(new Product.MatMul(false, false), f32(2, 3, 4), f32(4, 5)));
    row(OpSample.of(new Product.MatMul(false, false), f32(2, 1, 1, 4), f32(1, 3, 4, 17)));
    row(OpSample.of(new Product.MatMulAdd(false, true), f32(2, 3, 5), f32(2, 3, 4), f32(2, 5, 4)));
    row(OpSample.of(new Product.MatMulAdd(false, false), f32(2, 3, 5), f32(2, 3, 4), f32(4, 5)));
  }

  private void product(int sides, int m, int n, int k) {
    boolean ta = (sides & 1) != 0;
    boolean tb = (sides & 2) != 0;
    TensorType a = ta ? f32(k, m) : f32(m, k);
    TensorType b = tb ? f32(n, k) : f32(k, n);
    row(OpSample.of(new Product.MatMul(ta, tb), a, b).tolerance(2e-5));
    row(OpSample.of(new Product.MatMulAdd(ta, tb), f32(m, n), a, b).tolerance(2e-5));
  }

  private void packed() {
    int[][] sizes = {
      {1, 1, 1, 16}, {3, 5, 7, 16}, {1, 150, 4, 128}, {17, 33, 16, 48}, {8, 96, 9, 48}
    };
    for (int[] s : sizes) {
      Packed pack = new Packed.PackColumns(true, s[3]);
      row(OpSample.of(pack, f32(s[1], s[2])));
      row(OpSample.of(new Packed.PackColumns(false, s[3]), f32(s[2], s[1])));
      TensorType panels = pack.infer(List.of(f32(s[1], s[2]))).getFirst();
      BuiltIn product = new Packed.MatMulPacked(false, s[1]);
      row(OpSample.of(product, f32(s[0], s[2]), panels).tolerance(2e-5));
      BuiltIn turned = new Packed.MatMulPacked(true, s[1]);
      row(OpSample.of(turned, f32(s[2], s[0]), panels).tolerance(2e-5));
    }
  }

  private void move() {
    row(OpSample.of(new Move.Reshape(List.of(4, -1)), f32(2, 6)));
    row(OpSample.of(new Move.Reshape(List.of()), f32(1, 1)));
    row(OpSample.of(new Move.Reshape(List.of(3, 1, 5)), f32(15)));
    row(OpSample.of(new Move.Transpose(List.of(1, 0)), f32(17, 33)));
    row(OpSample.of(new Move.Transpose(List.of(2, 0, 1)), f32(3, 5, 7)));
    row(OpSample.of(new Move.Transpose(List.of(0, 2, 1, 3)), f32(2, 3, 4, 5)));
    row(OpSample.of(new Move.Transpose(List.of(0)), f32(9)));
    row(OpSample.of(new Move.Transpose(List.of(2, 0, 1)), f32(3, 5, 1)));
    row(OpSample.of(new Move.BroadcastTo(List.of(1, 3, 1, 5)), f32(3, 1, 5)));
    row(OpSample.of(new Move.BroadcastTo(List.of(3, 17)), f32(17)));
    row(OpSample.of(new Move.BroadcastTo(List.of(3, 17)), f32(3, 1)));
    row(OpSample.of(new Move.BroadcastTo(List.of(2, 3, 4)), f32()));
    row(OpSample.of(new Move.Slice(0, 1, 4), f32(5, 7)));
    row(OpSample.of(new Move.Slice(1, 2, 7), f32(5, 7)));
    row(OpSample.of(new Move.Slice(1, 2, 3), f32(1, 7, 3)));
    row(OpSample.of(new Move.Slice(2, 0, 3), f32(2, 3, 4)));
    row(OpSample.of(new Move.Pad(0, 1, 2), f32(3, 5)));
    row(OpSample.of(new Move.Pad(1, 2, 0), f32(3, 5)));
    row(OpSample.of(new Move.Pad(0, 0, 0), f32(17)));
    row(OpSample.of(new Move.Concat(0), f32(2, 5), f32(1, 5), f32(3, 5)));
    row(OpSample.of(new Move.Concat(1), f32(3, 2), f32(3, 17)));
    row(OpSample.of(new Move.Concat(0), f32(4)));
    row(OpSample.of(new Move.Cast(DType.F64), f32(17)));
    row(OpSample.of(new Move.Cast(DType.F32), f32(17)));
    row(OpSample.of(new Move.Cast(DType.I32), f32(17)).within(-9, 9));
    row(OpSample.of(new Move.Cast(DType.F64), i64(17)));
    row(OpSample.of(new Move.Cast(DType.I64), i32(17)));
  }

  private void index() {
    row(OpSample.of(new Index.Gather(0), f32(5, 7), i32(9)).indices(1, 5));
    row(OpSample.of(new Index.Gather(0), f32(5, 17), i64(2, 3)).indices(1, 5));
    row(OpSample.of(new Index.Gather(1), f32(3, 5, 4), i32(2)).indices(1, 5));
    row(OpSample.of(new Index.Gather(1), f32(3, 5), i32()).indices(1, 5));
    row(OpSample.of(new Index.ScatterAdd(0, 5), f32(9, 7), i32(9)).indices(1, 5));
    row(OpSample.of(new Index.ScatterAdd(1, 4), f32(3, 2, 3, 5), i64(2, 3)).indices(1, 4));
    row(OpSample.of(new Index.ScatterAdd(0, 3), f32(4), i32()).indices(1, 3));
    row(OpSample.of(new Index.OneHot(5, DType.F32), i32(3, 4)).indices(0, 5));
    row(OpSample.of(new Index.OneHot(7, DType.I64), i64(3)).indices(0, 7));
  }

  private void classify() {
    for (int c : TAILS) {
      classify(f32(3, c), i32(3), f32(3), c);
    }
    classify(f32(17), i64(), f32(), 17);
    classify(f32(2, 3, 10), i64(2, 3), f32(2, 3), 10);
    row(OpSample.of(new Classify.Softmax(), f32(4, 10)).within(-300, 300));
    row(OpSample.of(new Classify.LogSoftmax(), f32(4, 10)).within(-300, 300));
  }

  private void classify(TensorType x, TensorType labels, TensorType rows, int classes) {
    row(OpSample.of(new Classify.Softmax(), x).within(-4, 4));
    row(OpSample.of(new Classify.LogSoftmax(), x).within(-4, 4));
    row(OpSample.of(new Classify.CrossEntropy(), x, labels).indices(1, classes));
    row(OpSample.of(new Classify.CrossEntropyGradient(), x, labels, rows).indices(1, classes));
    row(OpSample.of(new Classify.CrossEntropyWithGradient(), x, labels, rows).indices(1, classes));
  }

  private void causal() {
    for (int n : TAILS) {
      row(OpSample.of(new Classify.CausalSoftmax(), f32(Math.min(n, 3), n)));
    }
    row(OpSample.of(new Classify.CausalSoftmax(), f32(19, 19)));
    row(OpSample.of(new Classify.CausalSoftmax(), f32(2, 3, 5, 7)));
  }

  private void normalize() {
    for (int n : TAILS) {
      row(OpSample.of(new Normalize.Rows(0.5), f32(3, n)));
    }
    row(OpSample.of(new Normalize.Rows(1e-5), f32(2, 3, 35)));
    row(OpSample.of(new Normalize.Rows(1e-2), f32(19)));
  }

  private void regularize() {
    row(OpSample.of(new Regularize.Dropout(0.5, 3), f32(5, 17), i64(2)));
    row(OpSample.of(new Regularize.Dropout(0, 0), f32(9), i64(2)));
    row(OpSample.of(new Regularize.Dropout(0.1, 1), f32(67), i64(2)));
  }

  private void update() {
    for (int n : TAILS) {
      TensorType p = f32(n);
      row(OpSample.of(new Update.Assign(), p, p));
      row(OpSample.of(new Update.Sgd(0, false, 0), p, p, f32()));
      row(OpSample.of(new Update.Sgd(0, false, 0.1), p, p, f32()));
      row(OpSample.of(new Update.Sgd(0.9, false, 0.1), p, p, f32(), p));
      row(OpSample.of(new Update.Sgd(0.9, true, 0.1), p, p, f32(), p));
      adam(new Update.Adam(0.9, 0.999, 1e-8, 0, false), p);
      adam(new Update.Adam(0.9, 0.99, 1e-3, 0.1, false), p);
      adam(new Update.Adam(0.8, 0.99, 1e-6, 0.1, true), p);
    }
    row(OpSample.of(new Update.Sgd(0.9, true, 0), f32(3, 5), f32(3, 5), f32(), f32(3, 5)));
    int[][] sizes = {{1, 1, 1}, {3, 5, 7}, {7, 17, 3}, {13, 64, 2}, {20, 70, 9}, {1, 150, 4}};
    for (int[] s : sizes) {
      descents(s[0], s[1], s[2], false);
      descents(s[0], s[1], s[2], true);
    }
  }

  private void descents(int m, int n, int k, boolean ta) {
    TensorType p = f32(m, n);
    TensorType a = ta ? f32(k, m) : f32(m, k);
    TensorType b = f32(k, n);
    row(OpSample.of(new Update.MatMulSgd(ta, 0, false, 0), p, a, b, f32()).tolerance(2e-5));
    row(OpSample.of(new Update.MatMulSgd(ta, 0, false, 0.1), p, a, b, f32()).tolerance(2e-5));
    row(OpSample.of(new Update.MatMulSgd(ta, 0.9, false, 0), p, a, b, f32(), p).tolerance(2e-5));
    row(OpSample.of(new Update.MatMulSgd(ta, 0.9, true, 0.1), p, a, b, f32(), p).tolerance(2e-5));
  }

  /** All positive, since the mean of squares is. */
  private void adam(BuiltIn op, TensorType p) {
    row(OpSample.of(op, p, p, f32(), p, p, i64()).within(0.1, 1).tolerance(1e-5));
  }
}
