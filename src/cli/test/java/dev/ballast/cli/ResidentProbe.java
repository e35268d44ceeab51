package dev.ballast.cli;

import dev.ballast.format.ModelFile;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * To be run in a JVM of its own: trains or serves, and then prints the most memory that was ever
 * resident.
 */
final class ResidentProbe {
  private static final int RUNS = 50_000;

  private ResidentProbe() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("serve")) {
      serve(Path.of(arguments[1]));
    } else if (Main.run(
            new java.io.PrintWriter(System.out), new java.io.PrintWriter(System.err), arguments)
        != 0) {
      System.exit(1);
    }
    Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(l -> l.startsWith("VmHWM:"))
        .forEach(System.out::println);
  }

  private static void serve(Path file) throws Exception {
    try (ModelFile model = ModelFile.open(file);
        Session s =
            Session.open(
                Planner.plan(model.graph(), PlanOptions.defaults()),
                model.weights(),
                SessionOptions.defaults())) {
      for (int i = 0; i < RUNS; i++) {
        s.run();
      }
    }
  }
}
