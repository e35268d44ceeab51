package dev.ballast.cli;

import dev.ballast.kernel.ProductTable;
import dev.ballast.kernel.Simd;
import dev.ballast.openblas.Attempt;
import dev.ballast.openblas.LoadReport;
import dev.ballast.openblas.NativeLibraryException;
import dev.ballast.openblas.OpenBlas;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says what Ballast has found on this machine, and what is wrong with it. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Says what Ballast has found on this machine: JDK, OpenBLAS, SIMD, memory.",
    footer = {"", "Example:  ballast doctor --json"})
final class DoctorCommand implements Callable<Integer> {
  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Report r = new Report();
    machine(r);
    boolean well = openBlas(r);
    r.put("healthy", well);
    r.print(out, format);
    return well ? 0 : Main.FAILED;
  }

  private static void machine(Report r) {
    var runtime = ManagementFactory.getRuntimeMXBean();
    r.put("ballast", Version.text());
    r.put("jdk", runtime.getVmVendor() + " " + Runtime.version());
    r.put("jdkHome", System.getProperty("java.home"));
    r.put("jvmFlags", String.join(" ", runtime.getInputArguments()));
    r.put(
        "garbageCollectors",
        ManagementFactory.getGarbageCollectorMXBeans().stream().map(b -> b.getName()).toList());
    r.put(
        "os",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"));
    r.put("processors", Runtime.getRuntime().availableProcessors());
    r.put("simd", Simd.description());
    r.put("products", ProductTable.inUse().origin());
    var os = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
    r.put("physicalMemoryBytes", os.getTotalMemorySize());
    r.put("freeMemoryBytes", os.getFreeMemorySize());
    r.put("maxHeapBytes", Runtime.getRuntime().maxMemory());
    r.put("nativeAccess", Main.class.getModule().isNativeAccessEnabled());
  }

  private static boolean openBlas(Report r) throws IOException {
    try {
      LoadReport report = OpenBlas.report();
      r.put("openblas", report.version() + " for " + report.coreName());
      r.put("openblasPath", report.path().toString());
      r.put("openblasOrigin", report.origin().toString());
      r.put("openblasConfig", report.config());
      r.put("openblasThreads", report.threads());
      r.put("openblasMaxCallers", report.maxCallers());
      report.residentBytesAtLoad().ifPresent(bytes -> r.put("openblasResidentBytesAtLoad", bytes));
      r.put("openblasLoadMillis", report.loadNanos() / 1e6);
      r.put("openblasTried", texts(report.attempts()));
      List<Path> damaged = OpenBlas.damagedFiles();
      r.put("openblasDamagedFiles", damaged.stream().map(Path::toString).toList());
      return damaged.isEmpty();
    } catch (NativeLibraryException e) {
      r.put("openblas", "none could be loaded: " + e.getMessage());
      r.put("openblasTried", texts(e.attempts()));
      return false;
    }
  }

  private static List<String> texts(List<Attempt> attempts) {
    return attempts.stream().map(Attempt::toString).toList();
  }
}
