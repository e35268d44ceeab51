package dev.ballast.cli;

import dev.ballast.cli.report.EpochCharts;
import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts two runs side by side: what they were made with, how they went, and what they achieve. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = "Puts two training runs side by side, by their models or checkpoints.",
    footer = {"", "Example:  ballast compare first.ballast second.ballast"})
final class CompareCommand implements Callable<Integer> {
  private static final String ABSENT = "–";
  private static final int WIDEST = 44;

  /** Epochs that are shown; of more, so many at equal distances, the last among them. */
  private static final int ROWS = 12;

  @Parameters(
      index = "0",
      paramLabel = "FIRST",
      description = "A model, a checkpoint, or a folder of checkpoints.")
  private Path first;

  @Parameters(index = "1", paramLabel = "SECOND", description = "Another.")
  private Path second;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  /** Texts by key that are not the same, and keys of those that are. */
  private record Difference(Map<String, List<String>> differ, List<String> same) {
    static Difference of(Map<String, String> a, Map<String, String> b) {
      Set<String> keys = new LinkedHashSet<>(a.keySet());
      keys.addAll(b.keySet());
      Map<String, List<String>> differ = new LinkedHashMap<>();
      List<String> same = new ArrayList<>();
      for (String key : keys) {
        String left = a.getOrDefault(key, ABSENT);
        String right = b.getOrDefault(key, ABSENT);
        if (left.equals(right)) {
          same.add(key);
        } else {
          differ.put(key, List.of(left, right));
        }
      }
      return new Difference(differ, same);
    }
  }

  @Override
  public Integer call() throws IOException {
    RunFacts a = RunFacts.of(first);
    RunFacts b = RunFacts.of(second);
    Difference figures = Difference.of(a.figures(), b.figures());
    Difference settings = Difference.of(a.settings(), b.settings());
    if (format.isJson()) {
      new Report()
          .put("first", a.file().toString())
          .put("second", b.file().toString())
          .put("differ", figures.differ)
          .put("same", figures.same)
          .put("settings", settings.differ)
          .put("epochs", List.of(json(a.epochs()), json(b.epochs())))
          .put("secondsPerStep", List.of(json(a.secondsPerStep()), json(b.secondsPerStep())))
          .print(spec.commandLine().getOut(), format);
    } else {
      print(a, b, figures, settings);
    }
    return 0;
  }

  private static List<Map<String, Object>> json(List<Epoch> run) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Epoch e : run) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("epoch", e.number());
      row.put("trainLoss", e.trainLoss());
      e.evaluation().ifPresent(v -> row.put("judgedLoss", v.loss()));
      accuracy(e).ifPresent(v -> row.put("judgedAccuracy", v));
      row.put("seconds", e.seconds());
      rows.add(row);
    }
    return rows;
  }

  private static Object json(OptionalDouble d) {
    return d.isPresent() ? d.getAsDouble() : ABSENT;
  }

  private void print(RunFacts a, RunFacts b, Difference figures, Difference settings) {
    PrintWriter out = spec.commandLine().getOut();
    row(out, "", a.file().toString(), b.file().toString());
    figures.differ.forEach((key, both) -> row(out, key, both.getFirst(), both.getLast()));
    row(out, "time per step", time(a), time(b));
    if (!settings.differ.isEmpty()) {
      out.println();
      out.println("settings that differ");
      settings.differ.forEach((key, both) -> row(out, key, both.getFirst(), both.getLast()));
    }
    if (!a.epochs().isEmpty() || !b.epochs().isEmpty()) {
      curves(out, a.epochs(), b.epochs());
    }
    out.println();
    out.println(
        "the same: " + (figures.same.isEmpty() ? "nothing" : String.join(", ", figures.same)));
    out.flush();
  }

  private static String time(RunFacts run) {
    return run.secondsPerStep().isPresent()
        ? EpochCharts.time(run.secondsPerStep().getAsDouble())
        : ABSENT;
  }

  private static void row(PrintWriter out, String key, String left, String right) {
    out.printf(
        Locale.ROOT, "%-24s  %-" + WIDEST + "s  %s%n", key, shortened(left), shortened(right));
  }

  private static String shortened(String text) {
    String line = text.replace('\n', ' ');
    return line.length() <= WIDEST ? line : line.substring(0, WIDEST - 1) + "…";
  }

  /** Losses and accuracies of both by epoch; judged means on what the best epoch is chosen on. */
  private static void curves(PrintWriter out, List<Epoch> a, List<Epoch> b) {
    out.println();
    String form = "%-7s %10s %10s   %10s %10s   %10s %10s%n";
    out.printf(form, "", "train loss", "", "judged", "loss", "judged", "accuracy");
    out.printf(form, "epoch", "first", "second", "first", "second", "first", "second");
    for (int n : shown(Math.max(a.size(), b.size()))) {
      Optional<Epoch> x = epoch(a, n);
      Optional<Epoch> y = epoch(b, n);
      out.printf(
          form,
          n,
          number(x.map(Epoch::trainLoss)),
          number(y.map(Epoch::trainLoss)),
          number(x.flatMap(Epoch::evaluation).map(Evaluation::loss)),
          number(y.flatMap(Epoch::evaluation).map(Evaluation::loss)),
          percent(x.flatMap(CompareCommand::accuracy)),
          percent(y.flatMap(CompareCommand::accuracy)));
    }
  }

  private static List<Integer> shown(int epochs) {
    Set<Integer> numbers = new LinkedHashSet<>();
    int rows = Math.min(ROWS, epochs);
    for (int i = 0; i < rows; i++) {
      numbers.add(rows == 1 ? 1 : 1 + Math.round((float) i * (epochs - 1) / (rows - 1)));
    }
    return List.copyOf(numbers);
  }

  private static Optional<Epoch> epoch(List<Epoch> run, int number) {
    return number <= run.size() ? Optional.of(run.get(number - 1)) : Optional.empty();
  }

  private static Optional<Double> accuracy(Epoch e) {
    return e.evaluation().flatMap(v -> v.accuracy().stream().boxed().findFirst());
  }

  private static String number(Optional<Double> d) {
    return d.map(v -> String.format(Locale.ROOT, "%.4f", v)).orElse(ABSENT);
  }

  private static String percent(Optional<Double> share) {
    return share.map(v -> String.format(Locale.ROOT, "%.2f %%", 100 * v)).orElse(ABSENT);
  }
}
