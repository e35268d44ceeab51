package dev.ballast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The harness on invented clocks. */
class AlternatingTest {
  private static final Budget SHORT = new Budget(0.01, 1_000, 5);

  private final InventedTime time = new InventedTime();

  private List<Samples> measure(Budget budget, Variant... variants) {
    return Alternating.measure(List.of(variants), budget, time::now);
  }

  /** The diary with repetitions of one name in a row told once. */
  private List<String> turns() {
    List<String> turns = new ArrayList<>();
    for (String name : time.diary()) {
      if (turns.isEmpty() || !turns.getLast().equals(name)) {
        turns.add(name);
      }
    }
    return turns;
  }

  @Test
  void mediansAreTheTimesOfTheWork() {
    List<Samples> s = measure(SHORT, time.variant("a", t -> 300), time.variant("b", t -> 50_000));
    assertEquals(List.of("a", "b"), s.stream().map(Samples::name).toList());
    assertEquals(300, s.getFirst().median());
    assertEquals(50_000, s.getLast().median());
    assertEquals(0, s.getFirst().spread());
    assertFalse(s.getFirst().isNoisy());
  }

  @Test
  void variantsTakeTurns() {
    measure(
        SHORT,
        time.variant("a", t -> 700),
        time.variant("b", t -> 2_000),
        time.variant("c", t -> 10));
    List<String> turns = turns();
    for (int i = 0; i < turns.size(); i++) {
      assertEquals(List.of("a", "b", "c").get(i % 3), turns.get(i), "turn " + i);
    }
    assertTrue(turns.size() > 30, turns::toString);
  }

  @Test
  void shortWorkIsRepeatedUntilTheClockCanTell() {
    measure(SHORT, time.variant("a", t -> 30), time.variant("b", t -> 5_000));
    Map<String, Long> inAll =
        time.diary().stream()
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    long turnsOfB = inAll.get("b");
    // 64 · 30 ns is the first power of two above a microsecond; the warm-up began with fewer.
    assertTrue(inAll.get("a") > 30 * turnsOfB && inAll.get("a") <= 64 * turnsOfB, inAll::toString);
    List<String> diary = time.diary();
    int last = diary.lastIndexOf("b");
    int before = diary.subList(0, last).lastIndexOf("b");
    assertEquals(64, last - before - 1);
  }

  @Test
  void theTimeIsKeptAndTheLeastRoundsAreTakenAllTheSame() {
    measure(new Budget(1, 1_000, 5), time.variant("a", t -> 10_000));
    assertTrue(Math.abs(time.now() - 1e9) < 1e6, time.now() + " ns");
    InventedTime slow = new InventedTime();
    List<Samples> s =
        Alternating.measure(
            List.of(slow.variant("slow", t -> 2_000_000_000L)), new Budget(1, 1_000, 5), slow::now);
    assertEquals(5, s.getFirst().values().length);
  }

  @Test
  void warmingUpEndsWhenTimesAreSteadyAndIsNotCounted() {
    // Compiled after 0.1 s: ten times faster from then on.
    List<Samples> s =
        measure(
            new Budget(2, 1_000, 5), time.variant("a", t -> t < 100_000_000 ? 100_000 : 10_000));
    assertEquals(10_000, s.getFirst().median());
    assertEquals(10_000, Arrays.stream(s.getFirst().values()).max().orElseThrow());
    assertTrue(s.getFirst().values().length > 150_000, "steady times end the warm-up early");
  }

  @Test
  void driftThatBefallsAllLeavesTheRatio() {
    List<Samples> s =
        measure(
            new Budget(0.1, 1_000, 5),
            time.variant("a", t -> 1_000 + t / 20_000),
            time.variant("b", t -> 2 * (1_000 + t / 20_000)));
    assertTrue(s.getFirst().isNoisy(), "the times themselves grow sixfold");
    Samples ratio = s.getLast().over(s.getFirst());
    assertEquals(2, ratio.median(), 0.01);
    assertFalse(ratio.isNoisy());
  }

  @Test
  void aBusyMachineIsNoticed() {
    // Every other millisecond a neighbour takes half of the machine.
    List<Samples> s =
        measure(
            new Budget(0.5, 1_000, 5),
            time.variant("a", t -> t / 1_000_000 % 2 == 0 ? 10_000 : 20_000));
    assertTrue(s.getFirst().isNoisy());
  }

  /** The quartiles are NumPy's: numpy.percentile([3, 1, 4, 1, 5, 9, 2, 6], [25, 50, 75]). */
  @Test
  void quartilesAreNumPys() {
    Samples s = new Samples("s", new double[] {3, 1, 4, 1, 5, 9, 2, 6});
    assertEquals(3.5, s.median());
    assertEquals((5.25 - 1.75) / 3.5, s.spread());
    assertEquals(0, new Samples("one", new double[] {7}).spread());
    assertThrows(IllegalArgumentException.class, () -> new Samples("none", new double[0]));
    assertThrows(
        IllegalArgumentException.class, () -> s.over(new Samples("one", new double[] {7})));
  }
}
