package dev.ballast.bench.peers;

import dev.ballast.bench.load.Clock;
import dev.ballast.bench.load.Load;
import dev.ballast.bench.load.Load.Arrivals;
import dev.ballast.bench.load.LoadResult;
import dev.ballast.bench.load.OpenLoop;
import dev.ballast.bench.load.Pressure;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An open load on a side, beside garbage that the rest of the JVM makes. Told in words:
 *
 * <pre>{@code
 * load RATE SECONDS THREADS ARRIVALS SEED MEGABYTES_PER_SECOND
 * }</pre>
 *
 * Each thread has a subject of its own: not all libraries let two threads use one. The answer says
 * between which times of the JVM's log the load ran.
 */
final class LoadRounds {
  /** For what lives for a while to be there, before the first request. */
  private static final long LEAD_MILLIS = 300;

  private final SideJob job;
  private final JvmSide.Opener opener;
  private final List<JvmSide.Subject> subjects = new ArrayList<>();

  LoadRounds(SideJob job, JvmSide.Subject first, JvmSide.Opener opener) {
    this.job = job;
    this.opener = opener;
    subjects.add(first);
  }

  /** How {@link #run} is told. */
  static String words(Load load, double megabytesPerSecond) {
    return "%s %s %d %s %d %s"
        .formatted(
            load.ratePerSecond(),
            load.seconds(),
            load.threads(),
            load.arrivals(),
            load.seed(),
            megabytesPerSecond);
  }

  /** Runs it, leaves the histogram in the job's file, and tells the rest in JSON. */
  String run(String[] words) throws Exception {
    Load load =
        new Load(
            Double.parseDouble(words[1]),
            Double.parseDouble(words[2]),
            Integer.parseInt(words[3]),
            Arrivals.valueOf(words[4]),
            Long.parseLong(words[5]));
    while (subjects.size() < load.threads()) {
      subjects.add(opener.open(job));
    }
    for (JvmSide.Subject s : subjects) {
      s.reload();
    }
    try (Pressure pressure = Pressure.of(Double.parseDouble(words[6]))) {
      if (pressure.isOn()) {
        Thread.sleep(LEAD_MILLIS);
      }
      pressure.mark();
      long collections = collections();
      long from = uptimeMillis();
      LoadResult r = OpenLoop.run(load, Clock.SPINNING, t -> subjects.get(t)::run);
      long to = uptimeMillis();
      double reached = pressure.reachedMBps();
      r.write(job.path("histogram"));
      return String.format(
          Locale.ROOT,
          "{\"sent\": %d, \"scheduledSeconds\": %s, \"seconds\": %s, \"heapBytes\": %d,"
              + " \"fromMillis\": %d, \"toMillis\": %d, \"gcCount\": %d, \"pressureMBps\": %s}",
          r.sent(),
          r.scheduledSeconds(),
          r.seconds(),
          r.heapBytes(),
          from,
          to,
          collections() - collections,
          reached);
    }
  }

  private static long uptimeMillis() {
    return ManagementFactory.getRuntimeMXBean().getUptime();
  }

  /**
   * Of whole collections: collectors that work beside the program have a bean for these and one for
   * their pauses, and G1 one for its marking.
   */
  private static long collections() {
    long all = 0;
    for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
      String name = bean.getName();
      if (!name.contains("Pauses") && !name.contains("Concurrent")) {
        all += Math.max(0, bean.getCollectionCount());
      }
    }
    return all;
  }
}
