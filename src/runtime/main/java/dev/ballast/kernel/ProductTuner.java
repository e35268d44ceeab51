package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** Measures every kernel at every shape of {@link ProductTable}'s grid, on one thread. */
public final class ProductTuner {
  /** The least time that a measurement takes: long against the clock, short against the whole. */
  private static final long LEAST_NANOS = 500_000;

  private static final int REPETITIONS = 7;

  /** Packing must be worth its bytes: it counts as this much slower than it is. */
  private static final double PRICE_OF_PACKING = 1.05;

  private ProductTuner() {}

  /** A kernel at a shape. */
  private record Trial(ProductTable.Point point, ProductKernel kernel, Kernel bound) {
    /** The least time of one run among several repetitions, since what disturbs only adds. */
    double nanos() {
      int runs = 1;
      long first = time(1);
      if (first < LEAST_NANOS) {
        runs = (int) Math.min(10_000, LEAST_NANOS / Math.max(1, first) + 1);
      }
      double best = Double.MAX_VALUE;
      for (int i = 0; i < REPETITIONS; i++) {
        best = Math.min(best, (double) time(runs) / runs);
      }
      return best;
    }

    private long time(int runs) {
      long start = System.nanoTime();
      for (int i = 0; i < runs; i++) {
        bound.run();
      }
      return System.nanoTime() - start;
    }
  }

  /**
   * Measures for about half a minute on an idle machine.
   *
   * @param progress is told how many shapes of how many are done
   */
  public static ProductTable measure(BiConsumer<Integer, Integer> progress) {
    try (Arena arena = Arena.ofShared()) {
      List<Trial> trials = new Bench(arena).trials();
      Warmer.awaitIdle();
      // Once without counting, until HotSpot has compiled what runs the tiles too.
      trials.forEach(Trial::nanos);
      Map<ProductTable.Point, Map<ProductKernel, Double>> nanos = new HashMap<>();
      int done = 0;
      for (Trial t : trials) {
        boolean packs = t.kernel == ProductKernel.PACKED || t.kernel == ProductKernel.PACKING;
        double price = packs ? PRICE_OF_PACKING : 1;
        nanos.computeIfAbsent(t.point, p -> new TreeMap<>()).put(t.kernel, price * t.nanos());
        progress.accept(++done, trials.size());
      }
      Map<ProductTable.Point, List<ProductKernel>> rankings = new HashMap<>();
      nanos.forEach(
          (point, times) ->
              rankings.put(
                  point,
                  times.keySet().stream().sorted(Comparator.comparing(times::get)).toList()));
      return ProductTable.of("measured now", rankings);
    }
  }

  /** Operands large enough for every shape, and a product of each kind on them. */
  private static final class Bench {
    private final MemorySegment a;
    private final MemorySegment b;
    private final MemorySegment c;
    private final MemorySegment workspace;

    Bench(Arena arena) {
      long m = last(ProductTable.M);
      long n = last(ProductTable.N);
      long k = last(ProductTable.K);
      a = ones(arena, m * k);
      b = ones(arena, mostPacked());
      c = ones(arena, m * n);
      workspace = ones(arena, mostWorkspace() / Float.BYTES);
    }

    private static long mostWorkspace() {
      long most = 0;
      for (Gemm.Dims d : shapes()) {
        for (ProductKernel kernel : ProductKernel.values()) {
          most = Math.max(most, kernel.workspaceBytes(d, false));
        }
      }
      return most;
    }

    /** Elements of the largest packed matrix: zeros behind its last column depend on the rows. */
    private static long mostPacked() {
      return shapes().stream().mapToLong(d -> Panels.of(d).shape().elements()).max().orElseThrow();
    }

    private static List<Gemm.Dims> shapes() {
      List<Gemm.Dims> shapes = new ArrayList<>();
      for (int m : ProductTable.M) {
        for (int n : ProductTable.N) {
          for (int k : ProductTable.K) {
            shapes.add(new Gemm.Dims(m, n, k));
          }
        }
      }
      return shapes;
    }

    private static int last(int[] sizes) {
      return sizes[sizes.length - 1];
    }

    private static MemorySegment ones(Arena arena, long elements) {
      MemorySegment s = arena.allocate(elements * Float.BYTES, 64);
      for (long i = 0; i < elements; i++) {
        s.setAtIndex(JAVA_FLOAT, i, 1);
      }
      return s;
    }

    List<Trial> trials() {
      List<Trial> trials = new ArrayList<>();
      for (int sides = 0; sides < 4; sides++) {
        for (Gemm.Dims d : shapes()) {
          boolean transposeA = (sides & 1) != 0;
          boolean transposeB = (sides & 2) != 0;
          add(new ProductTable.Point(transposeA, transposeB, d.m(), d.n(), d.k()), trials);
        }
      }
      return trials;
    }

    private void add(ProductTable.Point p, List<Trial> trials) {
      for (ProductKernel kernel : ProductKernel.values()) {
        if (kernel == ProductKernel.PACKED && Simd.isAvailable()
            || kernel.serves(p.dims(), p.transposeA(), p.transposeB(), false)) {
          var operands =
              new ProductKernel.Operands(
                  p.dims(), p.transposeA(), p.transposeB(), false, a, b, c, workspace);
          trials.add(new Trial(p, kernel, kernel.bind(operands, Workers.none())));
        }
      }
    }
  }
}
