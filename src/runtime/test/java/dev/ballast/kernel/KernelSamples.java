package dev.ballast.kernel;

import dev.ballast.kernel.Reduction.Fold;
import dev.ballast.kernel.Updates.AdamRule;
import dev.ballast.kernel.Updates.SgdRule;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One bound kernel of every kind, at shapes with and without tails; none writes over its inputs.
 */
final class KernelSamples {
  /** A kernel and what it writes. */
  record Sample(String name, Kernel kernel, List<Slice> results) {}

  private final Operands operands = new Operands();
  private final List<Sample> samples = new ArrayList<>();

  private KernelSamples() {}

  static List<Sample> all() {
    KernelSamples s = new KernelSamples();
    for (int columns : new int[] {10, 100}) {
      s.elementwise(16, columns);
      s.programs(16, columns);
      s.updates(16 * columns);
      s.reductions(16, columns);
      s.rows(16, columns);
      s.movements(16, columns);
    }
    for (int batch : new int[] {1, 16, 19}) {
      s.convolutions(batch, batch > 1, 2, 5, Workers.none());
      s.pools(batch, batch > 1);
    }
    for (int rows : new int[] {1, 5, 8, 64}) {
      s.packedProducts(rows, 10, 33);
      s.packedProducts(rows, 150, 20);
    }
    s.convolutions(2, false, 2, 5, Workers.none());
    // Large enough to be shared.
    s.convolutions(19, true, 4, 17, Workers.of(2));
    s.convolutions(8, false, 5, 33, Workers.of(2));
    s.pools(2, false);
    return List.copyOf(s.samples);
  }

  private void add(String name, Kernel kernel, Slice... results) {
    String shape = results[0].type().toString();
    samples.add(new Sample(name + " → " + shape, kernel, List.of(results)));
  }

  private void elementwise(int rows, int columns) {
    for (UnaryFunction f : UnaryFunction.values()) {
      Slice out = operands.unaligned(rows * columns);
      add(f.name(), Elementwise.unary(f, operands.normal(rows * columns), out), out);
    }
    for (BinaryFunction f : BinaryFunction.values()) {
      int[][] others = {{rows, columns}, {columns}, {rows, 1}, {}};
      for (int[] other : others) {
        Slice a = operands.normal(rows, columns);
        Slice b = operands.normal(other);
        Slice out = operands.zeros(rows, columns);
        add(f + " with " + b.type(), Elementwise.binary(f, a, b, out), out);
      }
      Slice row = operands.normal(columns);
      Slice reversed = operands.zeros(rows, columns);
      Slice b = operands.normal(rows, columns);
      add(f + " of " + row.type(), Elementwise.binary(f, row, b, reversed), reversed);
    }
    Slice out = operands.zeros(rows, columns);
    Slice condition = operands.indices(DType.F32, 2, rows, columns);
    Slice a = operands.normal(rows, 1);
    add("select", Elementwise.select(condition, a, operands.normal(columns), out), out);
  }

  private void programs(int rows, int columns) {
    Shape space = Shape.of(rows, columns);
    RandomPrograms programs = new RandomPrograms(columns);
    for (int k = 0; k < 6; ) {
      MapProgram p = programs.next(false);
      if (LaneCost.of(p) > LaneCost.MOST) {
        continue;
      }
      List<Slice> in = new ArrayList<>();
      for (int j = 0; j < p.inputs().size(); j++) {
        in.add(j == 1 ? operands.normal(columns) : operands.normal(rows, columns));
      }
      List<Slice> out = RandomPrograms.results(p, space, operands);
      add(
          "program " + k++ + " " + p,
          Programs.bind(p, space, workspace(p, space, in, out)),
          out.toArray(Slice[]::new));
    }
  }

  private Slices workspace(MapProgram p, Shape space, List<Slice> in, List<Slice> out) {
    List<Shape> shapes = in.stream().map(x -> x.type().shape()).toList();
    long bytes = Math.max(4, Programs.workspaceBytes(p, space, shapes));
    return new Slices(in, out, operands.zeros((int) bytes / 4).memory());
  }

  private void updates(int n) {
    Slice p = operands.normal(n);
    Slice g = operands.normal(n);
    Slice v = operands.normal(n);
    Slice rate = operands.scalar(0.01);
    for (SgdRule rule :
        List.of(
            new SgdRule(0, false, 0),
            new SgdRule(0.9, false, 0.01),
            new SgdRule(0.9, true, 0.01))) {
      Slice pOut = operands.zeros(n);
      Slice vOut = operands.zeros(n);
      add(rule.toString(), Updates.sgd(rule, p, g, rate, v, pOut, vOut), pOut, vOut);
    }
    Slice square = operands.zeros(n);
    Elementwise.referenceUnary(UnaryFunction.ABS, v, square).run();
    Slice t = operands.zeros(TensorType.i64());
    t.setLong(0, 3);
    AdamRule rule = new AdamRule(0.9, 0.999, 1e-8, 0.01, true);
    Slice[] out = {operands.zeros(n), operands.zeros(n), operands.zeros(n)};
    add("adam", Updates.adam(rule, p, g, rate, v, square, t, out[0], out[1], out[2]), out);
  }

