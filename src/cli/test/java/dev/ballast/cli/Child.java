package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process, waited for. */
record Child(int status, String output) {
  private static final int MINUTES = 3;

  static Path root() {
    return Path.of(System.getProperty("ballast.root", "../..")).toAbsolutePath().normalize();
  }

  /** The folder with all jars that the packaged command line runs on. */
  static Path jars() {
    return root().resolve("src/cli/target/lib");
  }

  /** This JVM's own {@code java}. */
  static Child java(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    return run(root(), command);
  }

  static Child run(Path folder, List<String> command) throws IOException, InterruptedException {
    Process p =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    p.getOutputStream().close();
    String output = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!p.waitFor(MINUTES, TimeUnit.MINUTES)) {
      p.destroyForcibly();
      throw new IOException(command + " did not end: " + output);
    }
    return new Child(p.exitValue(), output);
  }

  Child succeeded() {
    assertEquals(0, status, output);
    return this;
  }
}
