package dev.ballast.cli;

import dev.ballast.Ballast;
import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What this machine can do at this moment: the two roofs that no step gets through (Williams,
 * Waterman and Patterson 2009).
 *
 * @param gigaflops of a matrix product of 512³ in f32, on as many threads as are asked for
 * @param gigabytes a second, read and written, of a copy that is larger than the caches
 */
record Limits(double gigaflops, double gigabytes) {
  private static final int SIDE = 512;
  private static final long COPY_BYTES = 128L << 20;
  private static final int ALIGNMENT = 64;
  private static final double BETTER = 0.95;
  private static final long PATIENCE_NANOS = 1_500_000_000L;
  private static final long MOST_NANOS = 30_000_000_000L;

  static Limits measure(int threads) {
    return new Limits(product(threads), copy());
  }

  private static double product(int threads) {
    GraphBuilder b = new GraphBuilder("product");
    Expr x = b.input("x", TensorType.f32(SIDE, SIDE));
    b.output("y", Ops.matmul(x, b.input("w", TensorType.f32(SIDE, SIDE))));
    SessionOptions options = SessionOptions.defaults().withThreads(threads);
    try (Session s = Session.open(Planner.plan(b.build(), PlanOptions.defaults()), options)) {
      s.input("x").fill(1);
      s.input("w").fill(1);
      double best = best(s::run);
      return 2.0 * SIDE * SIDE * SIDE / best;
    }
  }

  private static double copy() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocate(COPY_BYTES, ALIGNMENT).fill((byte) 1);
      MemorySegment to = arena.allocate(COPY_BYTES, ALIGNMENT).fill((byte) 1);
      return 2.0 * COPY_BYTES / best(() -> to.copyFrom(from));
    }
  }

  /**
   * The least nanoseconds of a run, since what disturbs only adds: once it has not become better
   * for a while, and no kernel waits to be compiled: until then plain loops serve.
   */
  private static double best(Runnable r) {
    long start = System.nanoTime();
    long improved = start;
    double best = Double.MAX_VALUE;
    long now = start;
    while (now - improved < PATIENCE_NANOS && now - start < MOST_NANOS) {
      long from = System.nanoTime();
      r.run();
      now = System.nanoTime();
      if (!Ballast.isWarm() || now - from < BETTER * best) {
        improved = now;
      }
      best = Math.min(best, now - from);
    }
    return best;
  }

  /** The least nanoseconds for so much arithmetic on so many bytes from memory. */
  double leastNanos(long flops, long bytes) {
    return Math.max(flops / gigaflops, bytes / gigabytes);
  }
}
