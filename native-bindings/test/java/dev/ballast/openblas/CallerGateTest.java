package dev.ballast.openblas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CallerGateTest {
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final AtomicInteger calls = new AtomicInteger();

  int visit(int answer) throws InterruptedException {
    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
    Thread.sleep(1);
    calls.incrementAndGet();
    inside.decrementAndGet();
    return answer;
  }

  void fail() {
    throw new IllegalStateException("from inside");
  }

  private MethodHandle find(String name, MethodType type) throws ReflectiveOperationException {
    return MethodHandles.lookup().findVirtual(CallerGateTest.class, name, type).bindTo(this);
  }

  @Test
  void neverMoreThreadsAreInsideThanAllowedAndAllGetThrough() throws Exception {
    for (int maxCallers : new int[] {1, 2, 6, 8, 20}) {
      most.set(0);
      calls.set(0);
      AtomicInteger right = new AtomicInteger();
      CallerGate gate = CallerGate.of(maxCallers);
      MethodHandle guarded = gate.guard(find("visit", MethodType.methodType(int.class, int.class)));
      try (var executor = Executors.newFixedThreadPool(64)) {
        for (int i = 0; i < 640; i++) {
          int argument = i;
          executor.submit(
              () -> {
                try {
                  right.addAndGet((int) guarded.invokeExact(argument) == argument ? 1 : 0);
                } catch (Throwable e) {
                  throw new AssertionError(e);
                }
              });
        }
      }
      assertEquals(640, calls.get());
      assertEquals(640, right.get());
      assertTrue(gate.maxCallers() <= maxCallers);
      assertTrue(most.get() <= gate.maxCallers(), most + " inside, allowed " + maxCallers);
    }
  }

  @Test
  @Timeout(60)
  void noThreadIsForgottenWhenShortCallsCollide() throws Exception {
    for (int maxCallers : new int[] {1, 2, 4}) {
      CallerGate gate = CallerGate.of(maxCallers);
      AtomicInteger now = new AtomicInteger();
      AtomicInteger tooMany = new AtomicInteger();
      try (var executor = Executors.newFixedThreadPool(8)) {
        for (int i = 0; i < 8; i++) {
          executor.submit(
              () -> {
                for (int call = 0; call < 20_000; call++) {
                  int place = gate.enter();
                  if (now.incrementAndGet() > maxCallers) {
                    tooMany.incrementAndGet();
                  }
                  now.decrementAndGet();
                  gate.leave(place);
                }
              });
        }
      }
      assertEquals(0, tooMany.get());
    }
  }

  @Test
  void aCallThatThrowsGivesItsPlaceBack() throws Exception {
    CallerGate gate = CallerGate.of(1);
    MethodHandle guarded = gate.guard(find("fail", MethodType.methodType(void.class)));
    for (int i = 0; i < 3; i++) {
      assertThrows(
          IllegalStateException.class,
          () -> {
            guarded.invokeExact();
          });
    }
    gate.leave(gate.enter());
  }

  @Test
  void anInterruptedThreadStillGetsIn() throws Exception {
    CallerGate gate = CallerGate.of(1);
    int held = gate.enter();
    Thread waiting =
        Thread.ofPlatform()
            .start(
                () -> {
                  Thread.currentThread().interrupt();
                  gate.leave(gate.enter());
                });
    Thread.sleep(20);
    gate.leave(held);
    waiting.join(10_000);
    assertTrue(!waiting.isAlive(), "the interrupted thread never got in");
  }

  @Test
  void aGateForNobodyIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> CallerGate.of(0));
  }

  @Test
  void callersAreBoundByTheBuildAndTheProcessors() {
    String build = "OpenBLAS 0.3.31 DYNAMIC_ARCH NO_AFFINITY Haswell MAX_THREADS=64";
    int threaded = cblas_h.OPENBLAS_THREAD();
    assertEquals(8, Candidate.maxCallers(threaded, build, 2));
    assertEquals(32, Candidate.maxCallers(threaded, build, 16));
    assertEquals(64, Candidate.maxCallers(threaded, build, 128));
    assertEquals(1, Candidate.maxCallers(threaded, "OpenBLAS 0.2.20", 16));
    assertEquals(1, Candidate.maxCallers(cblas_h.OPENBLAS_SEQUENTIAL(), build, 16));
  }
}
