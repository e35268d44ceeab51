package dev.ballast.bench.latency;

import dev.ballast.bench.Origin;
import dev.ballast.bench.ResultsFile;
import dev.ballast.bench.load.Load.Arrivals;
import dev.ballast.bench.peers.PeerWorkload;
import dev.ballast.bench.peers.Side;
import dev.ballast.bench.peers.Sides;
import dev.ballast.cli.Commands;
import dev.ballast.cli.ModelPaths;
import dev.ballast.cli.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Latency at a fixed rate, beside other libraries and beside garbage. */
@Command(
    name = "latency",
    mixinStandardHelpOptions = true,
    description = {
      "Sends requests at a fixed rate to Ballast, ONNX Runtime for Java and DJL, in a quiet JVM"
          + " and",
      "beside garbage, under each collector, and tells percentiles from when a request was due."
    },
    footer = {
      "",
      "Example:  ./ballast bench latency --sides ballast,onnxruntime-java --collectors G1,ZGC"
          + " --json",
      "The peers: bench/peers/install.sh .peers"
    })
public final class LatencyCommand implements Callable<Integer> {
  private static final List<String> SIDES = List.of(Side.BALLAST, "onnxruntime-java", "djl");
  private static final List<Collector> USUAL =
      List.of(Collector.G1, Collector.ZGC, Collector.SHENANDOAH);

