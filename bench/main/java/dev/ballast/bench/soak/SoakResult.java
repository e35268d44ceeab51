package dev.ballast.bench.soak;

import dev.ballast.cli.Report;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * What a soak found. All answers were right, or there would be none.
 *
 * @param quietTimes when nothing is opened or freed
 * @param leftBytes on the account of memory once all was closed, more than before
 */
record SoakResult(
    SoakOptions options,
    List<Sample> samples,
    List<QuietTime> quietTimes,
    Counts counts,
    long leftBytes) {
  /** Two models while one is swapped in, and one that waits for its last reader. */
  private static final int MOST_MODELS = 3;

  /** In units of what is tolerated: then no answer passes for one of the version before. */
  private static final double LEAST_DISTANCE = 4;

  /** By what frees memory beside them. */
  private static final double MOST_BYTES_AN_ANSWER = 1;

  private static final int SECONDS_AN_HOUR = 3600;

  /** What HotSpot takes at the most to compile all that callers run, on a busy machine. */
  private static final double WARM_SECONDS = 60;

  SoakResult {
    samples = List.copyOf(samples);
    quietTimes = List.copyOf(quietTimes);
  }

  /**
   * A second in which nothing is opened or freed; see {@link Quiet}.
   *
   * @param callerBytes on the heap, by all threads that ask
   */
  record QuietTime(double seconds, long callerBytes) {}

  /**
   * How often.
   *
   * @param swaps that were done
   * @param mapped those of them to models from files
   * @param refused sessions and swaps that the limit did not allow
   * @param guests sessions that came and went
   * @param steps of learning
   * @param meanLoss over the last of them
   * @param leastDistance of a version's scores to those before; see {@link Versions#distance}
   */
  record Counts(
      long pooled,
      long batched,
      int swaps,
      int mapped,
      int refused,
      int guests,
      long steps,
      double meanLoss,
      double leastDistance) {}

  /**
   * Resident memory, the median of the last tenth over that of the second tenth, less 1. The first
   * tenth is the JVM's: it compiles then.
   */
  double growth() {
    return median(tenth(9), s -> s.process().resident())
            / median(tenth(1), s -> s.process().resident())
        - 1;
  }

  /** The slope of the line that fits resident memory best after the first tenth, in bytes. */
  double bytesAnHour() {
    List<Sample> all = steady();
    double x = all.stream().mapToDouble(Sample::seconds).average().orElse(0);
    double y = all.stream().mapToDouble(s -> s.process().resident()).average().orElse(0);
    double xy = 0;
    double xx = 0;
    for (Sample s : all) {
      xy += (s.seconds() - x) * (s.process().resident() - y);
      xx += (s.seconds() - x) * (s.seconds() - x);
    }
    return xx == 0 ? 0 : SECONDS_AN_HOUR * xy / xx;
  }

  /** What the threads that ask have allocated on the heap since all was compiled. */
  long callerBytes() {
    return warm().getLast().callerBytes() - warm().getFirst().callerBytes();
  }

  /** Their answers since then. */
  long callerAnswers() {
    return warm().getLast().answers() - warm().getFirst().answers();
  }

  /** What they have allocated in quiet times since then. */
  long quietBytes() {
    return warmQuietTimes().stream().mapToLong(QuietTime::callerBytes).sum();
  }

  /** How many of them there were. */
  int quietSeconds() {
    return warmQuietTimes().size();
  }

  private List<QuietTime> warmQuietTimes() {
    double from = warm().getFirst().seconds();
    return quietTimes.stream().filter(q -> q.seconds() >= from).toList();
  }

  /** Since all was compiled; the last sample alone where the soak was too short. */
  private List<Sample> warm() {
    List<Sample> all = steady().stream().filter(s -> s.seconds() >= WARM_SECONDS).toList();
    return all.isEmpty() ? List.of(samples.getLast()) : all;
  }

  int mostModels() {
    return samples.stream().mapToInt(Sample::modelsAlive).max().orElse(0);
  }

  private List<Sample> steady() {
    return samples.subList(samples.size() / 10, samples.size());
  }

  private List<Sample> tenth(int number) {
    int size = samples.size();
    int from = number * size / 10;
    return samples.subList(from, Math.max(from + 1, (number + 1) * size / 10));
  }

  private static double median(List<Sample> of, ToLongFunction<Sample> what) {
    long[] sorted = of.stream().mapToLong(what).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0;
  }

  /**
   * What is not as it should be; none where all is well.
   *
   * @param mostGrowth of resident memory, 0.01 for 1 %
   */
  List<String> complaints(double mostGrowth) {
    List<String> all = new ArrayList<>();
    demand(all, growth() <= mostGrowth, "resident memory grew by %.2f %%", 100 * growth());
    demand(
        all,
        quietBytes() == 0,
        "the threads that ask allocated %,d bytes on the heap while nothing was opened or freed",
        quietBytes());
    demand(
        all,
        callerBytes() <= MOST_BYTES_AN_ANSWER * callerAnswers(),
        "the threads that ask allocated %,d bytes on the heap in %,d answers",
        callerBytes(),
        callerAnswers());
    demand(all, leftBytes == 0, "%,d bytes are left on the account of memory", leftBytes);
    demand(all, mostModels() <= MOST_MODELS, "%d models had memory at the same time", mostModels());
    demand(all, counts.pooled > 0 && counts.batched > 0, "nothing was answered");
    demand(all, counts.swaps > 0, "nothing was swapped");
    demand(
        all,
        counts.leastDistance > LEAST_DISTANCE,
        "two versions are too alike to be told apart: %s",
        counts.leastDistance);
    return all;
  }

  private static void demand(List<String> all, boolean holds, String complaint, Object... values) {
    if (!holds) {
      all.add(String.format(Locale.ROOT, complaint, values));
    }
  }

  /** Without the samples. */
  Report report() {
    Sample last = samples.getLast();
    double[] resident =
        samples.stream().mapToDouble(s -> s.process().resident()).sorted().toArray();
    return new Report()
        .put("seconds", Math.round(last.seconds()))
        .put("threads", options.threads())
        .put("answersOfPool", counts.pooled)
        .put("answersOfBatcher", counts.batched)
        .put("swaps", counts.swaps)
        .put("swapsToFiles", counts.mapped)
        .put("refused", counts.refused)
        .put("sessionsOpened", counts.guests)
        .put("steps", counts.steps)
        .put("meanLoss", counts.meanLoss)
        .put("leastDistanceOfVersions", counts.leastDistance)
        .put("residentBytesLeast", (long) resident[0])
        .put("residentBytesMost", (long) Arrays.stream(resident).max().orElse(0))
        .put("residentGrowthPercent", 100 * growth())
        .put("residentBytesAnHour", Math.round(bytesAnHour()))
        .put("quietSeconds", quietSeconds())
        .put("quietCallerHeapBytes", quietBytes())
        .put("callerHeapBytes", callerBytes())
        .put("callerAnswers", callerAnswers())
        .put("collections", last.jvm().collections())
        .put("modelsAtMost", mostModels())
        .put("bytesLeft", leftBytes);
  }
}
