package dev.ballast.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.Ballast;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.memory.AccountedArena;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.memory.OffHeapLimitException;
import dev.ballast.optim.Adam;
import dev.ballast.train.TrainingOptions;
import dev.ballast.train.TrainingSession;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** However much memory the limit leaves: what is refused has taken nothing. */
class AllOrNothingTest {
  private static final long STEP = 512;

  /** With more and more room, until it opens. */
  private static void open(Supplier<AutoCloseable> opener) throws Exception {
    long before = SmallModel.taken();
    long old = Ballast.limit(before);
    try {
      int refused = 0;
      AutoCloseable opened = null;
      while (opened == null) {
        try {
          opened = opener.get();
        } catch (OffHeapLimitException e) {
          refused++;
          assertEquals(before, SmallModel.taken(), "after refusal " + refused);
          Ballast.limit(before + refused * STEP);
        }
      }
      assertTrue(refused > 5, "it opened after " + refused + " refusals");
      opened.close();
      assertEquals(before, SmallModel.taken());
    } finally {
      Ballast.limit(old);
    }
  }

  @Test
  void aTrainingSession() throws Exception {
    TrainingOptions options = TrainingOptions.of(new CrossEntropy(), Adam.of(0.01)).withBatch(4);
    open(() -> TrainingSession.open(SmallModel.MODEL, options));
  }

  @Test
  void aBatcher() throws Exception {
    try (ModelRef ref = new ModelRef(SmallModel.serving(1))) {
      // What is packed for a batch size is the model's, and stays with it.
      ref.current().session(1).close();
      ref.current().session(2).close();
      ref.current().session(4).close();
      open(() -> Batcher.of(ref, "x", "y", BatchingOptions.defaults().withMost(4)));
      long sessions = SmallModel.taken();
      ref.swap(SmallModel.serving(2));
      assertTrue(SmallModel.taken() <= sessions, "no pool of a refused batcher follows the model");
    }
  }

  @Test
  void anArenaThatIsClosedTakesNothing() {
    long before = SmallModel.taken();
    AccountedArena arena = OffHeap.arena(Kind.DATA, "a test");
    arena.allocate(1000, 8);
    assertEquals(before + 1000, SmallModel.taken());
    arena.close();
    assertEquals(before, SmallModel.taken());
    assertThrows(IllegalStateException.class, () -> arena.allocate(1000, 8));
    assertThrows(IllegalStateException.class, () -> arena.reserve(1000));
    arena.close();
    assertEquals(before, SmallModel.taken());
  }
}
