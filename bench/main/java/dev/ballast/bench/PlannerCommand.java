package dev.ballast.bench;

import dev.ballast.cli.BufferTable;
import dev.ballast.cli.Report;
import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.ir.Graph;
import dev.ballast.plan.Buffer;
import dev.ballast.plan.Placement;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures placement on published instances and on Ballast's own models. */
@Command(
    name = "planner",
    mixinStandardHelpOptions = true,
    description = "Measures how low, how surely and how fast buffers are placed.",
    footer = {
      "",
      "Instances are the files NAME.csv in minimalloc and idealloc of the data folder; a name",
      "NAME.N.csv asks for a placement within N bytes, every other for the lowest. Then come the",
      "models of this project.",
      "",
      "Example:  ./ballast bench planner --data ../shared/data"
    })
final class PlannerCommand implements Callable<Integer> {
  private static final List<String> SUITES = List.of("minimalloc", "idealloc");
  private static final Pattern CAPACITY = Pattern.compile(".*\\.(\\d{4,})\\.csv");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder with minimalloc and idealloc; ../shared/data, if it is there.")
  private Optional<Path> data;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "Search so many nodes where a capacity is asked for (${DEFAULT-VALUE}).",
      defaultValue = "1000000")
  private long nodes;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "Runs to take the median of, after as many to warm up (${DEFAULT-VALUE}).",
      defaultValue = "5")
  private int runs;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (nodes < 1 || runs < 1) {
      throw new ParameterException(
          spec.commandLine(), "--nodes and --runs must be at least 1, not " + nodes + ", " + runs);
    }
    List<PlacementRow> rows = new ArrayList<>();
    for (Path file : instances()) {
      progress(file.getFileName().toString());
      Matcher named = CAPACITY.matcher(file.getFileName().toString());
      OptionalLong capacity =
          named.matches() ? OptionalLong.of(Long.parseLong(named.group(1))) : OptionalLong.empty();
      Placement.Limits limits =
          capacity.isPresent() ? Placement.Limits.ofNodes(nodes) : Placement.Limits.defaults();
      String name = file.getFileName().toString().replace(".csv", "");
      Placement.Problem problem = BufferTable.read(file).problem();
      rows.add(PlacementRow.measure(name, problem, capacity, limits, runs));
    }
    for (Path file : models()) {
      progress(file.getFileName().toString());
      Definition d = DefinitionReader.read(file);
      int batch = d.options().batch();
      String name = file.getFileName().toString().replace(".toml", "");
      rows.add(
          own(
              name + ", training",
              Graphs.trainingStep(d.model(), d.options().loss(), d.options().optimizer(), batch)));
      rows.add(own(name + ", serving", Graphs.serving(d.model(), d.options().loss(), batch)));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      Report.printAll(out, rows.stream().map(PlacementRow::report).toList());
    } else {
      PlacementRow.print(rows, out);
    }
    return 0;
  }

  private PlacementRow own(String name, Graph graph) {
    Plan plan = Planner.plan(graph, PlanOptions.defaults());
    Placement.Limits limits = Placement.Limits.ofNodes(plan.options().placementNodes());
    List<Buffer> buffers = plan.buffers(Region.SCRATCH);
    Placement.Problem problem =
        new Placement.Problem(
            buffers.stream().mapToLong(Buffer::alignedBytes).toArray(),
            buffers.stream().mapToInt(Buffer::from).toArray(),
            buffers.stream().mapToInt(Buffer::to).toArray());
    return PlacementRow.measure(name, problem, OptionalLong.empty(), limits, runs);
  }

  private void progress(String name) {
    spec.commandLine().getErr().println(name + "…");
    spec.commandLine().getErr().flush();
  }

  private List<Path> instances() throws IOException {
    Path folder = data.orElse(Path.of("..", "shared", "data"));
    List<Path> files = new ArrayList<>();
    for (String suite : SUITES) {
      files.addAll(files(folder.resolve(suite), ".csv"));
    }
    if (files.isEmpty()) {
      if (data.isPresent()) {
        throw new IOException(folder + ": holds no minimalloc/*.csv and no idealloc/*.csv");
      }
      spec.commandLine().getErr().println("no published instances: --data names their folder");
    }
    return files;
  }

  private static List<Path> models() throws IOException {
    Path folder = ProjectFiles.exampleModel().toAbsolutePath().getParent();
    return folder == null ? List.of() : files(folder, ".toml");
  }

  private static List<Path> files(Path folder, String ending) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(f -> f.getFileName().toString().endsWith(ending)).sorted().toList();
    }
  }
}
