package dev.ballast.bench;

import dev.ballast.bench.PlannerCase.Kind;
import dev.ballast.cli.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures placement on published instances and on Ballast's own plans, and planning time. */
@Command(
    name = "planner",
    mixinStandardHelpOptions = true,
    description = "Measures how low, how surely and how fast buffers are placed and plans made.",
    footer = {
      "",
      "Instances are the files NAME.csv in minimalloc and idealloc of the data folder; a name",
      "NAME.N.csv asks for a placement within N bytes, every other for the lowest. Then come this",
      "project's models, deep networks, random graphs, and the phases of planning large graphs.",
      "Of random graphs those are printed whose placement is not proven optimal; --json has all.",
      "",
      "Example:  ./ballast bench planner --data ../shared/data",
      "          ./ballast bench planner --only mnist-mlp,large"
    })
final class PlannerCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder with minimalloc and idealloc; ../shared/data, if it is there.")
  private Optional<Path> data;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "Measure only what is named so, or begins so: A,resnet50,mnist-mlp,random.")
  private List<String> only = List.of();

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "Search so many nodes where a capacity is asked for (${DEFAULT-VALUE}).",
      defaultValue = "1000000")
  private long nodes;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "Take the median of N runs, after as many to warm up (${DEFAULT-VALUE}).",
      defaultValue = "5")
  private int runs;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "Fewer runs where they take longer than S for a row (${DEFAULT-VALUE}).",
      defaultValue = "2")
  private double seconds;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  private final List<PlannerRow> rows = new ArrayList<>();
  private final Set<Kind> begun = EnumSet.noneOf(Kind.class);

  @Override
  public Integer call() throws IOException {
    if (nodes < 1 || runs < 1 || !(seconds > 0 && seconds <= 86_400)) {
      throw new ParameterException(
          spec.commandLine(),
          "--nodes and --runs must be at least 1, and --seconds above 0 and at most a day");
    }
    Repetition repetition = new Repetition(runs, seconds);
    for (PlannerCase c : chosen()) {
      progress(c);
      PlannerRow row = c.measurement().take(repetition);
      rows.add(row);
      if (!format.isJson()) {
        print(c.kind(), row);
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      Report.printAll(out, rows.stream().map(PlannerRow::report).toList());
    } else {
      summary(rows).ifPresent(s -> out.println("\n" + s));
      out.flush();
    }
    return 0;
  }

  private List<PlannerCase> chosen() throws IOException {
    List<PlannerCase> all = new ArrayList<>(published());
    all.addAll(PlannerCases.models());
    all.addAll(PlannerCases.deep());
    all.addAll(PlannerCases.random());
    all.addAll(PlannerCases.large());
    for (String name : only) {
      if (all.stream().noneMatch(c -> begins(c, name))) {
        String names =
            all.stream()
                .map(c -> c.name().replaceAll(" .*", ""))
                .distinct()
                .collect(Collectors.joining(", "));
        throw new ParameterException(
            spec.commandLine(), "--only: nothing is named " + name + "; there are " + names);
      }
    }
    return all.stream()
        .filter(c -> only.isEmpty() || only.stream().anyMatch(name -> begins(c, name)))
        .toList();
  }

  private static boolean begins(PlannerCase c, String name) {
    return c.name().startsWith(name.strip());
  }

  private List<PlannerCase> published() throws IOException {
    Path folder = data.orElse(Path.of("..", "shared", "data"));
    List<PlannerCase> cases = PlannerCases.published(folder, nodes);
    if (cases.isEmpty()) {
      if (data.isPresent()) {
        throw new IOException(folder + ": holds no minimalloc/*.csv and no idealloc/*.csv");
      }
      spec.commandLine().getErr().println("no published instances: --data names their folder");
    }
    return cases;
  }

  private void progress(PlannerCase c) {
    if (c.kind() != Kind.RANDOM || begun.add(Kind.RANDOM)) {
      spec.commandLine()
          .getErr()
          .println(c.kind() == Kind.RANDOM ? "random graphs…" : c.name() + "…");
      spec.commandLine().getErr().flush();
    }
  }

  /** A row at once, under the heading of its kind. */
  private void print(Kind kind, PlannerRow row) {
    PrintWriter out = spec.commandLine().getOut();
    boolean first = rows.size() == 1;
    boolean heads = kind != Kind.RANDOM && begun.add(kind);
    if (heads) {
      out.println((first ? "" : "\n") + kind.title() + "\n\n" + row.header());
    }
    if (kind != Kind.RANDOM || row instanceof PlacementRow p && !p.isSettled()) {
      out.println(row.line());
    }
    out.flush();
  }

  /** How many of Ballast's own placements are proven optimal. */
  static Optional<String> summary(List<PlannerRow> rows) {
    List<PlacementRow> own =
        rows.stream()
            .filter(r -> r instanceof PlacementRow)
            .map(r -> (PlacementRow) r)
            .filter(r -> r.kind() != Kind.PUBLISHED)
            .toList();
    if (own.isEmpty()) {
      return Optional.empty();
    }
    List<String> open =
        own.stream().filter(r -> !r.isSettled()).map(PlacementRow::instance).toList();
    int certified = own.size() - open.size();
    return Optional.of(
        String.format(
            Locale.ROOT,
            "Ballast's own plans, certified optimal: %d of %d (%.1f %%)%s",
            certified,
            own.size(),
            100.0 * certified / own.size(),
            open.isEmpty() ? "" : "; not: " + String.join(", ", open)));
  }
}