  private void reductions(int rows, int columns) {
    for (Fold fold : Fold.values()) {
      Slice in = operands.normal(3, rows, columns);
      List<List<Integer>> choices = List.of(List.of(0, 1, 2), List.of(2), List.of(0), List.of(1));
      int[][] kept = {{}, {3, rows}, {rows, columns}, {3, columns}};
      for (int i = 0; i < kept.length; i++) {
        Slice out = operands.zeros(kept[i]);
        add(fold + " over " + choices.get(i), Reduction.reduce(fold, choices.get(i), in, out), out);
      }
    }
  }

  private void rows(int rows, int columns) {
    Slice x = operands.normal(rows, columns);
    Slice labels = operands.indices(DType.I32, columns, rows);
    Slice softmax = operands.zeros(rows, columns);
    Slice logSoftmax = operands.zeros(rows, columns);
    Slice loss = operands.zeros(rows);
    Slice dx = operands.zeros(rows, columns);
    summed(rows);
    add("softmax", Rows.softmax(x, softmax), softmax);
    add("logSoftmax", Rows.logSoftmax(x, logSoftmax), logSoftmax);
    Slice scores = operands.normal(2, Math.min(rows, columns), columns);
    Slice causal = operands.zeros(scores.type().shape().dims());
    add("causalSoftmax", Rows.causalSoftmax(scores, causal), causal);
    Slice[] normal = {operands.zeros(rows, columns), operands.zeros(rows, 1)};
    add("normalize", RowMoments.normalize(1e-5, x, normal[0], normal[1]), normal);
    add("crossEntropy", Rows.crossEntropy(x, labels, loss), loss);
    Slice dloss = operands.normal(rows);
    add("crossEntropyGradient", Rows.crossEntropyGradient(x, labels, dloss, dx), dx);
    Slice[] both = {operands.zeros(rows), operands.zeros(rows, columns)};
    add(
        "crossEntropyWithGradient",
        Rows.crossEntropyWithGradient(x, labels, dloss, both[0], both[1]),
        both);
    Slice counter = operands.zeros(TensorType.i64(2));
    counter.copyFrom(99L, 5L);
    Slice kept = operands.zeros(rows, columns);
    add("dropout", Randomness.dropout(0.3, 1, x, counter, kept), kept);
  }

  /** A product of rows and of a row, and its sum. */
  private void summed(int rows) {
    MapProgram product =
        new MapProgram(
            List.of(MapProgram.Storage.NUMBERS, MapProgram.Storage.NUMBERS),
            List.of(),
            List.of(new MapProgram.Step(ScalarOp.MUL, List.of(0, 1))),
            List.of(new MapProgram.Result(2, MapProgram.Storage.NUMBERS)));
    Shape space = Shape.of(rows, 48);
    Slice[] out = {operands.zeros(rows, 48), operands.zeros(48)};
    List<Slice> in = List.of(operands.normal(rows, 48), operands.normal(48));
    long bytes = SummedProgram.workspaceBytes(product, 1, space, List.of(space, Shape.of(48)));
    Slices s = new Slices(in, List.of(out), Arena.ofAuto().allocate(bytes, 64));
    add("product and its sum", SummedProgram.bind(product, List.of(0), space, s), out);
  }

  private void movements(int rows, int columns) {
    Slice x = operands.normal(rows, columns);
    Slice transposed = operands.zeros(columns, rows);
    Shape space = transposed.type().shape();
    long[] across = {1, columns};
    add(
        "transpose",
        Movement.strided(space, x, 0, across, transposed, 0, space.strides()),
        transposed);
    Slice indices = operands.indices(DType.I32, rows, 7);
    Slice gathered = operands.zeros(7, columns);
    Slice scattered = operands.zeros(rows, columns);
    Slice updates = operands.normal(7, columns);
    add("gather", Indexing.gather(0, x, indices, gathered), gathered);
    add("scatterAdd", Indexing.scatterAdd(0, updates, indices, scattered), scattered);
  }

