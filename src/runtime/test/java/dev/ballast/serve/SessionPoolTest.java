package dev.ballast.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.testing.Allocations;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SessionPoolTest {
  private static final long SOON = 20;
  private static final long LATE = 600_000;

  private final ServingModel model = SmallModel.serving(1);

  @AfterEach
  void closeAll() {
    model.close();
    assertTrue(model.isFreed(), "no session is left open");
  }

  @Test
  void lendsEachSessionToOneAtATime() {
    try (SessionPool pool = SessionPool.of(model, 1, 2)) {
      PooledSession a = pool.borrow();
      PooledSession b = pool.borrow();
      assertNotSame(a, b);
      NoSessionException none = assertThrows(NoSessionException.class, () -> pool.borrow().close());
      assertEquals(
          "all 2 sessions of the pool are in use, by " + Thread.currentThread().getName(),
          none.getMessage());
      a.close();
      PooledSession again = pool.borrow();
      assertSame(a, again);
      again.close();
      b.close();
    }
  }

  @Test
  void whoWaitsGetsTheFirstThatIsGivenBack() throws Exception {
    try (SessionPool pool = SessionPool.of(model, 1, 1);
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      PooledSession mine = pool.borrow();
      CountDownLatch asking = new CountDownLatch(1);
      Future<float[]> answer =
          other.submit(
              () -> {
                asking.countDown();
                try (PooledSession s = pool.borrow(LATE, TimeUnit.MILLISECONDS)) {
                  s.input("x").copyFrom(SmallModel.example(1));
                  s.run();
                  return s.output("probabilities").toFloats();
                }
              });
      asking.await();
      Thread.sleep(SOON);
      mine.input("x").copyFrom(SmallModel.example(2));
      mine.run();
      mine.close();
      float[] expected = SmallModel.expected(1, 1, SmallModel.example(1));
      assertArrayEquals(expected, answer.get(), 1e-6f);
    }
  }

  @Test
  void theDeadlineIsKept() {
    try (SessionPool pool = SessionPool.of(model, 1, 1);
        PooledSession mine = pool.borrow()) {
      NoSessionException e =
          assertThrows(
              NoSessionException.class, () -> pool.borrow(SOON, TimeUnit.MILLISECONDS).close());
      assertEquals(
          "none of the 1 sessions of the pool was given back in time; they are with "
              + Thread.currentThread().getName(),
          e.getMessage());
      mine.run();
    }
  }

  @Test
  void anInterruptEndsTheWaiting() throws Exception {
    try (SessionPool pool = SessionPool.of(model, 1, 1);
        PooledSession mine = pool.borrow()) {
      Thread[] waits = new Thread[1];
      String[] message = new String[1];
      waits[0] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (PooledSession s = pool.borrow(LATE, TimeUnit.MILLISECONDS)) {
                      message[0] = "got " + s;
                    } catch (NoSessionException e) {
                      message[0] = e.getMessage() + Thread.currentThread().isInterrupted();
                    }
                  });
      Thread.sleep(SOON);
      waits[0].interrupt();
      waits[0].join();
      assertEquals("interrupted while waiting for a session of the pooltrue", message[0]);
      mine.run();
    }
  }

  @Test
  void aQueueThatIsFullRefusesAtOnce() throws Exception {
    int most = 64;
    try (SessionPool pool = SessionPool.of(model, 1, 1);
        ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
      PooledSession mine = pool.borrow();
      List<Future<String>> all = new ArrayList<>();
      for (int i = 0; i < most + 1; i++) {
        all.add(
            many.submit(
                () -> {
                  try (PooledSession s = pool.borrow(LATE, TimeUnit.MILLISECONDS)) {
                    s.run();
                    return "served";
                  } catch (NoSessionException e) {
                    mine.model();
                    return e.getMessage();
                  }
                }));
      }
      while (all.stream().noneMatch(Future::isDone)) {
        Thread.sleep(1);
      }
      mine.close();
      int refused = 0;
      for (Future<String> f : all) {
        if (!f.get().equals("served")) {
          assertEquals("64 callers wait already for the 1 sessions of the pool", f.get());
          refused++;
        }
      }
      assertEquals(1, refused);
    }
  }

  @Test
  void aSessionThatWasGivenBackAnswersNoMore() {
    try (SessionPool pool = SessionPool.of(model, 1, 1)) {
      PooledSession s = pool.borrow();
      s.close();
      String back = "the session was given back to its pool: borrow one";
      for (Runnable use :
          List.<Runnable>of(s::run, s::close, () -> s.input("x"), () -> s.output("y"))) {
        assertEquals(back, assertThrows(IllegalStateException.class, use::run).getMessage());
      }
    }
  }

  @Test
  void anotherThreadsSessionIsRefused() throws Exception {
    try (SessionPool pool = SessionPool.of(model, 1, 1);
        ExecutorService other = Executors.newSingleThreadExecutor();
        PooledSession mine = pool.borrow()) {
      String name = Thread.currentThread().getName();
      ExecutionException e =
          assertThrows(ExecutionException.class, () -> other.submit(mine::run).get());
      assertEquals(
          "the session is borrowed by thread '" + name + "': each thread borrows its own",
          e.getCause().getMessage());
      mine.run();
    }
  }

  @Test
  void aClosedPoolLendsNoMoreAndWhatIsLentStaysGood() {
    SessionPool pool = SessionPool.of(model, 1, 2);
    PooledSession lent = pool.borrow();
    pool.close();
    pool.close();
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> pool.borrow().close());
    assertEquals("the pool is closed", e.getMessage());
    lent.run();
    lent.close();
  }

  @Test
  void borrowingRunningAndGivingBackAllocateNothing() {
    try (SessionPool pool = SessionPool.of(model, 1, 2)) {
      Allocations.assertNone(
          () -> {
            try (PooledSession s = pool.borrow(LATE, TimeUnit.MILLISECONDS)) {
              s.run();
            }
          });
    }
  }

  @Test
  void eachOfManyCallersGetsTheAnswerToItsOwnQuestion() throws Exception {
    int callers = 8;
    int questions = 16;
    float[][] expected = new float[questions][];
    for (int i = 0; i < questions; i++) {
      expected[i] = SmallModel.expected(1, 1, SmallModel.example(i));
    }
    try (SessionPool pool = SessionPool.of(model, 1, 3);
        ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      List<Callable<Double>> tasks = new ArrayList<>();
      for (int t = 0; t < callers; t++) {
        int first = t;
        tasks.add(
            () -> {
              double worst = 0;
              for (int i = 0; i < 2_000; i++) {
                int q = (first + i) % questions;
                try (PooledSession s = pool.borrow(LATE, TimeUnit.MILLISECONDS)) {
                  s.input("x").copyFrom(SmallModel.example(q));
                  s.run();
                  worst =
                      Math.max(worst, SmallModel.distance(expected[q], s.output("probabilities")));
                }
              }
              return worst;
            });
      }
      for (Future<Double> f : threads.invokeAll(tasks)) {
        assertTrue(f.get() < 1e-6, "off by " + f.get());
      }
    }
  }
}
