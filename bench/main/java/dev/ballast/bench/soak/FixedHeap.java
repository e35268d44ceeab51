package dev.ballast.bench.soak;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM whose heap is all resident from the start: only then does resident memory tell what is off
 * the heap.
 */
final class FixedHeap {
  private static final List<String> FLAGS = List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch");

  private FixedHeap() {}

  /** Whether this JVM is one. */
  static boolean isHere() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().containsAll(FLAGS);
  }

  /** The command that runs a main class in one, with the flags of this JVM besides. */
  static List<String> command(Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(FLAGS);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return command;
  }
}
