package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkersTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void everyPieceIsDoneOnceRoundAfterRound(int threads) {
    Workers workers = Workers.of(threads);
    for (int round = 0; round < 3000; round++) {
      int pieces = round % 23;
      AtomicIntegerArray done = new AtomicIntegerArray(pieces);
      workers.run(done::incrementAndGet, pieces);
      for (int i = 0; i < pieces; i++) {
        assertEquals(1, done.get(i), "piece " + i + " of " + pieces + ", round " + round);
      }
    }
  }

  /** Each processor meets the same pieces in run after run. */
  @Test
  void theCallerTakesTheFirstPieceAndTheWorkerTheLast() {
    CyclicBarrier both = new CyclicBarrier(2);
    Thread[] by = new Thread[2];
    for (int round = 0; round < 200; round++) {
      Workers.of(2)
          .run(
              i -> {
                by[i] = Thread.currentThread();
                try {
                  both.await();
                } catch (InterruptedException | BrokenBarrierException e) {
                  throw new IllegalStateException(e);
                }
              },
              2);
      assertSame(Thread.currentThread(), by[0]);
      assertEquals("ballast-worker-1", by[1].getName());
    }
  }

  @Test
  void workOfOtherThreadsIsSeenByTheCaller() {
    Workers workers = Workers.of(3);
    long[] plain = new long[64];
    for (int round = 1; round < 5000; round++) {
      long mark = round;
      workers.run(i -> plain[i] = mark * i, plain.length);
      for (int i = 0; i < plain.length; i++) {
        assertEquals(mark * i, plain[i]);
      }
    }
  }

  @Test
  void whatAPieceThrowsReachesTheCallerAndTheNextRoundIsSound() {
    Workers workers = Workers.of(2);
    Workers.Task broken =
        i -> {
          if (i == 7) {
            throw new IllegalArgumentException("piece seven");
          }
        };
    var e = assertThrows(IllegalArgumentException.class, () -> workers.run(broken, 20));
    assertEquals("piece seven", e.getMessage());
    everyPieceIsDoneOnceRoundAfterRound(2);
  }

  @Test
  void callersAtTheSameTimeAllGetTheirPiecesDone() throws Exception {
    Workers workers = Workers.of(2);
    try (var callers = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> results =
          IntStream.range(0, 4).mapToObj(c -> callers.submit(() -> sum(workers))).toList();
      for (Future<Integer> f : results) {
        assertEquals(2000 * 28, f.get());
      }
    }
  }

  private static int sum(Workers workers) {
    int[] sums = new int[8];
    for (int round = 0; round < 2000; round++) {
      workers.run(i -> sums[i] += i, sums.length);
    }
    return IntStream.of(sums).sum();
  }

  @Test
  void idleWorkersSleep() throws InterruptedException {
    Workers.of(2).run(i -> {}, 10);
    for (int wait = 0; wait < 500; wait++) {
      if (workersSleep()) {
        return;
      }
      Thread.sleep(10);
    }
    assertTrue(workersSleep(), "a worker still runs five seconds after the last kernel");
  }

  private static boolean workersSleep() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("ballast-worker"))
        .allMatch(t -> t.getState() == Thread.State.WAITING);
  }

  @Test
  void thereIsNoRunningOnNoThread() {
    var e = assertThrows(IllegalArgumentException.class, () -> Workers.of(0));
    assertEquals("threads: 0 is less than 1", e.getMessage());
  }
}