  private void packedProducts(int rows, int columns, int depth) {
    Panels p = Panels.of(new Gemm.Dims(rows, columns, depth));
    Slice packed = operands.zeros(p.shape().dims());
    add("pack " + p, p.pack(true, operands.normal(columns, depth), packed), packed);
    Slice turned = operands.zeros(p.shape().dims());
    add("pack turned " + p, p.pack(false, operands.normal(depth, columns), turned), turned);
    Slice y = operands.zeros(rows, columns);
    List<Slice> in = List.of(operands.normal(rows, depth), operands.normal(p.shape().dims()));
    MemorySegment room = room(Gemm.packedWorkspaceBytes(DType.F32, p, rows));
    add("packed product " + p, Gemm.matmulPacked(p, false, new Slices(in, List.of(y), room)), y);
  }

  private Slice images(boolean last, boolean fill, int b, int c, int h, int w) {
    int[] dims = last ? new int[] {c, h, w, b} : new int[] {b, c, h, w};
    return fill ? operands.normal(dims) : operands.zeros(dims);
  }

  private void convolutions(int batch, boolean last, int in, int out, Workers workers) {
    WindowAxis axis = new WindowAxis(7, 3, 1, 1, 1);
    ConvolutionShape s = new ConvolutionShape(batch, in, out, 1, axis, axis, last);
    String kind = (last ? " with the batch last" : "") + " on " + workers.threads() + " threads";
    Slice x = images(last, true, batch, in, 7, 7);
    Slice w = operands.normal(out, in, 3, 3);
    Slice b = operands.normal(out);
    Slice dy = images(last, true, batch, out, 7, 7);
    Slice y = images(last, false, batch, out, 7, 7);
    Slice dx = images(last, false, batch, in, 7, 7);
    Slice dw = operands.zeros(out, in, 3, 3);
    Slice db = operands.zeros(out);
    long[] bytes = {
      Convolution.forwardBytes(s),
      Convolution.inputGradientBytes(s),
      Convolution.weightGradientBytes(s)
    };
    Slices forward = new Slices(List.of(x, w, b), List.of(y), room(bytes[0]), workers);
    Slices backward = new Slices(List.of(dy, w), List.of(dx), room(bytes[1]), workers);
    Slices weights = new Slices(List.of(x, dy), List.of(dw, db), room(bytes[2]), workers);
    add("convolution" + kind, Convolution.forward(s, forward), y);
    add("input gradient" + kind, Convolution.inputGradient(s, backward), dx);
    add("weight gradient" + kind, Convolution.weightGradient(s, weights), dw, db);
  }

  private MemorySegment room(long bytes) {
    return bytes == 0
        ? MemorySegment.NULL
        : operands.zeros(Math.toIntExact(bytes / Float.BYTES)).memory();
  }

  private void pools(int batch, boolean last) {
    WindowAxis axis = new WindowAxis(6, 2, 2, 0, 1);
    PoolShape s = new PoolShape(batch, 3, axis, axis, last);
    String kind = last ? " with the batch last" : "";
    Slice x = images(last, true, batch, 3, 6, 6);
    Slice y = images(last, false, batch, 3, 3, 3);
    Slice placed = images(last, false, batch, 3, 3, 3);
    Slice dx = images(last, false, batch, 3, 6, 6);
    Slice spread = images(last, false, batch, 3, 6, 6);
    Slice mean = images(last, false, batch, 3, 3, 3);
    Slice places = operands.zeros(TensorType.i32((int) s.placeWords()));
    add("max pool" + kind, Pooling.max(s, slices(List.of(x), y)), y);
    Slices found = slices(List.of(x), placed, places);
    add("max pool with places" + kind, Pooling.max(s, found), placed);
    Slices back = slices(List.of(places, y), dx);
    add("max pool gradient" + kind, Pooling.maxGradient(s, back), dx);
    add("mean pool" + kind, Pooling.mean(s, false, slices(List.of(x), mean)), mean);
    Slices spreading = slices(List.of(y), spread);
    add("mean pool gradient" + kind, Pooling.meanGradient(s, false, spreading), spread);
    Channels channels = last ? new Channels(3, 1, 36L * batch) : new Channels(3, batch, 36);
    Slice[] each = {operands.zeros(3), operands.zeros(3), operands.zeros(3), operands.zeros(3)};
    Slice scale = operands.normal(3);
    Slice scaled = images(last, false, batch, 3, 6, 6);
    Workers w = Workers.none();
    add("channel moments" + kind, channels.moments(x, each[0], each[1], w), each[0], each[1]);
    add("channel products" + kind, channels.products(x, x, each[2], each[3], w), each[2], each[3]);
    add("channel affine" + kind, channels.affine(x, scale, Optional.of(scale), scaled, w), scaled);
  }

  private static Slices slices(List<Slice> inputs, Slice... results) {
    return new Slices(inputs, List.of(results), MemorySegment.NULL);
  }
}
