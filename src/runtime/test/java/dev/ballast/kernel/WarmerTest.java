package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.Ballast;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of code that HotSpot does not compile in time. */
class WarmerTest {
  private static final Warmer.Patience SHORT = new Warmer.Patience(2_000_000, 20_000_000);
  private static final int OPERATIONS = 1_000_000;

  private volatile boolean isStarved = true;
  private volatile Object escaped = "";

  /** Looks as code does that is not compiled: it makes objects. */
  private void call() {
    if (isStarved) {
      escaped = new byte[16];
    }
  }

  @Test
  void whatWasGivenUpIsReadyOnceItIsCompiledAfterAll() throws InterruptedException {
    CountDownLatch ready = new CountDownLatch(1);
    AtomicInteger made = new AtomicInteger();
    Warmer.warm(
        made::incrementAndGet, code -> call(), OPERATIONS, code -> ready.countDown(), SHORT);
    Warmer.awaitIdle();
    assertEquals(1, ready.getCount(), "given up: " + escaped);
    assertEquals(3, made.get(), "classes that were tried");
    isStarved = false;
    assertTrue(ready.await(30, TimeUnit.SECONDS), "looked at again");
    assertEquals(3, made.get(), "no class more");
  }

  @Test
  void aKernelIsRunUntilItMakesNoObjects() throws InterruptedException {
    AtomicInteger runs = new AtomicInteger();
    Warmer.exercise(
        () ->
            () -> {
              runs.incrementAndGet();
              call();
            },
        10);
    assertFalse(Ballast.awaitWarm(Duration.ofMillis(200)), "as long as it makes objects");
    assertTrue(runs.get() > 10, "runs: " + runs);
    isStarved = false;
    assertTrue(Ballast.awaitWarm(Duration.ofSeconds(60)));
    int enough = runs.get();
    Thread.sleep(20);
    assertEquals(enough, runs.get(), "no run more");
  }

  @Test
  void aKernelThatAlwaysMakesObjectsIsGivenUp() {
    AtomicInteger runs = new AtomicInteger();
    Warmer.exercise(
        () ->
            () -> {
              runs.incrementAndGet();
              call();
            },
        10,
        1_000);
    assertTrue(Ballast.awaitWarm(Duration.ofSeconds(60)), "it does not go on for ever");
    assertTrue(runs.get() >= 10_000, "ten chances of a thousand runs: " + runs);
  }

  @Test
  void whoWaitsIsToldWhetherItWasLongEnough() {
    CountDownLatch held = new CountDownLatch(1);
    Warmer.exercise(
        () -> {
          try {
            held.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          return () -> {};
        },
        1);
    assertFalse(Ballast.isWarm());
    assertFalse(Ballast.awaitWarm(Duration.ofMillis(20)));
    Thread.currentThread().interrupt();
    assertFalse(Ballast.awaitWarm(Duration.ofSeconds(60)), "interrupted");
    assertTrue(Thread.interrupted(), "and it still says so");
    held.countDown();
    assertTrue(Ballast.awaitWarm(Duration.ofSeconds(60)));
    assertTrue(Ballast.isWarm());
  }

  @Test
  void whatNeverIsCompiledIsGivenUpForGood() throws InterruptedException {
    AtomicInteger calls = new AtomicInteger();
    Warmer.warm(
        () -> "code",
        code -> {
          calls.incrementAndGet();
          call();
        },
        OPERATIONS,
        code -> calls.set(-1),
        new Warmer.Patience(1_000, 1_000_000));
    Warmer.awaitIdle();
    int before;
    do {
      before = calls.get();
      Thread.sleep(500);
    } while (calls.get() != before);
    assertTrue(before > 0, "it was tried and never ready");
  }
}
