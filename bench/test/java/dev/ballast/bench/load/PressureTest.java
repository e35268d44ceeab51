package dev.ballast.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Garbage at a rate. */
class PressureTest {
  @Test
  void itAllocatesAsMuchAsIsAskedByTheAccountOfTheJvm() throws InterruptedException {
    try (Pressure p = Pressure.of(20)) {
      Thread.sleep(300);
      p.mark();
      Thread.sleep(500);
      // The JVM counts a buffer of a thread's at a time; a starved machine lets it be late.
      double reached = p.reachedMBps();
      assertTrue(reached > 4 && reached < 30, "20 MB/s asked, " + reached + " reached");
    }
  }

  @Test
  void noneIsNone() {
    try (Pressure p = Pressure.of(0)) {
      assertEquals(0, p.reachedMBps());
    }
  }
}
