package dev.ballast.bench.latency;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/**
 * How often a JVM stopped its threads, how long they took to stop, and how long collections held
 * them: from its own log, {@code -Xlog:safepoint:file=…:uptimenanos}.
 *
 * @param reaching nanoseconds from when they were asked to stop until all had; not to be changed
 * @param gcPauseNanos of all stops for a collection together, reaching included
 */
record Safepoints(Histogram reaching, long gcPauseNanos) {
  private static final long LONGEST = 3_600_000_000_000L;
  private static final int DIGITS = 3;

  /**
   * As {@code [8704845705ns] Safepoint "ThreadDump", Time since last: 3178997149 ns, Reaching
   * safepoint: 4268 ns, At safepoint: 153922 ns, …, Total: 161125 ns, …}.
   */
  private static final Pattern LINE =
      Pattern.compile(
          "\\[(\\d+)ns].* Safepoint \"([^\"]+)\",.* Reaching safepoint: +(\\d+) ns,"
              + ".* Total: +(\\d+) ns.*");

  /** How operations of the collectors are called: G1CollectForAllocation, ZMarkStartYoung. */
  private static final Pattern COLLECTION =
      Pattern.compile("(G1|Z[A-Z]|Shenandoah|Serial|Parallel|GenCollect|CollectForMetadata).*");

  static Safepoints none() {
    return new Safepoints(new Histogram(LONGEST, DIGITS), 0);
  }

  /** The flag that has a JVM write the log. */
  static String flag(Path log) {
    return "-Xlog:safepoint:file=" + log + ":uptimenanos:filecount=0";
  }

  /**
   * Those that ended between two times of the JVM's.
   *
   * @throws IOException where there is no log, or a line of safepoints in it that reads otherwise
   */
  static Safepoints read(Path log, double fromMillis, double toMillis) throws IOException {
    Histogram reaching = new Histogram(LONGEST, DIGITS);
    long pause = 0;
    int n = 0;
    try (BufferedReader in = Files.newBufferedReader(log)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        n++;
        if (!line.contains("Safepoint \"")) {
          continue;
        }
        Matcher m = LINE.matcher(line);
        if (!m.matches()) {
          throw new IOException(
              log + ": line " + n + ": this JVM writes safepoints in another form: " + line);
        }
        double at = Long.parseLong(m.group(1)) / 1e6;
        if (at < fromMillis || at > toMillis) {
          continue;
        }
        reaching.recordValue(Math.min(LONGEST, Long.parseLong(m.group(3))));
        pause += COLLECTION.matcher(m.group(2)).matches() ? Long.parseLong(m.group(4)) : 0;
      }
    }
    return new Safepoints(reaching, pause);
  }

  Safepoints plus(Safepoints other) {
    Histogram both = new Histogram(LONGEST, DIGITS);
    both.add(reaching);
    both.add(other.reaching);
    return new Safepoints(both, gcPauseNanos + other.gcPauseNanos);
  }

  long count() {
    return reaching.getTotalCount();
  }

  /** The time to a safepoint that a share of them took at most; 0 where there was none. */
  double reachingMicros(double share) {
    return count() == 0 ? 0 : reaching.getValueAtPercentile(100 * share) / 1e3;
  }

  double gcPauseMillis() {
    return gcPauseNanos / 1e6;
  }
}
