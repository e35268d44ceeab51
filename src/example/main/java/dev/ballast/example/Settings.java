package dev.ballast.example;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What is set when the service is started: by flags, as {@code --port 8080}, or by the environment,
 * as {@code SERVICE_PORT=8080}; flags win.
 *
 * @param host to listen on
 * @param port to listen on; 0 for one that is free
 * @param model the file to start from; where there is none, the folder's {@code learned.ballast},
 *     and else it learns from payments that are made up
 * @param models the folder that models are swapped in from, and learned ones saved to
 * @param memory bytes that Ballast may take off the heap
 * @param sessions requests that are computed at the same time
 * @param queue examples that may wait to be learned from
 * @param publish how often what was learned is tried out
 */
record Settings(
    String host,
    int port,
    Optional<Path> model,
    Optional<Path> models,
    long memory,
    int sessions,
    int queue,
    Duration publish) {

  private static final long MIB = 1 << 20;

  /** What the JVM takes besides its heap, OpenBLAS included: see decision 17. */
  private static final long JVM = 224 * MIB;

  private static final long LEAST_MEMORY = 64 * MIB;
  private static final int MOST_SESSIONS = 256;
  private static final int MOST_PORT = 65_535;
  private static final int MOST_QUEUE = 10_000_000;

  static final String USAGE =
      """
      A service that tells how likely payments are fraud, and learns.

        --host NAME          to listen on (127.0.0.1)
        --port N             to listen on; 0 takes a free one (8080)
        --model FILE         a model to start from
        --models FOLDER      for POST /swap, and to save what was learned
        --memory-mib N       the limit on memory off the heap (what heap and JVM leave of all)
        --sessions N         requests computed at the same time (one for each processor)
        --queue N            examples that may wait to be learned from (8192)
        --publish-seconds S  how often what was learned is tried out (5)

      Each may be set in the environment instead: SERVICE_PORT for --port, and so on.
      """;

  static Settings defaults() {
    int processors = Runtime.getRuntime().availableProcessors();
    return new Settings(
        "127.0.0.1",
        8080,
        Optional.empty(),
        Optional.empty(),
        memoryLeft(),
        Math.min(MOST_SESSIONS, processors),
        8192,
        Duration.ofSeconds(5));
  }

  /** Of the container, or the machine where there is none: what heap and JVM do not take. */
  private static long memoryLeft() {
    var system =
        ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
    long left = system.getTotalMemorySize() - Runtime.getRuntime().maxMemory() - JVM;
    return Math.max(LEAST_MEMORY, left);
  }

  /**
   * @throws IllegalArgumentException that names what is wrong
   */
  static Settings parse(String[] arguments, Map<String, String> environment) {
    Settings s = defaults();
    for (Flag f : Flag.values()) {
      String value = environment.get("SERVICE_" + f.name());
      if (value != null) {
        s = f.set(s, "SERVICE_" + f.name(), value);
      }
    }
    for (int i = 0; i < arguments.length; i += 2) {
      Flag f = Flag.of(arguments[i]);
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(arguments[i] + ": a value is missing");
      }
      s = f.set(s, arguments[i], arguments[i + 1]);
    }
    return s;
  }

  /** What can be set. */
  private enum Flag {
    HOST,
    PORT,
    MODEL,
    MODELS,
    MEMORY_MIB,
    SESSIONS,
    QUEUE,
    PUBLISH_SECONDS;

    static Flag of(String argument) {
      for (Flag f : values()) {
        if (argument.equals("--" + f.name().toLowerCase(Locale.ROOT).replace('_', '-'))) {
          return f;
        }
      }
      throw new IllegalArgumentException(argument + ": there is no such flag; see --help");
    }

    Settings set(Settings s, String name, String value) {
      return switch (this) {
        case HOST -> s.withHost(value);
        case PORT -> s.withPort((int) number(name, value, 0, MOST_PORT));
        case MODEL -> s.withModel(Path.of(value));
        case MODELS -> s.withModels(Path.of(value));
        case MEMORY_MIB -> s.withMemory((long) (MIB * number(name, value, 1, 1 << 30)));
        case SESSIONS -> s.withSessions((int) number(name, value, 1, MOST_SESSIONS));
        case QUEUE -> s.withQueue((int) number(name, value, 1, MOST_QUEUE));
        case PUBLISH_SECONDS ->
            s.withPublish(Duration.ofMillis((long) (1e3 * number(name, value, 0.01, 1e6))));
      };
    }

    private static double number(String name, String value, double least, double most) {
      try {
        double n = Double.parseDouble(value);
        if (n >= least && n <= most) {
          return n;
        }
      } catch (NumberFormatException e) {
        // Told below, as are numbers out of range.
      }
      throw new IllegalArgumentException(
          "%s: must be a number from %s to %s, not '%s'"
              .formatted(name, text(least), text(most), value));
    }

    private static String text(double n) {
      return n == Math.rint(n) ? Long.toString((long) n) : Double.toString(n);
    }
  }

  Settings withHost(String h) {
    return new Settings(h, port, model, models, memory, sessions, queue, publish);
  }

  Settings withPort(int p) {
    return new Settings(host, p, model, models, memory, sessions, queue, publish);
  }

  Settings withModel(Path file) {
    return new Settings(host, port, Optional.of(file), models, memory, sessions, queue, publish);
  }

  Settings withModels(Path folder) {
    return new Settings(host, port, model, Optional.of(folder), memory, sessions, queue, publish);
  }

  Settings withMemory(long bytes) {
    return new Settings(host, port, model, models, bytes, sessions, queue, publish);
  }

  Settings withSessions(int n) {
    return new Settings(host, port, model, models, memory, n, queue, publish);
  }

  Settings withQueue(int n) {
    return new Settings(host, port, model, models, memory, sessions, n, publish);
  }

  Settings withPublish(Duration d) {
    return new Settings(host, port, model, models, memory, sessions, queue, d);
  }
}
