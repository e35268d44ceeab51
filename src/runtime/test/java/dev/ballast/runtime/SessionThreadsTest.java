package dev.ballast.runtime;

import static dev.ballast.tensor.TensorType.f32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.RandomGraphs;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A session is for one thread at a time, and many sessions are for many threads. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SessionThreadsTest {
  private static final String BUSY =
      "the session is running on another thread: give each thread a session of its own";

  @Test
  void runAndCloseThrowWhileAnotherThreadRuns() throws Exception {
    UserOps.Wait wait = UserOps.Wait.at("busy");
    GraphBuilder b = new GraphBuilder("waiting");
    Expr x = b.input("x", f32(1));
    b.output("y", b.apply(wait, Ops.neg(x)));
    Plan plan = Planner.plan(b.build(), PlanOptions.defaults());
    Plan same = Planner.plan(b.build(), PlanOptions.defaults());
    try (ExecutorService other = Executors.newSingleThreadExecutor();
        Session s = Session.open(plan, SessionOptions.defaults(), same)) {
      Session beside = s.alongside(same);
      s.input("x").copyFrom(3f);
      Future<?> running = other.submit(s::run);
      wait.awaitBegin();
      assertBusy(s::run);
      assertBusy(beside::run);
      assertBusy(s::close);
      wait.open();
      running.get();
      assertEquals(-3, s.output("y").get(0));
      s.input("x").copyFrom(5f);
      s.run();
      assertEquals(-5, s.output("y").get(0));
    }
  }

  private static void assertBusy(Runnable use) {
    assertEquals(BUSY, assertThrows(IllegalStateException.class, use::run).getMessage());
  }

  @Test
  void twoSessionsInTwoThreadsGiveTheBitsOfOne() throws Exception {
    for (long seed = 0; seed < 4; seed++) {
      Graph g = RandomGraphs.of(seed, 30);
      Feed feed = Feed.random(g, seed, -1, 1);
      Outcome alone = feed.run(g, PlanOptions.defaults(), 200);
      Plan plan = Planner.plan(g, PlanOptions.defaults());
      Callable<Outcome> task =
          () -> {
            try (Session s = Session.open(plan)) {
              return feed.run(s, 200);
            }
          };
      try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
        for (Future<Outcome> f : threads.invokeAll(List.of(task, task))) {
          f.get().assertSameBits(alone);
        }
      }
    }
  }

  /** A session is not bound to the thread that opened it. */
  @Test
  void aSessionMayWanderBetweenThreads() throws Exception {
    Graph g = RandomGraphs.of(2, 30);
    Feed feed = Feed.random(g, 2, -1, 1);
    Outcome expected = feed.run(g);
    try (ExecutorService other = Executors.newSingleThreadExecutor();
        Session s = Session.open(Planner.plan(g, PlanOptions.defaults()))) {
      other.submit(() -> feed.run(s, 1)).get().assertSameBits(expected);
    }
  }
}
