package dev.ballast.openblas;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs a main class in a JVM of its own, for what happens once in a process or may end it. */
final class ChildJvm {
  private static final long PATIENCE_SECONDS = 120;

  record Result(int exitCode, String output) {}

  private ChildJvm() {}

  /** Class path entries of this test, with or without the jar of the natives. */
  static String classPath(boolean withNatives) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> withNatives || !entry.contains("bytedeco"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  static List<String> flags(String... more) {
    List<String> flags = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx128m"));
    flags.addAll(List.of(more));
    return flags;
  }

  static Process start(
      List<String> flags, String classPath, Map<String, String> environment, Class<?> main)
      throws IOException {
    return start(List.of(), flags, classPath, environment, main);
  }

  private static Process start(
      List<String> wrapper,
      List<String> flags,
      String classPath,
      Map<String, String> environment,
      Class<?> main)
      throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath, main.getName()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return builder.start();
  }

  static Result await(Process process) throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the child JVM did not end; it said:\n" + output);
    }
    return new Result(process.exitValue(), output);
  }

  static Result run(
      List<String> flags, String classPath, Map<String, String> environment, Class<?> main)
      throws IOException, InterruptedException {
    return await(start(flags, classPath, environment, main));
  }

  /**
   * Through another program.
   *
   * @param wrapper its name and arguments, to which the JVM's command is appended
   */
  static Result run(
      List<String> wrapper,
      List<String> flags,
      String classPath,
      Map<String, String> environment,
      Class<?> main)
      throws IOException, InterruptedException {
    return await(start(wrapper, flags, classPath, environment, main));
  }
}
