package dev.ballast.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.runtime.Golden;
import dev.ballast.tensor.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rates of twelve epochs of four steps are PyTorch's. */
class ScheduleTest {
  private static final double BASE = 0.5;

  private static final Map<String, Schedule> SCHEDULES =
      Map.ofEntries(
          Map.entry("constant", new Schedule.Constant()),
          Map.entry("step", new Schedule.StepDecay(5, 0.1)),
          Map.entry("exponential", new Schedule.Exponential(0.75)),
          Map.entry("cosine", new Schedule.Cosine(0.01)),
          Map.entry("warm_up", new Schedule.WarmUp(5, 1 / 3.0, new Schedule.Constant())),
          Map.entry("warm_up_then_cosine", new Schedule.WarmUp(10, 0.125, new Schedule.Cosine(0))),
          Map.entry("one_cycle", Schedule.OneCycle.defaults()),
          Map.entry("one_cycle_all", new Schedule.OneCycle(0.5, 10, 100)),
          Map.entry("plateau", new Schedule.Plateau(0.1, 1, 1e-4, 0, 0)),
          Map.entry("plateau_defaults", Schedule.Plateau.defaults()),
          Map.entry("plateau_all", new Schedule.Plateau(0.25, 0, 0.01, 2, 0.03)));

  private static final List<Golden> GOLDENS = Golden.read("schedules.txt");

  @Test
  void everyGoldenHasItsSchedule() {
    assertEquals(
        SCHEDULES.keySet(), GOLDENS.stream().map(Golden::name).collect(Collectors.toSet()));
  }

  @TestFactory
  Stream<DynamicTest> ratesArePyTorchs() {
    return GOLDENS.stream().map(g -> dynamicTest(g.name(), () -> compare(g)));
  }

  private static void compare(Golden golden) {
    Literal losses = golden.given().get("losses");
    Literal rates = golden.expected().get("rates");
    int steps = (int) rates.type().elements();
    int perEpoch = steps / (int) losses.type().elements();
    List<Double> over = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      if (step > 0 && step % perEpoch == 0) {
        over.add(losses.get(over.size()));
      }
      double rate = SCHEDULES.get(golden.name()).rate(BASE, step, steps, over);
      assertEquals(rates.get(step), rate, 1e-12, "step " + step);
    }
  }

  @Test
  void aWarmUpCountsItsOwnStepsAndAllEpochs() {
    Schedule s = new Schedule.WarmUp(3, 0, new Schedule.Exponential(0.5));
    assertEquals(0, s.rate(1, 0, 10, List.of()));
    assertEquals(2 / 3.0, s.rate(1, 2, 10, List.of(1.0)), 1e-15);
    assertEquals(0.25, s.rate(1, 4, 10, List.of(1.0, 1.0)), 1e-15);
  }

  @Test
  void veryShortTrainingsHaveRatesTooAndSoDoStepsBeyondTheLast() {
    for (Schedule s : SCHEDULES.values()) {
      for (int steps = 0; steps < 8; steps++) {
        for (int step = 0; step < steps + 3; step++) {
          double rate = s.rate(BASE, step, steps, List.of());
          assertEquals(true, rate >= 0 && rate <= BASE, s + ": " + rate);
        }
      }
    }
  }

  @Test
  void whatIsOutOfRangeIsNamed() {
    assertEquals("epochs must be at least 1, not 0", message(() -> new Schedule.StepDecay(0, 0.1)));
    assertEquals(
        "factor must be in [0, 1), not 1.0",
        message(() -> new Schedule.Plateau(1, 10, 1e-4, 0, 0)));
    assertEquals(
        "warmup of a warm-up: there can be only one",
        message(
            () -> new Schedule.WarmUp(1, 0, new Schedule.WarmUp(1, 0, new Schedule.Constant()))));
  }

  private static String message(Runnable made) {
    return assertThrows(IllegalArgumentException.class, made::run).getMessage();
  }
}
