package dev.ballast.example;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final Duration QUIET = Duration.ofMillis(500);

  private final Gate gate = new Gate();

  /** Knocks every few milliseconds, a hundred times or until it is told to stop. */
  private Thread knocks(int most, AtomicBoolean done) {
    return Thread.startVirtualThread(
        () -> {
          for (int i = 0; i < most && !done.get(); i++) {
            assertFalse(gate.enter());
            try {
              Thread.sleep(5);
            } catch (InterruptedException e) {
              return;
            }
          }
          done.set(true);
        });
  }

  @Test
  void quietIsWhenNobodyComesAnyMore() throws Exception {
    assertTrue(gate.close(Duration.ZERO));
    AtomicBoolean done = new AtomicBoolean();
    Thread t = knocks(100, done);
    assertTrue(gate.awaitQuiet(QUIET, Duration.ofSeconds(60)));
    assertTrue(done.get(), "somebody still came");
    t.join();
  }

  @Test
  void whoNeverStopsIsNotWaitedForForever() throws Exception {
    assertTrue(gate.close(Duration.ZERO));
    AtomicBoolean done = new AtomicBoolean();
    Thread t = knocks(Integer.MAX_VALUE, done);
    assertFalse(gate.awaitQuiet(QUIET, Duration.ofSeconds(2)));
    done.set(true);
    t.join();
  }
}
