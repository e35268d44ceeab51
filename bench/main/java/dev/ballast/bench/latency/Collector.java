package dev.ballast.bench.latency;

import dev.ballast.bench.peers.JvmProgram;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Garbage collectors of HotSpot. Not every JVM has all of them. */
enum Collector {
  G1("G1"),
  ZGC("Z"),
  SHENANDOAH("Shenandoah"),
  PARALLEL("Parallel"),
  SERIAL("Serial");

  private static final int PATIENCE_SECONDS = 30;

  private final String flag;

  Collector(String flag) {
    this.flag = flag;
  }

  /** As people write it: {@code Shenandoah}. */
  String label() {
    return this == ZGC ? "ZGC" : flag;
  }

  /** In file names. */
  String fileName() {
    return label().toLowerCase(Locale.ROOT);
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(Collector::label).toList();
  }

  /** By its label, in letters of any case. */
  static Optional<Collector> of(String label) {
    return Arrays.stream(values()).filter(c -> c.label().equalsIgnoreCase(label)).findFirst();
  }

  String flag() {
    return "-XX:+Use" + flag + "GC";
  }

  /**
   * Whether this JVM has it, by starting it so: a flag may be known and the collector not built.
   */
  boolean isThere() throws IOException {
    Process p =
        new ProcessBuilder(JvmProgram.java(), flag(), "-Xmx64m", "-version")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return p.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && p.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while asking the JVM for " + label(), e);
    } finally {
      p.destroyForcibly();
    }
  }
}
