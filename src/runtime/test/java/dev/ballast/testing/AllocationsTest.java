package dev.ballast.testing;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AllocationsTest {
  private Object escaped = "";
  private long count;

  @Test
  void whatAllocatesNothingPasses() {
    Allocations.assertNone(() -> count++);
    assertTrue(count >= 60, count + " runs");
  }

  @Test
  void whatAllocatesIsToldWithItsBytes() {
    AssertionError e =
        assertThrows(
            AssertionError.class,
            () -> Allocations.assertNone(Duration.ofSeconds(1), () -> escaped = new byte[48]));
    assertTrue(
        e.getMessage().startsWith("after 1 s it still allocates 64.0 bytes on the heap a run"),
        e.getMessage() + escaped);
  }

  @Test
  void oneAllocationInManyRunsIsFound() {
    assertThrows(
        AssertionError.class,
        () ->
            Allocations.assertNone(
                Duration.ofSeconds(1),
                () -> {
                  if (++count % 19 == 0) {
                    escaped = new byte[1];
                  }
                }));
  }
}
