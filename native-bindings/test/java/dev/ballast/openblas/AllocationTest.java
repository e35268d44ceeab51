package dev.ballast.openblas;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int CALLS = 10_000;
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private static long bytesAllocatedBy(Runnable call) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  /**
   * The least of many rounds, until one has none: when the compiler comes round to a call is its
   * own affair. The empty loop shows what measuring itself costs.
   */
  private static long bytesWhenWarm(Runnable call) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    long least = Long.MAX_VALUE;
    while (least > 0 && System.nanoTime() < deadline) {
      least = Math.min(least, bytesAllocatedBy(call) - bytesAllocatedBy(() -> {}));
    }
    return least;
  }

  @Test
  void aCallOfSgemmAllocatesNothingOnTheHeap() {
    try (Arena arena = Arena.ofShared()) {
      int n = 8;
      MemorySegment a = arena.allocate(ValueLayout.JAVA_FLOAT, n * n);
      MemorySegment b = arena.allocate(ValueLayout.JAVA_FLOAT, n * n);
      MemorySegment c = arena.allocate(ValueLayout.JAVA_FLOAT, n * n);
      assertEquals(
          0,
          bytesWhenWarm(
              () ->
                  cblas_h.cblas_sgemm(
                      cblas_h.CblasRowMajor(),
                      cblas_h.CblasNoTrans(),
                      cblas_h.CblasTrans(),
                      n,
                      n,
                      n,
                      1f,
                      a,
                      n,
                      b,
                      n,
                      0f,
                      c,
                      n)));
    }
  }

  @Test
  void aCallOfBatchStridedAllocatesNothingOnTheHeap() {
    try (Arena arena = Arena.ofShared()) {
      int n = 8;
      int members = 4;
      MemorySegment x = arena.allocate(ValueLayout.JAVA_FLOAT, n * n * members);
      MemorySegment y = arena.allocate(ValueLayout.JAVA_FLOAT, n * n * members);
      assertEquals(
          0,
          bytesWhenWarm(
              () ->
                  cblas_h.cblas_sgemm_batch_strided(
                      cblas_h.CblasRowMajor(),
                      cblas_h.CblasNoTrans(),
                      cblas_h.CblasNoTrans(),
                      n,
                      n,
                      n,
                      1f,
                      x,
                      n,
                      n * n,
                      x,
                      n,
                      n * n,
                      0f,
                      y,
                      n,
                      n * n,
                      members)));
    }
  }

  @Test
  void aCallOfSdotOrSaxpyAllocatesNothingOnTheHeap() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment x = arena.allocate(ValueLayout.JAVA_FLOAT, 64);
      MemorySegment y = arena.allocate(ValueLayout.JAVA_FLOAT, 64);
      assertEquals(0, bytesWhenWarm(() -> cblas_h.cblas_sdot(64, x, 1, y, 1)));
      assertEquals(0, bytesWhenWarm(() -> cblas_h.cblas_saxpy(64, 2f, x, 1, y, 1)));
    }
  }
}
