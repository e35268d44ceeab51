package dev.ballast.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.bench.load.Load.Arrivals;
import dev.ballast.bench.load.OpenLoop.Lane;
import dev.ballast.testing.Allocations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;
import java.util.function.LongUnaryOperator;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an open loop counts, against closed forms, on a clock that only work and waiting move. */
class OpenLoopTest {
  private static final double MILLI = 1e6;

  /** Of HdrHistogram with three digits. */
  private static final double PRECISION = 1e-3;

  private static final class InventedClock implements Clock {
    private long now;

    @Override
    public long nanos() {
      return now;
    }

    @Override
    public void await(long nanos) {
      now = Math.max(now, nanos);
    }
  }

  /** One thread on invented time. */
  private static LoadResult simulate(Load load, LongUnaryOperator nanosOfRequest) throws Exception {
    InventedClock clock = new InventedClock();
    long[] n = {0};
    Lane lane = new Lane(load.due(0), () -> clock.now += nanosOfRequest.applyAsLong(n[0]++));
    lane.run(clock, 0, (long) (2e9 * load.seconds()), () -> false);
    return LoadResult.nothing()
        .beside(lane.latency(), lane.sent(), 0)
        .lasting(load.seconds(), Math.max(load.seconds(), clock.now / 1e9));
  }

  private static void assertClose(double expected, double found, double relative) {
    assertEquals(expected, found, relative * expected);
  }

  @Test
  void aStallIsPaidByAllThatFellDueInIt() throws Exception {
    // 10,000 requests, one each millisecond, that take no time; the 5,000th stalls for 100 ms. So
    // it takes 100 ms, the next 99, then 98: a hundred late ones.
    Load load = new Load(1_000, 10, 1, Arrivals.FIXED, 0);
    LoadResult r = simulate(load, n -> n == 5_000 ? (long) (100 * MILLI) : 0);
    assertEquals(10_000, r.requests());
    assertEquals(0, r.micros(0.5), 1e-3);
    assertEquals(0, r.micros(0.99), 1e-3);
    // The 9,901st is the first late one: 1 ms; the 9,950th 50 ms.
    assertClose(1e3, r.micros(0.9901), PRECISION);
    assertClose(50e3, r.micros(0.995), PRECISION);
    assertClose(90e3, r.micros(0.999), PRECISION);
    assertClose(99e3, r.micros(0.9999), PRECISION);
    assertClose(100e3, r.micros(1), PRECISION);
    assertTrue(r.isKept());
    assertEquals(1_000, r.reachedPerSecond(), 1e-9);
  }

  @Test
  void randomRequestsWaitForEachOtherAsQueueingTheorySays() throws Exception {
    // M/D/1 at half load: the mean wait is ρs/(2(1 − ρ)) (Pollaczek, Khinchine); of all arrivals
    // a share 1 − ρ waits for nobody.
    Load load = new Load(5_000, 100, 1, Arrivals.POISSON, 7);
    double service = 0.1 * MILLI;
    LoadResult r = simulate(load, n -> (long) service);
    assertClose(500_000, r.requests(), 0.01);
    assertClose(1.5 * service, r.latency().getMean(), 0.02);
    double alone = r.latency().getPercentileAtOrBelowValue((long) service) / 100;
    assertClose(0.5, alone, 0.02);
  }

  @Test
  void whatCannotBeKeptIsCutOffAndMarked() throws Exception {
    // Each takes four times its share: in twice the time half of them are sent.
    Load load = new Load(1_000, 10, 1, Arrivals.FIXED, 0);
    LoadResult r = simulate(load, n -> (long) (4 * MILLI));
    assertEquals(10_000, r.requests());
    assertEquals(5_000, r.sent());
    assertFalse(r.isKept());
    assertClose(250, r.reachedPerSecond(), 1e-6);
    // The i-th of those sent is late by 3i ms and takes 4; those cut off at 20 s waited 15 to 10 s.
    assertClose(15e6, r.micros(1), 0.01);
    assertClose(10e6, r.micros(0.5), 0.34);
  }

  @Test
  void aRateSlightlyTooHighIsMarkedThoughAllIsSent() throws Exception {
    Load load = new Load(1_000, 10, 1, Arrivals.FIXED, 0);
    LoadResult r = simulate(load, n -> (long) (1.02 * MILLI));
    assertEquals(10_000, r.sent());
    assertFalse(r.isKept());
    assertClose(1_000 / 1.02, r.reachedPerSecond(), 1e-3);
    assertTrue(simulate(load, n -> (long) MILLI).isKept());
  }

  @Test
  void threadsEachSendTheirShareAtTheRealTime() throws Exception {
    Load load = new Load(1_000, 0.2, 2, Arrivals.FIXED, 0);
    AtomicIntegerArray sent = new AtomicIntegerArray(2);
    long start = System.nanoTime();
    LoadResult r = OpenLoop.run(load, Clock.PARKING, t -> () -> sent.incrementAndGet(t));
    assertTrue(System.nanoTime() - start >= 198 * MILLI, "no request is sent before it is due");
    assertEquals(200, r.requests());
    assertEquals(100, sent.get(0));
    assertEquals(100, sent.get(1));
    assertEquals(200, r.sent());
  }

  @Test
  void sendingAllocatesNothing() {
    Lane lane = new Lane(new Load(200_000, 0.001, 1, Arrivals.POISSON, 1).due(0), () -> {});
    BooleanSupplier goOn = () -> false;
    Allocations.assertNone(
        () -> {
          try {
            lane.run(Clock.SPINNING, Clock.SPINNING.nanos(), Long.MAX_VALUE, goOn);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    assertTrue(lane.sent() > 3_000);
  }

  @Test
  void whatARequestThrowsEndsTheLoad() {
    IOException thrown = new IOException("no answer");
    Load load = new Load(1_000, 60, 2, Arrivals.FIXED, 0);
    assertSame(
        thrown,
        assertThrows(
            IOException.class,
            () ->
                OpenLoop.run(
                    load,
                    Clock.PARKING,
                    t ->
                        () -> {
                          if (t == 1) {
                            throw thrown;
                          }
                        })));
  }

  @Test
  void loadsInARowAddUpAndAHistogramSurvivesAFile(@TempDir Path folder) throws Exception {
    Load load = new Load(1_000, 1, 1, Arrivals.FIXED, 0);
    LoadResult fast = simulate(load, n -> 100_000);
    LoadResult slow = simulate(load, n -> 300_000);
    LoadResult both = fast.then(slow);
    assertEquals(2_000, both.requests());
    assertEquals(2_000, both.sent());
    assertEquals(2, both.scheduledSeconds());
    assertClose(100, both.micros(0.5), PRECISION);
    assertClose(300, both.micros(0.501), PRECISION);
    assertEquals(1_000, fast.requests(), "as it was");
    Path file = folder.resolve("h");
    both.write(file);
    Histogram read = LoadResult.read(file);
    assertEquals(both.latency(), read);
    Files.writeString(file, "no histogram at all, but some text that is long enough");
    assertTrue(
        assertThrows(IOException.class, () -> LoadResult.read(file))
            .getMessage()
            .startsWith(file + ": holds no histogram"));
  }
}
