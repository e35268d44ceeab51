package dev.ballast.bench.peers;

import dev.ballast.bench.Origin;
import dev.ballast.bench.ResultsFile;
import dev.ballast.bench.peers.Comparison.LeftOut;
import dev.ballast.bench.peers.Comparison.Why;
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
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares speed and memory with other libraries', on the same work. */
@Command(
    name = "peers",
    mixinStandardHelpOptions = true,
    description =
        "Compares with PyTorch, JAX, ONNX Runtime and DJL: the same networks, weights and inputs.",
    footer = {
      "",
      "Example:  ./ballast bench peers --only mlp-b64 --threads 1 --sides ballast,torch,jax",
      "The peers: bench/peers/install.sh .peers"
    })
public final class PeersCommand implements Callable<Integer> {
  @Option(
      names = "--only",
      split = ",",
      paramLabel = "WORKLOAD",
      description = "Only workloads whose names begin so; all if none is given.")
  private List<String> only = List.of();

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,2",
      description = "Threads of each side: all workloads once for each number.")
  private List<Integer> threads;

  @Option(
      names = "--sides",
      split = ",",
      paramLabel = "SIDE",
      description =
          "Of ballast, torch, torch-compiled, jax, onnxruntime-java and djl; all if none is given.")
  private List<String> sides = List.of();

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "5",
      description = "Time for each side and workload, warm-up included.")
  private double seconds;

  @Option(
      names = "--peers",
      paramLabel = "DIR",
      description =
          "Where bench/peers/install.sh put the peers; .peers in the project if not given.")
  private Optional<Path> peers;

  @Option(
      names = "--timeout",
      paramLabel = "S",
      defaultValue = "180",
      description = "A side that does not answer for so many seconds is left out.")
  private double timeout;

  @Option(
      names = "--starts",
      paramLabel = "N",
      defaultValue = "7",
      description =
          "Processes of each side whose start is timed, of a workload with a target for it.")
  private int starts;

  @Option(
      names = "--svg",
      paramLabel = "F",
      description = "Draw the ratios to the best peer as bars.")
  private Optional<Path> svg;

  @Option(
      names = "--results",
      paramLabel = "F",
      description = "Write the section of a page of results, as bench/RESULTS.md is.")
  private Optional<Path> results;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  PeersCommand() {}

  @Override
  public Integer call() throws IOException {
    demand(seconds > 0 && seconds <= 3600, "--seconds must be in (0, 3600], not " + seconds);
    demand(timeout > 0 && timeout <= 3600, "--timeout must be in (0, 3600], not " + timeout);
    demand(starts >= 1 && starts <= 1000, "--starts must be from 1 to 1000, not " + starts);
    for (int n : threads) {
      demand(n >= 1 && n <= 1024, "--threads must be from 1 to 1024, not " + n);
    }
    List<PeerWorkload> workloads = workloads();
    Set<String> names = names();
    for (Path file : Stream.of(svg, results).flatMap(Optional::stream).toList()) {
      ModelPaths.demandWritable(file);
    }
    Results all = new Results(measure(workloads, names));
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      Report.printAll(out, all.reports());
    } else {
      PeersTable.print(all, out);
    }
    write(all);
    return status(all.all());
  }

  private void write(Results all) throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    if (svg.isPresent()) {
      Files.writeString(svg.get(), BarPlot.svg(all));
      err.println("wrote " + svg.get());
    }
    if (results.isPresent()) {
      new ResultsFile(results.get()).write("peers", ResultsPage.of(all, Origin.of(spec)));
      err.println("wrote " + results.get());
    }
  }

  private void demand(boolean holds, String complaint) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), complaint);
    }
  }

  private List<PeerWorkload> workloads() {
    List<PeerWorkload> all = PeerWorkload.all();
    for (String prefix : only) {
      demand(
          all.stream().anyMatch(w -> w.name().startsWith(prefix)),
          "there is no workload '"
              + prefix
              + "', only "
              + all.stream().map(PeerWorkload::name).toList());
    }
    return all.stream()
        .filter(w -> only.isEmpty() || only.stream().anyMatch(w.name()::startsWith))
        .toList();
  }

  private Set<String> names() {
    for (String s : sides) {
      demand(Sides.NAMES.contains(s), "there is no side '" + s + "', only " + Sides.NAMES);
    }
    return new LinkedHashSet<>(sides.isEmpty() ? Sides.NAMES : sides);
  }

  private List<Comparison> measure(List<PeerWorkload> workloads, Set<String> names)
      throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    Path folder = Files.createTempDirectory("ballast-peers");
    try {
      List<Side> chosen = Sides.find(names, peers, folder);
      Measurement m =
          new Measurement(folder, seconds, Duration.ofMillis((long) (1e3 * timeout)), starts);
      for (Side s : chosen) {
        rehearse(m, s, workloads, err);
      }
      List<Comparison> all = new ArrayList<>();
      for (int n : threads) {
        for (PeerWorkload w : workloads) {
          err.printf("%s, %d %s…%n", w.name(), n, n == 1 ? "thread" : "threads");
          err.flush();
          Comparison c = m.run(w, n, chosen);
          tell(c, err);
          all.add(c);
        }
      }
      return all;
    } finally {
      delete(folder);
    }
  }

  private static void rehearse(
      Measurement m, Side side, List<PeerWorkload> workloads, PrintWriter err) throws IOException {
    Optional<PeerWorkload> first = workloads.stream().filter(side::runs).findFirst();
    if (side.missing().isPresent()) {
      err.printf("%s is left out: %s%n", side.name(), side.missing().get());
    } else if (first.isPresent()) {
      m.rehearse(side, first.get());
    }
    err.flush();
  }

  private static void tell(Comparison c, PrintWriter err) {
    for (LeftOut l : c.leftOut()) {
      if (l.why() != Why.MISSING) {
        err.printf("  %s is %s: %s%n", l.side(), word(l.why()), l.reason());
      }
    }
    for (PeerRow r : c.rows()) {
      if (r.isNoisy()) {
        err.printf(
            Locale.ROOT,
            "  %s is noisy: its rounds spread over %.0f %%; stop what else runs, or give more"
                + " --seconds%n",
            r.side(),
            r.spreadPercent());
      }
    }
    err.flush();
  }

  private static String word(Why why) {
    return why == Why.DISQUALIFIED ? "disqualified" : "left out";
  }

  /** A peer that fails is told; our own failure, or nothing measured at all, is a failure. */
  private static int status(List<Comparison> all) {
    boolean ownFailed =
        all.stream()
            .flatMap(c -> c.leftOut().stream())
            .anyMatch(l -> l.side().equals(Side.BALLAST) && l.why() != Why.MISSING);
    boolean nothing = all.stream().allMatch(c -> c.rows().isEmpty());
    return ownFailed || nothing ? Commands.FAILED : 0;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path f : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(f);
      }
    }
  }
}
