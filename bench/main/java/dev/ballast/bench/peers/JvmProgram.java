package dev.ballast.bench.peers;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A main class with a class path.
 *
 * @param flags besides those of this JVM
 */
public record JvmProgram(String mainClass, String classPath, List<String> flags) {
  /** Flags that say what memory there is, who collects it and what is written about it. */
  private static final Pattern MEMORY = Pattern.compile("-XX:[+-]Use\\w*GC|-Xm[snx].*|-Xlog.*");

  /** A class of this program. */
  public static JvmProgram of(Class<?> main) {
    return new JvmProgram(main.getName(), System.getProperty("java.class.path"), List.of());
  }

  List<String> command(Path job, int threads, Path archive) {
    List<String> command = new ArrayList<>();
    command.add(java());
    command.addAll(launchers());
    command.addAll(flags);
    command.add("-Dballast.threads=" + threads);
    String share = Files.exists(archive) ? "SharedArchiveFile" : "ArchiveClassesAtExit";
    command.add("-XX:" + share + "=" + archive);
    command.addAll(List.of("-Xlog:cds*=off", "-Xlog:aot*=off"));
    command.addAll(List.of("-cp", classPath, mainClass, job.toString()));
    return command;
  }

  /**
   * Without an archive.
   *
   * @param own flags in the place of this JVM's that say the like
   */
  List<String> command(Path job, int threads, List<String> own) {
    return command(own, List.of("-Dballast.threads=" + threads), List.of(job.toString()));
  }

  /** Runs it with any arguments. */
  public List<String> command(List<String> own, List<String> properties, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(java());
    launchers().stream().filter(f -> !MEMORY.matcher(f).matches()).forEach(command::add);
    command.addAll(flags);
    command.addAll(own);
    command.addAll(properties);
    command.addAll(List.of("-cp", classPath, mainClass));
    command.addAll(arguments);
    return command;
  }

  /** The program that runs this. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** The collector, native access, the Vector API where there is one. */
  private static List<String> launchers() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments();
  }
}
