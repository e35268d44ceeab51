package dev.ballast.bench.latency;

import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A JVM that asks itself for safepoints while a thread of it computes. Prints, once: its uptime in
 * ms when it began and when it ended to ask, how many computations there were, and ms of each.
 */
final class SafepointSubject {
  private static final int SIZE = 2_000;
  private static final long WARM_UP_MILLIS = 2_000;
  private static final long PAUSE_MILLIS = 2;

  private SafepointSubject() {}

  /** What the other thread does. */
  enum Work {
    IDLE("an idle thread") {
      @Override
      Session open() {
        return null;
      }
    },
    /** In f64 every product is OpenBLAS's. */
    OPENBLAS("a product in OpenBLAS") {
      @Override
      Session open() {
        return product(DType.F64);
      }
    },
    BALLAST("a product in Ballast's tiles") {
      @Override
      Session open() {
        return product(DType.F32);
      }
    };

    private final String label;

    Work(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }

    /** Null where nothing is done. */
    abstract Session open();

    private static Session product(DType dtype) {
      GraphBuilder b = new GraphBuilder("product");
      TensorType type = TensorType.of(dtype, SIZE, SIZE);
      b.output("c", Ops.matmul(b.input("a", type), b.input("b", type)));
      return Session.open(Planner.plan(b.build(), PlanOptions.defaults()));
    }
  }

  public static void main(String[] arguments) throws InterruptedException {
    Work work = Work.valueOf(arguments[0]);
    long nanos = (long) (1e9 * Double.parseDouble(arguments[1]));
    AtomicLong done = new AtomicLong();
    Thread computing = Thread.ofPlatform().daemon().unstarted(() -> compute(work, done));
    computing.start();
    Thread.sleep(WARM_UP_MILLIS);
    long before = done.get();
    long from = ManagementFactory.getRuntimeMXBean().getUptime();
    long start = System.nanoTime();
    while (System.nanoTime() - start < nanos) {
      // Stops all threads.
      ManagementFactory.getThreadMXBean().dumpAllThreads(false, false);
      Thread.sleep(PAUSE_MILLIS);
    }
    double millis = (System.nanoTime() - start) / 1e6;
    long to = ManagementFactory.getRuntimeMXBean().getUptime();
    long count = done.get() - before;
    System.out.println(from + " " + to + " " + count + " " + (count == 0 ? 0 : millis / count));
    // The other thread is in the middle of something, and what it uses must stay.
    Runtime.getRuntime().halt(0);
  }

  private static void compute(Work work, AtomicLong done) {
    Session session = work.open();
    while (session != null) {
      session.run();
      done.incrementAndGet();
    }
  }
}
