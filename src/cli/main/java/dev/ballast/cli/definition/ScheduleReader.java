package dev.ballast.cli.definition;

import dev.ballast.optim.Schedule;
import java.util.Optional;

/** Reads {@code [schedule]}, with the warm-up that any kind may begin with. */
final class ScheduleReader {
  private ScheduleReader() {}

  static Schedule read(Section root) throws DefinitionException {
    Optional<Section> section = root.optional("schedule");
    if (section.isEmpty()) {
      return new Schedule.Constant();
    }
    Section s = section.get();
    Schedule schedule = plain(s);
    if (s.has("warmup")) {
      int steps = s.whole("warmup", 1);
      double start = s.number("warmup_start", 1.0 / 3);
      Schedule then = schedule;
      schedule = s.made("warmup", () -> new Schedule.WarmUp(steps, start, then));
    }
    s.finish();
    return schedule;
  }

  private static Schedule plain(Section s) throws DefinitionException {
    return switch (s.text("kind")) {
      case "constant" -> new Schedule.Constant();
      case "step" -> {
        int epochs = s.whole("epochs", 1);
        double factor = s.number("factor", 0.1);
        yield s.made("kind", () -> new Schedule.StepDecay(epochs, factor));
      }
      case "exponential" -> {
        double factor = s.number("factor");
        yield s.made("kind", () -> new Schedule.Exponential(factor));
      }
      case "cosine" -> {
        double minimum = s.number("minimum", 0);
        yield s.made("kind", () -> new Schedule.Cosine(minimum));
      }
      case "one_cycle" -> oneCycle(s);
      case "plateau" -> plateau(s);
      default ->
          throw s.at(
              "kind",
              "unknown schedule '"
                  + s.text("kind")
                  + "': constant, step, exponential, cosine, one_cycle or plateau");
    };
  }

  private static Schedule oneCycle(Section s) throws DefinitionException {
    Schedule.OneCycle d = Schedule.OneCycle.defaults();
    double rising = s.number("rising", d.rising());
    double divisor = s.number("divisor", d.divisor());
    double finalDivisor = s.number("final_divisor", d.finalDivisor());
    return s.made("kind", () -> new Schedule.OneCycle(rising, divisor, finalDivisor));
  }

  private static Schedule plateau(Section s) throws DefinitionException {
    Schedule.Plateau d = Schedule.Plateau.defaults();
    double factor = s.number("factor", d.factor());
    int patience = s.whole("patience", 0, d.patience());
    double threshold = s.number("threshold", d.threshold());
    int cooldown = s.whole("cooldown", 0, d.cooldown());
    double minimum = s.number("minimum", d.minimum());
    return s.made(
        "kind", () -> new Schedule.Plateau(factor, patience, threshold, cooldown, minimum));
  }
}
