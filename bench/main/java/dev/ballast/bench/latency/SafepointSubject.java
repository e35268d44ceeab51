package dev.ballast.bench.latency;

import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A JVM that asks itself for safepoints while a thread of it computes. Prints, once: its uptime in
 * ms when it began and when it ended to ask, how many computations there were, and ms of each.
 */
final class SafepointSubject {
  private static final int SIZE = 2_000;
  private static final long TURNS = 1_000_000;
  private static final long PAUSE_MILLIS = 2;

  /** Before that what runs is the interpreter, on its way to compiled code. */
  private static final int WARM_UP_COMPUTATIONS = 5;

  private static final long MOST_WARM_UP_NANOS = 120_000_000_000L;

  private SafepointSubject() {}

  /** What the other thread does. */
  enum Work {
    IDLE("an idle thread") {
      @Override
      Runnable open() {
        return () -> LockSupport.parkNanos(1_000_000);
      }
    },
    /** What any thread costs that is in Java code when it is asked to stop. */
    JAVA("a loop in plain Java") {
      @Override
      Runnable open() {
        AtomicLong turns = new AtomicLong();
        return () -> {
          while (turns.incrementAndGet() % TURNS != 0) {
            Thread.onSpinWait();
          }
        };
      }
    },
    /** In f64 every product is OpenBLAS's. */
    OPENBLAS("a product in OpenBLAS") {
      @Override
      Runnable open() {
        return product(DType.F64);
      }
    },
    BALLAST("a product in Ballast's tiles") {
      @Override
      Runnable open() {
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

    /** What is done over and over. */
    abstract Runnable open();

    private static Runnable product(DType dtype) {
      GraphBuilder b = new GraphBuilder("product");
      TensorType type = TensorType.of(dtype, SIZE, SIZE);
      b.output("c", Ops.matmul(b.input("a", type), b.input("b", type)));
      return Session.open(Planner.plan(b.build(), PlanOptions.defaults()))::run;
    }
  }

  public static void main(String[] arguments) throws InterruptedException {
    Work work = Work.valueOf(arguments[0]);
    long nanos = (long) (1e9 * Double.parseDouble(arguments[1]));
    AtomicLong done = new AtomicLong();
    AtomicBoolean ended = new AtomicBoolean();
    Thread computing = Thread.ofPlatform().daemon().unstarted(() -> compute(work, done, ended));
    computing.start();
    warmUp(done);
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
    // The end of the process frees OpenBLAS's buffers: nobody may be in a product then.
    ended.set(true);
    computing.join();
  }

  private static void warmUp(AtomicLong done) throws InterruptedException {
    long start = System.nanoTime();
    while (done.get() < WARM_UP_COMPUTATIONS) {
      if (System.nanoTime() - start > MOST_WARM_UP_NANOS) {
        throw new IllegalStateException(
            "after two minutes " + done.get() + " computations; the machine is too busy");
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private static void compute(Work work, AtomicLong done, AtomicBoolean ended) {
    Runnable once = work.open();
    while (!ended.get()) {
      once.run();
      done.incrementAndGet();
    }
  }
}
