package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that are played on a clock of their own. */
class ProgressTest {
  private static final long MILLI = 1_000_000;
  private static final int STEPS = 100;

  private final StringWriter written = new StringWriter();
  private long now;

  private Progress progress(int width, int epochs) {
    Progress.Screen screen = new Progress.Screen(new PrintWriter(written), width, () -> now);
    return new Progress(screen, new Progress.Run(epochs, 20, 2000, "validation"));
  }

  private void steps(Progress p, int epoch, int from, int to, long millisEach) {
    for (int s = from; s <= to; s++) {
      now += millisEach * MILLI;
      p.onStep(epoch, s, STEPS, 0.5);
    }
  }

  private void epoch(Progress p, int number, long millisOfEvaluation) {
    now += millisOfEvaluation * MILLI;
    Evaluation e = new Evaluation(0.25, OptionalDouble.of(0.875));
    p.onEpoch(new Epoch(number, 0.5, 10, STEPS, 0, Optional.of(e)));
  }

  private List<String> drawings() {
    return List.of(written.toString().split("\r")).stream().map(String::stripTrailing).toList();
  }

  @Test
  void theTimeLeftIsThatOfThePaceAndOfEvaluationOnceItIsKnown() {
    Progress p = progress(120, 3);
    steps(p, 1, 1, 40, 100);
    // 60 steps of 0.1 s, and two epochs of 100 more.
    assertTrue(
        drawings().getLast().contains("200 examples/s  left 0:06, run 0:26"), drawings()::toString);
    steps(p, 1, 41, STEPS, 100);
    epoch(p, 1, 5_000);
    // A checkpoint that takes 2 s more belongs to the epoch, and not to the pace.
    now += 2_000 * MILLI;
    steps(p, 2, 1, 50, 100);
    assertTrue(drawings().getLast().contains("left 0:12, run 0:29"), drawings()::toString);
  }

  @Test
  void thePaceIsThatOfTheLastSteps() {
    Progress p = progress(120, 1);
    steps(p, 1, 1, 30, 10);
    steps(p, 1, 31, 99, 1_000);
    double seconds =
        Double.parseDouble(
            drawings().getLast().replaceFirst(".*left 0:0", "").replaceFirst(",.*", ""));
    assertEquals(1, seconds, "a step is left, of which the last took a second");
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 120, 80, 60, 40, 20, 5, 1})
  void nothingIsWiderThanTheTerminal(int width) {
    Progress p = progress(width, 10);
    steps(p, 3, 1, 60, 200);
    assertTrue(written.toString().length() > 0 || width == 1);
    for (String drawing : written.toString().split("\r")) {
      assertTrue(drawing.length() < width, drawing.length() + ": " + drawing);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "120 | epoch 3/10 ██████████████████░░░░░░░░░░░░  60/100  loss 0.5000  100 examples/s  left"
            + " 0:08, run 2:28",
        "80 | epoch 3/10 ██████░░░░  60/100  loss 0.5000  100 examples/s  left 0:08, run 2:28",
        "70 | epoch 3/10 █████████░░░░░░░  60/100  loss 0.5000  left 0:08, run 2:28",
        "50 | epoch 3/10 ██████████░░░░░░░  60/100  loss 0.5000",
        "30 | epoch 3/10  60/100  loss 0.50"
      })
  void whatFitsIsShown(int width, String expected) {
    Progress p = progress(width, 10);
    steps(p, 3, 1, 60, 200);
    assertEquals(expected, drawings().getLast());
  }

  @Test
  void aLineEndsWithItsEpochAndLeavesNothingOfTheBar() {
    Progress p = progress(120, 2);
    steps(p, 1, 1, STEPS, 100);
    epoch(p, 1, 100);
    String last = written.toString().substring(written.toString().lastIndexOf('\r') + 1);
    String told =
        "epoch 1/2  loss 0.5000  validation loss 0.2500  validation accuracy 87.50 %  200"
            + " examples/s  10.00 s";
    assertEquals(told, last.stripTrailing());
    int bar = written.toString().split("\r")[1].length();
    assertTrue(last.stripTrailing().length() >= bar || last.length() > bar, "the bar is covered");
  }

  @Test
  void elsewhereThereAreLinesAndInLongEpochsOneAMinute() {
    Progress p = progress(0, 2);
    steps(p, 1, 1, STEPS, 100);
    epoch(p, 1, 100);
    assertEquals(1, written.toString().lines().count());
    steps(p, 2, 1, STEPS, 900);
    List<String> lines = written.toString().lines().toList();
    assertEquals(2, lines.size(), written::toString);
    assertTrue(
        lines
            .getLast()
            .matches(
                "epoch 2/2   ?6\\d/100  loss 0.5000  \\d+ examples/s  left 0:2\\d, run 0:2\\d"),
        lines.getLast());
    assertTrue(written.toString().indexOf('\r') < 0);
  }

  @Test
  void timesAreReadAsOnAClock() {
    assertEquals("0:07", Progress.clock(6.6));
    assertEquals("12:30", Progress.clock(750));
    assertEquals("3:05:00", Progress.clock(3 * 3600 + 300));
  }
}
