package dev.ballast.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is in {@link Lender} and needs no model; its races are in the module of stress tests. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LenderTest {
  private static final class Coin extends Lendable {
    private final AtomicInteger ends = new AtomicInteger();
    private int users;

    @Override
    void end() {
      ends.incrementAndGet();
    }
  }

  private static List<Coin> coins(int count) {
    List<Coin> coins = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      coins.add(new Coin());
    }
    return coins;
  }

  /** As a batcher relies on: three threads, each with one at a time, and three to be had. */
  @Test
  void whoComesNeverFindsNoneWhereThereIsOneForEach() throws Exception {
    Lender<Coin> lender = new Lender<>(3, 1);
    lender.publish(new Lot<>(lender, coins(3)));
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<Integer>> all = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        all.add(
            threads.submit(
                () -> {
                  int shared = 0;
                  for (int i = 0; i < 300_000; i++) {
                    Coin c = lender.borrow();
                    shared += ++c.users == 1 ? 0 : 1;
                    c.users--;
                    c.giveBack();
                  }
                  return shared;
                }));
      }
      for (Future<Integer> f : all) {
        assertEquals(0, f.get(), "a coin that two threads had");
      }
    }
  }

  @Test
  void whatIsLentEndsWhenItIsGivenBack() {
    Lender<Coin> lender = new Lender<>(2, 1);
    List<Coin> first = coins(2);
    List<Coin> second = coins(2);
    lender.publish(new Lot<>(lender, first));
    Coin lent = lender.borrow();
    lender.publish(new Lot<>(lender, second));
    assertEquals(0, lent.ends.get());
    assertEquals(1, first.stream().mapToInt(c -> c.ends.get()).sum());
    assertTrue(second.contains(lender.borrow()));
    lent.giveBack();
    assertEquals(1, lent.ends.get());
    lender.close();
    assertThrows(IllegalStateException.class, lender::borrow);
    assertThrows(IllegalStateException.class, lent::giveBack);
    assertEquals(2, first.stream().mapToInt(c -> c.ends.get()).sum());
    assertEquals(1, second.stream().mapToInt(c -> c.ends.get()).sum(), "one is lent still");
  }

  private static void borrowAndEnd(Lender<Coin> lender, String name) throws Exception {
    Thread t = new Thread(lender::borrow, name);
    t.start();
    t.join();
  }

  @Test
  void whatAThreadTookWithItIsTakenBack() throws Exception {
    Lender<Coin> lender = new Lender<>(2, 4);
    List<Coin> coins = coins(2);
    lender.publish(new Lot<>(lender, coins));
    for (int i = 0; i < 5; i++) {
      borrowAndEnd(lender, "careless");
    }
    Coin first = lender.borrow(1, TimeUnit.MINUTES);
    Coin second = lender.borrow(1, TimeUnit.MINUTES);
    assertTrue(first != second);
    String self = Thread.currentThread().getName();
    NoSessionException e = assertThrows(NoSessionException.class, lender::borrow);
    assertEquals("all 2 sessions of the pool are in use, by " + self, e.getMessage());
    first.giveBack();
    second.giveBack();
  }

  @Test
  void afterASwapItIsClosed() throws Exception {
    Lender<Coin> lender = new Lender<>(1, 4);
    List<Coin> coins = coins(1);
    Lot<Coin> lot = new Lot<>(lender, coins);
    lender.publish(lot);
    borrowAndEnd(lender, "careless");
    lender.publish(new Lot<>(lender, coins(1)));
    assertEquals("careless", lot.holders());
    assertEquals(0, coins.getFirst().ends.get());
    lot.reclaim();
    assertEquals(1, coins.getFirst().ends.get());
    lot.reclaim();
    assertEquals(1, coins.getFirst().ends.get());
  }

  /** Threads that live are left alone, however often others look for those that don't. */
  @Test
  void nothingIsTakenFromWhoLives() throws Exception {
    Lender<Coin> lender = new Lender<>(2, 64);
    Lot<Coin> lot = new Lot<>(lender, coins(2));
    lender.publish(lot);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> all = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        all.add(
            threads.submit(
                () -> {
                  int shared = 0;
                  for (int i = 0; i < 30_000; i++) {
                    Coin c = lender.borrow(1, TimeUnit.MINUTES);
                    shared += ++c.users == 1 ? 0 : 1;
                    c.users--;
                    c.giveBack();
                  }
                  return shared;
                }));
      }
      Future<?> looking =
          threads.submit(
              () -> {
                for (int i = 0; !all.stream().allMatch(Future::isDone); i++) {
                  lot.reclaim();
                  if (i % 1_000 == 0 && i < 20_000) {
                    Thread.startVirtualThread(() -> lender.borrow(1, TimeUnit.MINUTES)).join();
                  }
                }
                return null;
              });
      for (Future<Integer> f : all) {
        assertEquals(0, f.get(), "a coin that two threads had");
      }
      looking.get();
    }
  }
}
