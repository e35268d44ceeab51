package dev.ballast.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ballast.bench.Samples;
import dev.ballast.bench.peers.Comparison.LeftOut;
import dev.ballast.bench.peers.Comparison.Why;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.DoubleStream;

/**
 * Takes one workload through all sides: starts them one after the other, compares what they
 * compute, then has them run in turn, A B C A B C, so that whatever changes on the machine
 * meanwhile befalls all of them.
 *
 * @param folder for what the sides read and write
 * @param seconds each side is to run for, in all rounds together
 * @param timeout how long a side may take to answer, besides
 * @param starts processes of each side whose start is timed, where something is promised of it;
 *     elsewhere it is timed of the only one
 */
record Measurement(Path folder, double seconds, Duration timeout, int starts) {
  /** The share of the seconds that each side warms up for at least. */
  private static final double WARM_UP = 0.4;

  private static final int WARM_UP_ROUNDS = 2;

  /** A side that is not steady after so many rounds of warming up is measured as it is. */
  private static final int MOST_WARM_UP_ROUNDS = 12;

  /** And one that says it is still preparing code, after so long. */
  private static final double MOST_WARMING_SECONDS = 60;

  /** Rounds that differ by less than this are alike. */
  private static final double STEADY = 0.05;

  /** The share of a round that compilers may work in it. */
  private static final double COMPILING = 0.02;

  private static final int ROUNDS = 7;

  /**
   * Between two rounds, for the threads of the side before to stop spinning: some libraries' do so
   * for a while after the last piece of work.
   */
  private static final Duration PAUSE = Duration.ofMillis(20);

  /** A side's process and what it has answered so far. */
  private static final class Runner {
    private final SideProcess process;
    private final List<long[]> rounds = new ArrayList<>();
    private final List<JsonNode> answers = new ArrayList<>();
    private final double startMillis;

    Runner(SideProcess process, double startMillis) {
      this.process = process;
      this.startMillis = startMillis;
    }

    String name() {
      return process.side().name();
    }

    /** Whether it says that it is still preparing code. Garbage it makes then is not the runs'. */
    boolean isWarming() {
      return !answers.isEmpty() && answers.getLast().path("warming").asBoolean();
    }

    /** Whether the last two rounds were alike, and hardly anything was compiled in the last. */
    boolean isSteady(double seconds) {
      if (rounds.size() < WARM_UP_ROUNDS || isWarming()) {
        return false;
      }
      double[] medians = Times.of(name(), rounds).medians().values();
      double last = medians[medians.length - 1];
      double before = medians[medians.length - 2];
      double compiling = answers.getLast().path("compilingMillis").asDouble() / 1e3;
      return Math.abs(last - before) <= STEADY * before && compiling <= COMPILING * seconds;
    }

    void forget() {
      rounds.clear();
      answers.clear();
    }
  }

  /** What is known halfway. */
  private record State(
      Job job, Map<String, Runner> running, List<LeftOut> leftOut, List<PeerRow> rows) {
    /** A side's part is over; its process ends. */
    void drop(String side, Why why, String reason) {
      leftOut.add(new LeftOut(side, why, reason));
      Runner r = running.remove(side);
      if (r != null) {
        r.process.close();
      }
    }

    void drop(String side, SideFailure e) {
      drop(side, e.isMissing() ? Why.MISSING : Why.FAILED, e.getMessage());
    }
  }

  /** Something that a side does, and at which it may fail. */
  private interface Task {
    void run(Runner r) throws IOException;
  }

  /**
   * Starts a side and ends it again, so that its files are in memory, and its classes in an
   * archive, before any start is timed. What it lacks is told when it is measured.
   */
  void rehearse(Side side, PeerWorkload w) throws IOException {
    Job job = Job.prepare(Files.createTempDirectory(folder, "rehearsal"), w, 1);
    try (SideProcess p = SideProcess.start(side, job, timeout)) {
      p.check();
    } catch (SideFailure e) {
      // It will fail again where that counts.
    }
  }

