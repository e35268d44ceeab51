package dev.ballast.bench.peers;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.CompilationMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What every side on a JVM does; the twin of {@code bench/peers/side.py}, where the lines that come
 * and go are described. Besides the times it tells how many bytes all threads took of the heap
 * while the workload ran, how often a collector ran in the round, and how long compilers did.
 */
public final class JvmSide {
  /** A round ends after so many runs: more times would count in what is resident. */
  private static final int MOST_RUNS = 1 << 18;

  /** One library with the job's network in it. */
  public interface Subject {
    /** The library's version. */
    String version();

    /** How many threads it uses. */
    int threads();

    /** What is timed. */
    void run() throws Exception;

    /** Whether the library itself is still preparing code that it will run; others can't tell. */
    default boolean isWarming() {
      return false;
    }

    /** The first weights again, and no velocity. */
    void reload() throws Exception;

    /** Runs, and gives what is compared, in the job's order. */
    List<float[]> result() throws Exception;
  }

  /** Makes the subject of a job. */
  public interface Opener {
    /**
     * @throws UnsupportedOperationException where this library has no such workload; the message
     *     says what it lacks
     */
    Subject open(SideJob job) throws Exception;
  }

  private final SideJob job;
  private final Subject subject;
  private final PrintStream answers;
  private final LoadRounds loads;
  private final long[] nanos = new long[MOST_RUNS];

  private JvmSide(SideJob job, Subject subject, Opener opener, PrintStream answers) {
    this.loads = new LoadRounds(job, subject, opener);
    this.job = job;
    this.subject = subject;
    this.answers = answers;
  }

  /** Answers until told to quit, or until nobody asks any more. */
  public static void serve(String[] arguments, Opener opener) throws Exception {
    OutputStream lines = System.out;
    PrintStream answers = new PrintStream(lines, true, StandardCharsets.UTF_8);
    // What libraries print must not come between the answers.
    System.setOut(System.err);
    SideJob job = new SideJob(Path.of(arguments[0]));
    Subject subject;
    try {
      subject = opener.open(job);
    } catch (UnsupportedOperationException e) {
      answers.println("{\"missing\": \"" + e.getMessage() + "\"}");
      return;
    }
    subject.reload();
    subject.run();
    answers.println(
        "{\"first\": true, \"version\": \""
            + subject.version()
            + "\", \"threads\": "
            + subject.threads()
            + "}");
    new JvmSide(job, subject, opener, answers).listen();
  }

  private void listen() throws Exception {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ");
        switch (words[0]) {
          case "check" -> check();
          case "round" -> round((long) (Double.parseDouble(words[1]) * 1e9));
          case "load" -> answers.println(loads.run(words));
          default -> {
            return;
          }
        }
      }
    }
  }

  private void check() throws Exception {
    subject.reload();
    List<float[]> parts = subject.result();
    float[] all = new float[parts.stream().mapToInt(p -> p.length).sum()];
    int at = 0;
    for (float[] p : parts) {
      System.arraycopy(p, 0, all, at, p.length);
      at += p.length;
    }
    Numbers.write(job.path("result"), all);
    answers.println("{\"checked\": true}");
  }

  private void round(long length) throws Exception {
    int reloadEvery = job.number("reloadEvery");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    // Asking takes bytes of the heap itself, the first time more than later.
    threads.getTotalThreadAllocatedBytes();
    long asked = threads.getTotalThreadAllocatedBytes();
    long asking = threads.getTotalThreadAllocatedBytes() - asked;
    long collections = collections();
    long compiling = compilingMillis();
    long heap = 0;
    int n = 0;
    long end = System.nanoTime() + length;
    long now = end - length;
    while (now < end && n < MOST_RUNS) {
      subject.reload();
      int stop = Math.min(n + reloadEvery, MOST_RUNS);
      long before = threads.getTotalThreadAllocatedBytes();
      while (n < stop && now < end) {
        long start = System.nanoTime();
        subject.run();
        now = System.nanoTime();
        nanos[n++] = now - start;
      }
      heap += threads.getTotalThreadAllocatedBytes() - before - asking;
    }
    long collected = collections() - collections;
    Numbers.write(job.path("times"), nanos, n);
    answers.println(
        "{\"operations\": "
            + n
            + ", \"heapBytes\": "
            + Math.max(0, heap)
            + ", \"gcCount\": "
            + collected
            + ", \"compilingMillis\": "
            + (compilingMillis() - compiling)
            + ", \"warming\": "
            + subject.isWarming()
            + "}");
  }

  /** In all threads of the compilers; 0 where nothing is compiled. */
  private static long compilingMillis() {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    return compiler == null ? 0 : compiler.getTotalCompilationTime();
  }

  private static long collections() {
    long all = 0;
    for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
      all += Math.max(0, bean.getCollectionCount());
    }
    return all;
  }
}
