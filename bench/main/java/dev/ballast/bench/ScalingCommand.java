package dev.ballast.bench;

import dev.ballast.cli.ModelPaths;
import dev.ballast.cli.Report;
import dev.ballast.cli.picture.LinePlot;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures that a gradient's cost grows as the graph does. */
@Command(
    name = "scaling",
    mixinStandardHelpOptions = true,
    description = "Measures time and bytes for each node of scalar graphs of growing size.",
    footer = {"", "Example:  ./ballast bench scaling --nodes 1e3..1e6 --svg scaling.svg"})
final class ScalingCommand implements Callable<Integer> {
  private static final Pattern RANGE = Pattern.compile("(\\d+(?:e\\d)?)(?:\\.\\.(\\d+(?:e\\d)?))?");
  private static final int MOST = 100_000_000;

  @Option(
      names = "--nodes",
      paramLabel = "FROM..TO",
      defaultValue = "1e3..1e6",
      description = "Sizes, ten times as many each; 1e7 takes a heap of 6 GB.")
  private String nodes;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "5",
      description = "Time to measure each graph.")
  private double seconds;

  @Option(
      names = "--objects-up-to",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "The largest graph to try with an object for each node.")
  private int objectsUpTo;

  @Option(
      names = "--python",
      paramLabel = "FILE",
      defaultValue = "python3",
      description = "An interpreter with torch; without torch there is no such column.")
  private String python;

  @Option(
      names = "--torch-up-to",
      paramLabel = "N",
      defaultValue = "100000",
      description = "The largest graph to try in PyTorch.")
  private int torchUpTo;

  @Option(names = "--svg", paramLabel = "F", description = "Draw time over size, both logarithmic.")
  private Optional<Path> svg;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    List<Integer> sizes = sizes();
    if (!(seconds > 0 && seconds <= 3600)) {
      throw usage("--seconds must be in (0, 3600], not " + seconds);
    }
    if (svg.isPresent()) {
      ModelPaths.demandWritable(svg.get());
    }
    PrintWriter err = spec.commandLine().getErr();
    Optional<TorchScalars> torch = torchUpTo < 1 ? Optional.empty() : torch();
    if (torch.isEmpty() && torchUpTo > 0) {
      err.println("PyTorch is left out: " + python + " has no torch; --python names another");
    }
    List<Scaling> rows = new ArrayList<>();
    for (Scaling.Kind kind : Scaling.Kind.values()) {
      for (int size : sizes) {
        err.printf(Locale.ROOT, "%s of %,d nodes…%n", kind.label(), size);
        err.flush();
        rows.add(Scaling.measure(kind, size, Budget.ofSeconds(seconds), objectsUpTo, torch));
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      Report.printAll(out, rows.stream().map(Scaling::report).toList());
    } else {
      describe(rows, out);
    }
    if (svg.isPresent()) {
      Files.writeString(svg.get(), plot(rows).svg());
      err.println("wrote " + svg.get());
    }
    return 0;
  }

  private Optional<TorchScalars> torch() throws IOException {
    Path script = ProjectFiles.find(Path.of("bench", "peers", "scalars.py"));
    return TorchScalars.find(python, script, torchUpTo, Math.max(1, seconds));
  }

  /** 1e3..1e6 is 1000, 10,000, 100,000 and 1,000,000. */
  private List<Integer> sizes() {
    Matcher m = RANGE.matcher(nodes);
    if (!m.matches()) {
      throw usage("--nodes takes 1e3..1e6 or one number, not " + nodes);
    }
    double from = Double.parseDouble(m.group(1));
    double to = m.group(2) == null ? from : Double.parseDouble(m.group(2));
    if (from < 100 || to > MOST || from > to) {
      throw usage("--nodes must go up from at least 100 to at most 1e8, not " + nodes);
    }
    List<Integer> sizes = new ArrayList<>();
    for (double n = from; n <= to; n *= 10) {
      sizes.add((int) n);
    }
    return sizes;
  }

  private ParameterException usage(String complaint) {
    return new ParameterException(spec.commandLine(), complaint);
  }

  private static void describe(List<Scaling> rows, PrintWriter out) {
    out.println("nanoseconds a node, medians");
    out.printf(
        "%-5s %10s %7s %6s %6s %8s %8s %8s %8s%n",
        "graph", "nodes", "build", "diff", "plan", "forward", "fwd+bwd", "objects", "torch");
    for (Scaling s : rows) {
      int n = s.nodes();
      out.printf(
          Locale.ROOT,
          "%-5s %,10d %7.1f %6.1f %6.1f %8.1f %8.1f %8s %8s%s%n",
          s.kind().label(),
          n,
          s.buildNanos() / n,
          s.differentiateNanos() / n,
          s.planNanos() / n,
          s.forwardNanosPerNode(),
          s.bothNanosPerNode(),
          text(s.objectsNanosPerNode()),
          text(s.torch()),
          s.isNoisy() ? "  too noisy to tell" : "");
    }
    out.println();
    out.printf(
        "%-5s %10s %10s %14s %12s %12s %12s%n",
        "graph", "nodes", "edges", "instructions", "arena B/node", "code B/node", "prepared in");
    for (Scaling s : rows) {
      out.printf(
          Locale.ROOT,
          "%-5s %,10d %,10d %,14d %12.1f %12.1f %10.2f s%n",
          s.kind().label(),
          s.nodes(),
          s.edges(),
          s.instructions(),
          (double) s.arenaBytes() / s.nodes(),
          (double) s.codeBytes() / s.nodes(),
          s.prepareSeconds());
    }
    out.println();
    out.println("objects: an object for each node; torch: a 0-dimensional tensor for each node.");
    out.println("prepared: built, differentiated and planned.");
    residentBytes()
        .ifPresent(
            b -> out.printf(Locale.ROOT, "At most %,d bytes were resident, all in all.%n", b));
    out.flush();
  }

  private static String text(OptionalDouble d) {
    return d.isPresent() ? String.format(Locale.ROOT, "%,.1f", d.getAsDouble()) : "–";
  }

  /** The largest resident memory of this process so far, as Linux tells it. */
  private static Optional<Long> residentBytes() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(l -> l.startsWith("VmHWM:"))
          .map(l -> 1024 * Long.parseLong(l.replaceAll("\\D", "")))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static LinePlot plot(List<Scaling> rows) {
    List<LinePlot.Series> series = new ArrayList<>();
    add(series, "forward + backward", rows, Scaling::bothNanosPerNode);
    add(series, "forward", rows, Scaling::forwardNanosPerNode);
    add(series, "build, differentiate, plan", rows, s -> 1e9 * s.prepareSeconds() / s.nodes());
    add(
        series,
        "an object for each node",
        rows.stream().filter(s -> s.objects().isPresent()).toList(),
        s -> s.objectsNanosPerNode().getAsDouble());
    add(
        series,
        "PyTorch",
        rows.stream().filter(s -> s.torch().isPresent()).toList(),
        s -> s.torch().getAsDouble());
    return new LinePlot(
        "Scalar graphs: time for each node",
        LinePlot.Axis.log("nodes"),
        LinePlot.Axis.log("nanoseconds for each node"),
        series);
  }

  /** Random graphs drawn through, trees dashed in the same colour. */
  private static void add(
      List<LinePlot.Series> series, String name, List<Scaling> rows, ToDoubleFunction<Scaling> y) {
    for (Scaling.Kind kind : Scaling.Kind.values()) {
      List<LinePlot.Point> points =
          rows.stream()
              .filter(s -> s.kind() == kind)
              .map(s -> new LinePlot.Point(s.nodes(), y.applyAsDouble(s)))
              .toList();
      if (!points.isEmpty()) {
        String label = kind.label() + ": " + name;
        series.add(new LinePlot.Series(label, points, kind == Scaling.Kind.TREE));
      }
    }
  }
}
