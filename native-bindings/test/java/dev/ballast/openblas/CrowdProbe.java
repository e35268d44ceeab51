package dev.ballast.openblas;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A main class that calls sgemm from many threads at once; OpenBLAS alone would end it. */
final class CrowdProbe {
  // Long thin products: small enough to have an output for each thread, slow enough (milliseconds)
  // that threads are interrupted inside OpenBLAS and pile up there.
  private static final int N = 128;
  private static final int DEPTH = 10_000;
  private static final int CALLS = 1;
  private static final long STACK_BYTES = 256 * 1024;

  private CrowdProbe() {}

  public static void main(String[] args) throws InterruptedException {
    int crowd = Integer.getInteger("crowd");
    CountDownLatch start = new CountDownLatch(1);
    AtomicInteger right = new AtomicInteger();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment ones = arena.allocate(JAVA_FLOAT, N * DEPTH);
      for (int i = 0; i < N * DEPTH; i++) {
        ones.setAtIndex(JAVA_FLOAT, i, 1);
      }
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < crowd; i++) {
        MemorySegment c = arena.allocate(JAVA_FLOAT, N * N);
        Runnable caller =
            () -> {
              awaitUninterrupted(start);
              right.addAndGet(rightProducts(ones, c));
            };
        Thread thread = new Thread(null, caller, "caller-" + i, STACK_BYTES);
        thread.start();
        threads.add(thread);
      }
      start.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
    }
    System.out.println("right=" + right.get() + " of " + crowd * CALLS);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts these threads", e);
    }
  }

  private static int rightProducts(MemorySegment ones, MemorySegment c) {
    int right = 0;
    for (int call = 0; call < CALLS; call++) {
      c.fill((byte) 0);
      cblas_h.cblas_sgemm(
          cblas_h.CblasRowMajor(),
          cblas_h.CblasNoTrans(),
          cblas_h.CblasNoTrans(),
          N,
          N,
          DEPTH,
          1f,
          ones,
          DEPTH,
          ones,
          N,
          0f,
          c,
          N);
      boolean allRight = true;
      for (int i = 0; i < N * N; i++) {
        allRight &= c.getAtIndex(JAVA_FLOAT, i) == DEPTH;
      }
      right += allRight ? 1 : 0;
    }
    return right;
  }
}
