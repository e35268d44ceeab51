package dev.ballast.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** What figures hold for. */
public record Machine(String processor, String system, String jvm) {
  /** This machine, and the JVM that runs this. */
  public static Machine here() throws IOException {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    String memory = String.format(Locale.ROOT, "%.0f GB", system.getTotalMemorySize() / 1e9);
    return new Machine(
        cpu() + ", " + system.getAvailableProcessors() + " cores, " + memory,
        system.getName() + " " + system.getVersion() + ", " + system.getArch(),
        System.getProperty("java.vm.name")
            + " "
            + System.getProperty("java.runtime.version")
            + ", "
            + System.getProperty("java.vendor"));
  }

  private static String cpu() throws IOException {
    Path file = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(file)) {
      return "unknown processor";
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(l -> l.startsWith("model name"))
          .map(l -> l.substring(l.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown processor");
    }
  }
}
