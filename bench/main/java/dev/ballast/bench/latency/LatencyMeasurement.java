package dev.ballast.bench.latency;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ballast.bench.load.Load;
import dev.ballast.bench.load.LoadResult;
import dev.ballast.bench.peers.Agreement;
import dev.ballast.bench.peers.Job;
import dev.ballast.bench.peers.Outcome;
import dev.ballast.bench.peers.Side;
import dev.ballast.bench.peers.SideFailure;
import dev.ballast.bench.peers.SideProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes all sides through all settings, A B C A B C, each time in a process of its own.
 *
 * @param folder for what the sides read and write
 */
record LatencyMeasurement(LatencyOptions options, Path folder, PrintWriter err) {
  /** Rounds of warming up, of this length. */
  private static final double WARM_UP_SECONDS = 0.5;

  private static final int LEAST_WARM_UP_ROUNDS = 3;

  /** A side that is not steady after so many is measured as it is. */
  private static final int MOST_WARM_UP_ROUNDS = 16;

  /** And one that says it is still preparing code, after so many. */
  private static final int MOST_WARMING_ROUNDS = 120;

  /** The share of a round that compilers may work in the last of them. */
  private static final double COMPILING = 0.05;

  /**
   * Medians of two rounds that differ by less are alike. What compilers did is counted when they
   * are done, so by itself it does not tell that none is at work.
   */
  private static final double STEADY = 0.1;

  /** Then the load itself for so long, without counting. */
  private static final double REHEARSAL_SECONDS = 1;

  private static final long SEED = 1;

  /** What is known halfway. */
  private record State(Map<String, LatencyRow> rows, Map<String, String> leftOut) {
    void add(LatencyRow r) {
      rows.merge(r.setting() + r.side(), r, LatencyRow::then);
    }
  }

  LatencyResults run(List<Side.Jvm> sides) throws IOException {
    State s = new State(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (Side.Jvm side : sides) {
      side.missing().ifPresent(why -> s.leftOut.put(side.name(), why));
    }
    for (int round = 0; round < options.rounds(); round++) {
      for (Setting setting : options.settings()) {
        err.printf("round %d of %d: %s…%n", round + 1, options.rounds(), setting);
        err.flush();
        round(sides, setting, round, s);
      }
    }
    List<String> notes = new ArrayList<>();
    s.leftOut.forEach((side, why) -> notes.add(side + " is left out: " + why));
    return new LatencyResults(
        options.workload().name(),
        options.rate(),
        options.arrivals(),
        List.copyOf(s.rows.values()),
        notes,
        s.leftOut.containsKey(Side.BALLAST));
  }

  /** All sides once under one setting, after what they compute was compared. */
  private void round(List<Side.Jvm> sides, Setting setting, int round, State s) throws IOException {
    Path files = Files.createTempDirectory(folder, "round");
    Job job = Job.prepare(files, options.workload(), 1);
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    Map<String, LatencyRow> rows = new LinkedHashMap<>();
    for (Side.Jvm side : sides) {
      if (!s.leftOut.containsKey(side.name())) {
        try {
          rows.put(side.name(), measured(side, setting, round, job, outcomes));
        } catch (SideFailure e) {
          s.leftOut.put(side.name(), e.getMessage());
        }
      }
    }
    Agreement.disqualified(outcomes)
        .forEach(
            (side, reason) -> {
              s.leftOut.put(side, "disqualified: " + reason);
              rows.remove(side);
              s.rows.values().removeIf(r -> r.side().equals(side));
            });
    rows.values().forEach(s::add);
  }

  private LatencyRow measured(
      Side.Jvm side, Setting setting, int round, Job job, Map<String, Outcome> outcomes)
      throws IOException {
    Path log = job.folder().resolve(side.name() + ".safepoints");
    String heap = options.heapMegabytes() + "m";
    List<String> flags =
        List.of(
            setting.collector().flag(),
            "-Xms" + heap,
            "-Xmx" + heap,
            // In a service that has run for long, no page is touched for the first time.
            "-XX:+AlwaysPreTouch",
            Safepoints.flag(log));
    Side tuned = side.with(side.name(), flags);
    try (SideProcess process = SideProcess.start(tuned, job, options.timeout())) {
      process.check();
      outcomes.put(side.name(), job.outcome(side.name()));
      warmUp(process, job);
      process.load(load(setting, REHEARSAL_SECONDS, -1), setting.pressureMBps());
      Load load = load(setting, options.seconds(), round);
      JsonNode answer = process.load(load, setting.pressureMBps());
      LoadResult result =
          new LoadResult(
              LoadResult.read(job.histogramOf(side.name())),
              answer.get("sent").asLong(),
              answer.get("scheduledSeconds").asDouble(),
              answer.get("seconds").asDouble(),
              answer.get("heapBytes").asLong());
      return new LatencyRow(
          side.name(),
          process.version(),
          setting,
          result,
          Safepoints.read(
              log, answer.get("fromMillis").asDouble(), answer.get("toMillis").asDouble()),
          answer.get("gcCount").asLong(),
          answer.get("pressureMBps").asDouble());
    }
  }

  private Load load(Setting setting, double seconds, int round) {
    return new Load(options.rate(), seconds, setting.threads(), options.arrivals(), SEED + round);
  }

  private static void warmUp(SideProcess process, Job job) throws SideFailure {
    double before = 0;
    boolean warming = true;
    for (int i = 1; i <= (warming ? MOST_WARMING_ROUNDS : MOST_WARM_UP_ROUNDS); i++) {
      JsonNode answer = process.round(WARM_UP_SECONDS);
      double compiling = answer.path("compilingMillis").asDouble() / 1e3;
      warming = answer.path("warming").asBoolean();
      long[] times = job.times(process.side().name());
      Arrays.sort(times);
      double median = times[times.length / 2];
      if (!warming
          && i >= LEAST_WARM_UP_ROUNDS
          && compiling <= COMPILING * WARM_UP_SECONDS
          && Math.abs(median - before) <= STEADY * before) {
        return;
      }
      before = median;
    }
  }
}
