package dev.ballast.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.metric.ConfusionMatrix.Pair;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Counted by hand: eight animals, and one class that no example is of. */
class ConfusionMatrixTest {
  private static final int CAT = 0;
  private static final int DOG = 1;
  private static final int EEL = 2;
  private static final int FOX = 3;

  private static final int[] TRUTH = {CAT, CAT, CAT, CAT, DOG, DOG, DOG, EEL};
  private static final int[] SAID = {CAT, CAT, DOG, DOG, DOG, CAT, FOX, EEL};

  private final ConfusionMatrix confusion = ConfusionMatrix.of(TRUTH, SAID, 4);

  @Test
  void rowsAreTrueAndColumnsSaid() {
    assertEquals(2, confusion.count(CAT, DOG));
    assertEquals(1, confusion.count(DOG, CAT));
    assertEquals(4, confusion.support(CAT));
    assertEquals(3, confusion.predicted(CAT));
    assertEquals(8, confusion.examples());
    assertEquals(4, confusion.right());
    assertEquals(0.5, confusion.share(CAT, DOG).orElseThrow());
  }

  @Test
  void precisionAndRecallAreThoseOfTheTextbook() {
    assertEquals(2 / 3.0, confusion.precision(CAT).orElseThrow());
    assertEquals(2 / 4.0, confusion.recall(CAT).orElseThrow());
    assertEquals(4 / 7.0, confusion.f1(CAT).orElseThrow());
    assertEquals(1 / 3.0, confusion.precision(DOG).orElseThrow());
    assertEquals(1 / 3.0, confusion.recall(DOG).orElseThrow());
    assertEquals(1 / 3.0, confusion.f1(DOG).orElseThrow());
    assertEquals(1.0, confusion.f1(EEL).orElseThrow());
  }

  @Test
  void whatThereIsNothingToDivideByHasNoNumber() {
    assertEquals(0.0, confusion.precision(FOX).orElseThrow());
    assertTrue(confusion.recall(FOX).isEmpty());
    assertTrue(confusion.share(FOX, CAT).isEmpty());
    ConfusionMatrix empty = ConfusionMatrix.of(new int[0], new int[0], 2);
    assertTrue(empty.precision(0).isEmpty());
    assertTrue(empty.f1(0).isEmpty());
  }

  @Test
  void theMostFrequentConfusionIsFirst() {
    assertEquals(
        List.of(new Pair(CAT, DOG, 2), new Pair(DOG, CAT, 1), new Pair(DOG, FOX, 1)),
        confusion.mostConfused(9));
    assertEquals(List.of(new Pair(CAT, DOG, 2)), confusion.mostConfused(1));
  }
}
