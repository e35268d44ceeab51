package dev.ballast.bench;

import dev.ballast.cli.Report;
import dev.ballast.kernel.BinaryFunction;
import dev.ballast.kernel.Elementwise;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.MapProgram;
import dev.ballast.kernel.MapProgram.Result;
import dev.ballast.kernel.MapProgram.Storage;
import dev.ballast.kernel.Programs;
import dev.ballast.kernel.Slice;
import dev.ballast.kernel.Slices;
import dev.ballast.kernel.UnaryFunction;
import dev.ballast.kernel.Updates;
import dev.ballast.kernel.Updates.SgdRule;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * One loop's speed beside that of a copy in the same rounds.
 *
 * @param bytes read and written by the loop's own account: what a cache fetches before it is
 *     overwritten is not counted, on either side
 * @param share of the speed of the faster of the two copies, round by round
 */
record Bandwidth(String loop, long elements, long bytes, Samples times, Samples share) {
  private static final String COPY = "copy (MemorySegment.copy)";
  private static final String VECTOR_COPY = "copy (vector loop)";

  private record Loop(String name, int streams, Kernel kernel) {}

  /** All loops on f32 vectors of a length, in turn. */
  static List<Bandwidth> measure(long elements, Budget budget) {
    try (Arena arena = Arena.ofShared()) {
      List<Loop> loops = loops(Math.toIntExact(elements), arena);
      List<Variant> variants =
          loops.stream().map(l -> new Variant(l.name(), l.kernel()::run)).toList();
      List<Samples> times = Alternating.measure(variants, budget);
      Samples copy = faster(times.get(0), times.get(1));
      List<Bandwidth> rows = new ArrayList<>();
      for (int k = 0; k < loops.size(); k++) {
        long bytes = loops.get(k).streams() * elements * Float.BYTES;
        double perCopy = loops.get(k).streams() / 2.0;
        Samples share = scaled(copy.over(times.get(k)), perCopy);
        rows.add(new Bandwidth(loops.get(k).name(), elements, bytes, times.get(k), share));
      }
      return rows;
    }
  }

  private static Samples faster(Samples a, Samples b) {
    return a.median() <= b.median() ? a : b;
  }

  private static Samples scaled(Samples s, double factor) {
    double[] values = s.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return new Samples(s.name(), values);
  }

  private static List<Loop> loops(int n, Arena arena) {
    Slice a = filled(n, arena);
    Slice b = filled(n, arena);
    Slice c = filled(n, arena);
    Slice out = filled(n, arena);
    Slice rate = Slice.allocate(TensorType.f32(), arena);
    rate.set(0, 1e-6);
    Slice one = Slice.allocate(TensorType.f32(), arena);
    one.set(0, 1);
    SgdRule plain = new SgdRule(0, false, 0);
    SgdRule momentum = new SgdRule(0.9, false, 0);
    return List.of(
        new Loop(
            COPY,
            2,
            () -> MemorySegment.copy(a.memory(), 0, out.memory(), 0, a.memory().byteSize())),
        new Loop(VECTOR_COPY, 2, vectorCopy(a, out)),
        new Loop("relu", 2, Elementwise.unary(UnaryFunction.RELU, a, out)),
        new Loop("relu in place", 2, Elementwise.unary(UnaryFunction.RELU, c, c)),
        new Loop("scale", 2, Elementwise.binary(BinaryFunction.MUL, a, one, out)),
        new Loop("scale in place", 2, Elementwise.binary(BinaryFunction.MUL, c, one, c)),
        new Loop("add", 3, Elementwise.binary(BinaryFunction.ADD, a, b, out)),
        new Loop("add in place", 3, Elementwise.binary(BinaryFunction.ADD, c, a, c)),
        new Loop("sgd", 3, Updates.sgd(plain, b, a, rate, c, b, c)),
        new Loop("sgd, momentum", 5, Updates.sgd(momentum, b, a, rate, c, b, c)));
  }

  /** A fused loop without a step. */
  private static Kernel vectorCopy(Slice from, Slice to) {
    MapProgram identity =
        new MapProgram(
            List.of(Storage.NUMBERS),
            List.of(),
            List.of(),
            List.of(new Result(0, Storage.NUMBERS)));
    Slices s = new Slices(List.of(from), List.of(to), MemorySegment.NULL);
    return Programs.bind(identity, from.type().shape(), s);
  }

  private static Slice filled(int n, Arena arena) {
    Slice s = Slice.allocate(TensorType.f32(n), arena);
    s.fill(0.5);
    return s;
  }

  double gigabytesPerSecond() {
    return bytes / times.median();
  }

  Report report() {
    return new Report()
        .put("loop", loop)
        .put("elements", elements)
        .put("bytes", bytes)
        .put("medianMicros", times.median() / 1e3)
        .put("gigabytesPerSecond", gigabytesPerSecond())
        .put("shareOfCopy", share.median())
        .put("spread", share.spread());
  }
}