  @Option(
      names = "--workload",
      paramLabel = "NAME",
      defaultValue = "mlp-b1-infer",
      description = "One of bench peers' that infers.")
  private String workload;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "5000",
      description = "Requests a second.")
  private double rate;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "10",
      description = "Time of each round.")
  private double seconds;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "2",
      description = "Processes of each side and setting, one after the other.")
  private int rounds;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads that send, each with a session of its own.")
  private List<Integer> threads;

  @Option(
      names = "--pressure",
      split = ",",
      paramLabel = "MBPS",
      defaultValue = "0,500",
      description = "Megabytes of garbage a second that the rest of the JVM makes.")
  private List<Double> pressure;

  @Option(
      names = "--collectors",
      split = ",",
      paramLabel = "NAME",
      description = "Of G1, ZGC, Shenandoah, Parallel, Serial; the first three if none is given.")
  private List<String> collectors = List.of();

  @Option(
      names = "--sides",
      split = ",",
      paramLabel = "SIDE",
      description = "Of ballast, onnxruntime-java, djl; all if none is given.")
  private List<String> sides = List.of();

  @Option(
      names = "--arrivals",
      paramLabel = "KIND",
      defaultValue = "poisson",
      description = "poisson, at random as of many users, or fixed, evenly spaced.")
  private String arrivals;

  @Option(
      names = "--heap",
      paramLabel = "MB",
      defaultValue = "2048",
      description = "Heap of every JVM, in megabytes.")
  private int heap;

  @Option(
      names = "--peers",
      paramLabel = "DIR",
      description =
          "Where bench/peers/install.sh put the peers; .peers in the project if not given.")
  private Optional<Path> peers;

  @Option(
      names = "--svg",
      paramLabel = "F",
      description = "Draw the percentiles; one file for each collector, named after it.")
  private Optional<Path> svg;

  @Option(
      names = "--results",
      paramLabel = "F",
      description =
          "Write the section of a page of results, as bench/RESULTS.md is, with the plots.")
  private Optional<Path> results;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  LatencyCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    List<String> notes = new ArrayList<>();
    LatencyOptions options = options(notes);
    for (Path file : Stream.of(svg, results).flatMap(Optional::stream).toList()) {
      ModelPaths.demandWritable(file);
    }
    LatencyResults all = measure(options, err).withNotes(notes);
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      Report.printAll(out, all.reports());
    } else {
      LatencyTable.print(all, out);
    }
    all.notes().forEach(err::println);
    write(options, all, err);
    // A peer that fails is told; our own failure, or nothing measured at all, is a failure.
    return all.ownFailed() || all.rows().isEmpty() ? Commands.FAILED : 0;
  }

  private LatencyOptions options(List<String> notes) throws IOException {
    demand(rate > 0 && rate <= 1e6, "--rate must be in (0, 1000000], not " + rate);
    demand(seconds > 0 && seconds <= 3600, "--seconds must be in (0, 3600], not " + seconds);
    demand(rounds >= 1 && rounds <= 100, "--rounds must be from 1 to 100, not " + rounds);
    demand(heap >= 64 && heap <= 1 << 20, "--heap must be from 64 to 1048576, not " + heap);
    for (int n : threads) {
      demand(n >= 1 && n <= 256, "--threads must be from 1 to 256, not " + n);
    }
    for (double p : pressure) {
      demand(p >= 0 && p <= 1e5, "--pressure must be from 0 to 100000, not " + p);
    }
    demand(
        List.of("poisson", "fixed").contains(arrivals),
        "--arrivals is poisson or fixed, not '" + arrivals + "'");
    List<Setting> settings = new ArrayList<>();
    for (Collector c : there(notes)) {
      for (int n : threads) {
        for (double p : pressure) {
          settings.add(new Setting(c, p, n));
        }
      }
    }
    return new LatencyOptions(
        workload(),
        rate,
        seconds,
        rounds,
        Arrivals.valueOf(arrivals.toUpperCase(Locale.ROOT)),
        settings,
        heap,
        Duration.ofMinutes(3));
  }

  /** The collectors that this JVM has; those that were asked for by name must be there. */
  private List<Collector> there(List<String> notes) throws IOException {
    List<Collector> there = new ArrayList<>();
    for (String name : collectors) {
      Optional<Collector> c = Collector.of(name);
      demand(c.isPresent(), "there is no collector '" + name + "', only " + Collector.labels());
      there.add(c.orElseThrow());
    }
    for (Collector c : collectors.isEmpty() ? USUAL : List.copyOf(there)) {
      boolean has = c.isThere();
      demand(has || collectors.isEmpty(), "this JVM has no collector " + c.label());
      if (!has) {
        notes.add(c.label() + " is left out: this JVM does not have it");
      } else if (collectors.isEmpty()) {
        there.add(c);
      }
    }
    return there;
  }

  private PeerWorkload workload() {
    List<PeerWorkload> all = PeerWorkload.all().stream().filter(w -> !w.trains()).toList();
    Optional<PeerWorkload> w = all.stream().filter(x -> x.name().equals(workload)).findFirst();
    demand(
        w.isPresent(),
        "there is no workload '"
            + workload
            + "' that infers, only "
            + all.stream().map(PeerWorkload::name).toList());
    return w.orElseThrow();
  }

  private LinkedHashSet<String> sides() {
    for (String s : sides) {
      demand(SIDES.contains(s), "there is no side '" + s + "', only " + SIDES);
    }
    return new LinkedHashSet<>(sides.isEmpty() ? SIDES : sides);
  }

  private void demand(boolean holds, String complaint) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), complaint);
    }
  }

  private LatencyResults measure(LatencyOptions options, PrintWriter err) throws IOException {
    LinkedHashSet<String> names = sides();
    Path folder = Files.createTempDirectory("ballast-latency");
    try {
      List<Side.Jvm> chosen = new ArrayList<>();
      for (Side s : Sides.find(names, peers, folder)) {
        chosen.add((Side.Jvm) s);
      }
      return new LatencyMeasurement(options, folder, err).run(chosen);
    } finally {
      delete(folder);
    }
  }

  private void write(LatencyOptions options, LatencyResults all, PrintWriter err)
      throws IOException {
    if (all.rows().isEmpty()) {
      return;
    }
    StringBuilder pictures = new StringBuilder();
    for (Setting s : all.settings().stream().map(Setting::quiet).distinct().toList()) {
      Collector c = s.collector();
      String plot = LatencyPlot.svg(all, c, s.threads());
      String name = c.fileName() + (threads.size() == 1 ? "" : "-" + s.threads());
      if (svg.isPresent()) {
        Path file = beside(svg.get(), name);
        Files.writeString(file, plot);
        err.println("wrote " + file);
      }
      if (results.isPresent()) {
        String senders = s.threads() == 1 ? "1 thread" : s.threads() + " threads";
        String says =
            "Percentiles under " + c.label() + ", " + senders + ", with and without garbage";
        pictures.append(new ResultsFile(results.get()).picture("latency-" + name, says, plot));
      }
    }
    if (results.isPresent()) {
      String page = LatencyPage.of(all, options, Origin.of(spec), pictures.toString());
      new ResultsFile(results.get()).write("latency", page);
      err.println("wrote " + results.get());
    }
  }

  /** {@code latency.svg} becomes {@code latency-zgc.svg}. */
  private static Path beside(Path file, String which) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    String stem = dot > 0 ? name.substring(0, dot) : name;
    String end = dot > 0 ? name.substring(dot) : "";
    return file.resolveSibling(stem + "-" + which + end);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path f : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(f);
      }
    }
  }
}
