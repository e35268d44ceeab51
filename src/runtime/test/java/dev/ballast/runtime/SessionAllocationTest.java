package dev.ballast.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.op.Update;
import dev.ballast.pass.Passes;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.RandomGraphs;
import dev.ballast.tensor.TensorType;
import dev.ballast.testing.Allocations;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A run allocates nothing on the heap: not little, nothing. */
class SessionAllocationTest {
  private static final int RUNS = 10_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static long allocated(Runnable body, int runs) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < runs; i++) {
      body.run();
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  /**
   * Until the compiler is done with the kernels, vectors may be boxed, and it was seen to compile
   * one anew after three quiet rounds; then ten thousand runs in a row must not allocate a byte.
   */
  private static void assertAllocatesNothing(Graph g) {
    assertTrue(THREADS.isThreadAllocatedMemoryEnabled());
    assertTrue(allocated(() -> new byte[1].clone(), 1) > 0, "the measurement sees nothing");
    try (Session s = Session.open(Planner.plan(g, PlanOptions.defaults()))) {
      Feed.random(g, 1, -1, 1).run(s, 1);
      Allocations.assertNone(PATIENCE, s::run);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      long bytes = allocated(s::run, RUNS);
      while (bytes > 0 && System.nanoTime() < deadline) {
        bytes = allocated(s::run, RUNS);
      }
      assertEquals(0, bytes, "bytes in " + RUNS + " runs of " + g);
    }
  }

  @Test
  void tenThousandInferencesAllocateNothing() {
    GraphBuilder b = new GraphBuilder("inference");
    Expr x = b.input("x", TensorType.f32(2, 6));
    Expr w = b.parameter("w", TensorType.f32(5, 6));
    b.output("p", Ops.softmax(Ops.relu(Ops.matmul(x, w, false, true))));
    assertAllocatesNothing(Passes.standard(b.build()));
  }

  @Test
  void tenThousandTrainingStepsAllocateNothing() {
    GraphBuilder b = new GraphBuilder("training");
    Expr x = b.input("x", TensorType.f32(4, 6));
    Expr labels = b.input("labels", TensorType.i32(4));
    Expr rate = b.input("rate", TensorType.f32());
    Expr w = b.parameter("w", TensorType.f32(6, 3));
    Expr velocity = b.state("velocity", w.type());
    Expr loss = Ops.mean(Ops.crossEntropy(Ops.tanh(Ops.matmul(x, w)), labels));
    Expr dw = Autodiff.gradients(loss, List.of(w)).getFirst();
    Update sgd = new Update.Sgd(0.9, false, 0.01);
    List<Expr> next = b.applyAll(sgd, List.of(w, dw, rate, velocity));
    b.update(w, next.get(0));
    b.update(velocity, next.get(1));
    b.output("loss", loss);
    assertAllocatesNothing(Passes.standard(b.build()));
  }

  /** Many kinds of kernels at once. */
  @Test
  void nothingElseAllocatesEither() {
    assertAllocatesNothing(Passes.standard(RandomGraphs.of(2, 25)));
    assertAllocatesNothing(Passes.standard(RandomGraphs.of(5, 25)));
  }
}