  Comparison run(PeerWorkload w, int threads, List<Side> sides) throws IOException {
    Job job = Job.prepare(Files.createTempDirectory(folder, w.name()), w, threads);
    State s = new State(job, new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
    try {
      Map<String, List<Double>> starts = startMillis(job, sides);
      for (Side side : sides) {
        start(side, s, starts.getOrDefault(side.name(), List.of()));
      }
      compare(s);
      warmUp(s);
      for (int i = 0; i < ROUNDS; i++) {
        each(s, r -> round(r, job, seconds * (1 - WARM_UP) / ROUNDS));
      }
      each(s, r -> s.rows().add(row(r, threads)));
    } finally {
      s.running().values().forEach(r -> r.process.close());
    }
    return new Comparison(w, threads, s.rows(), s.leftOut());
  }

  /** In the same turns, each side until it is steady. */
  private void warmUp(State s) throws IOException {
    double length = seconds * WARM_UP / WARM_UP_ROUNDS;
    double most = Math.max(MOST_WARM_UP_ROUNDS, MOST_WARMING_SECONDS / length);
    for (int i = 0; i < most; i++) {
      boolean mayBeUnsteady = i >= MOST_WARM_UP_ROUNDS;
      each(
          s,
          r -> {
            if (mayBeUnsteady ? r.isWarming() : !r.isSteady(length)) {
              round(r, s.job(), length);
            }
          });
    }
    s.running().values().forEach(Runner::forget);
  }

  /**
   * Starts the sides in turn, one process at a time, and ends each again: how long each start took.
   * A side that fails will fail again where that counts.
   */
  private Map<String, List<Double>> startMillis(Job job, List<Side> sides) throws IOException {
    Map<String, List<Double>> millis = new HashMap<>();
    List<Side> able = new ArrayList<>();
    if (Targets.promisesStart(job.workload())) {
      able.addAll(sides);
      able.removeIf(side -> side.missing().isPresent() || !side.runs(job.workload()));
    }
    for (int i = 1; i < starts; i++) {
      for (Side side : List.copyOf(able)) {
        try (SideProcess p = SideProcess.start(side, job, timeout)) {
          millis.computeIfAbsent(side.name(), n -> new ArrayList<>()).add(p.startMillis());
        } catch (SideFailure e) {
          able.remove(side);
        }
      }
    }
    return millis;
  }

  private void start(Side side, State s, List<Double> startsBefore) throws IOException {
    if (side.missing().isPresent()) {
      s.drop(side.name(), Why.MISSING, side.missing().get());
      return;
    }
    if (!side.runs(s.job().workload())) {
      s.drop(side.name(), Why.MISSING, "it does not train");
      return;
    }
    try {
      SideProcess p = SideProcess.start(side, s.job(), timeout);
      double[] millis =
          DoubleStream.concat(
                  startsBefore.stream().mapToDouble(m -> m), DoubleStream.of(p.startMillis()))
              .toArray();
      s.running().put(side.name(), new Runner(p, new Samples(side.name(), millis).median()));
    } catch (SideFailure e) {
      s.drop(side.name(), e);
    }
  }

  private static void compare(State s) throws IOException {
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    each(
        s,
        r -> {
          r.process.check();
          outcomes.put(r.name(), s.job().outcome(r.name()));
        });
    Agreement.disqualified(outcomes)
        .forEach((side, reason) -> s.drop(side, Why.DISQUALIFIED, reason));
  }

  /** For each side in turn; one that fails goes, and the others stay. */
  private static void each(State s, Task task) throws IOException {
    for (Runner r : List.copyOf(s.running().values())) {
      try {
        task.run(r);
      } catch (SideFailure e) {
        s.drop(r.name(), e);
      }
    }
  }

  private static void round(Runner r, Job job, double seconds) throws IOException {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted between two rounds", e);
    }
    JsonNode answer = r.process.round(seconds);
    long[] nanos = job.times(r.name());
    if (nanos.length == 0 || nanos.length != answer.get("operations").asInt()) {
      throw new SideFailure(
          "it left the times of " + nanos.length + " runs, and answered " + answer, false);
    }
    r.rounds.add(nanos);
    r.answers.add(answer);
  }

  private static PeerRow row(Runner r, int threads) throws IOException {
    Times times = Times.of(r.name(), r.rounds);
    boolean onJvm = r.answers.stream().allMatch(a -> a.has("heapBytes") && a.has("gcCount"));
    long heap = r.answers.stream().mapToLong(a -> a.path("heapBytes").asLong()).sum();
    long collections = r.answers.stream().mapToLong(a -> a.path("gcCount").asLong()).sum();
    return new PeerRow(
        r.name(),
        r.process.version(),
        r.process.threads(threads),
        times,
        onJvm ? OptionalDouble.of((double) heap / times.runs()) : OptionalDouble.empty(),
        onJvm ? OptionalLong.of(collections) : OptionalLong.empty(),
        r.process.residentBytes(),
        r.startMillis);
  }
}
