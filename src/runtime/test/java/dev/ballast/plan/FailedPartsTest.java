package dev.ballast.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A part is known again by its skyline and by what waits, and by nothing else. */
class FailedPartsTest {
  /**
   * Buffers 0 and 1 live in the first section, 2 in the second, 3 in both; 4 is like 2 but larger.
   */
  private static final Sections SECTIONS =
      Sections.of(
          new Placement.Problem(
              new long[] {3, 3, 5, 7, 6}, new int[] {0, 0, 2, 0, 2}, new int[] {1, 1, 3, 3, 3}));

  private final FailedParts failed = new FailedParts(5);

  private record Key(long key, long check) {}

  private Key after(int[] order, Consumer<Skyline> steps) {
    Skyline skyline = new Skyline(SECTIONS, order, 100);
    steps.accept(skyline);
    long key = failed.key(skyline, 0, skyline.width());
    return new Key(key, failed.check());
  }

  @Test
  void theWayToAStateDoesNotMatter() {
    Key one =
        after(
            new int[] {0, 1, 2, 3, 4},
            s -> {
              s.place(0);
              s.place(2);
              s.place(1);
            });
    Key other =
        after(
            new int[] {4, 3, 2, 1, 0},
            s -> {
              s.place(1);
              int mark = s.depth();
              s.place(4);
              s.open(0);
              s.undo(mark);
              s.place(0);
              s.place(2);
            });
    assertEquals(one, other);
  }

  @Test
  void heightsGapsAndWhatWaitsMatterInEachHalf() {
    int[] order = {0, 1, 2, 3, 4};
    Key placed = after(order, s -> s.place(0));
    // The same buffers wait, on another skyline: a gap in the second section was raised to the
    // wall.
    Key raised =
        after(
            order,
            s -> {
              s.place(0);
              s.open(1);
              s.raise(1, 2, 3);
            });
    Key opened =
        after(
            order,
            s -> {
              s.place(0);
              s.open(1);
            });
    // The same skyline, another buffer waits.
    Key twin = after(order, s -> s.place(1));
    for (Key other : new Key[] {raised, opened, twin}) {
      assertNotEquals(placed.key, other.key);
      assertNotEquals(placed.check, other.check);
    }
  }

  @Test
  void whatIsAddedIsFoundAndNothingElse() {
    int[] order = {0, 1, 2, 3, 4};
    Key added = after(order, s -> s.place(0));
    failed.add(added.key, added.check);
    assertTrue(failed.contains(after(order, s -> s.place(0)).key));
    assertFalse(failed.contains(after(order, s -> s.place(2)).key));
  }
}
