package dev.ballast.bench.peers;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A main class with a class path.
 *
 * @param flags besides those of this JVM
 */
record JvmProgram(String mainClass, String classPath, List<String> flags) {
  static JvmProgram of(Class<?> main) {
    return new JvmProgram(main.getName(), System.getProperty("java.class.path"), List.of());
  }

  List<String> command(Path job, int threads, Path archive) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The launcher's: the collector, native access, the Vector API where there is one.
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(flags);
    command.add("-Dballast.threads=" + threads);
    String share = Files.exists(archive) ? "SharedArchiveFile" : "ArchiveClassesAtExit";
    command.add("-XX:" + share + "=" + archive);
    command.addAll(List.of("-Xlog:cds*=off", "-Xlog:aot*=off"));
    command.addAll(List.of("-cp", classPath, mainClass, job.toString()));
    return command;
  }
}
