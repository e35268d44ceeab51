package dev.ballast.bench.service;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The example service in a process of its own, with a folder for its models. */
final class ServiceProcess implements AutoCloseable {
  private static final String LISTENING = "listening on ";
  private static final long END_SECONDS = 30;

  private final Process process;
  private final Path folder;
  private final URI base;

  private ServiceProcess(Process process, Path folder, URI base) {
    this.process = process;
    this.folder = folder;
    this.base = base;
  }

  /**
   * Returns once it is ready.
   *
   * @throws IOException where it does not get so far; with what it said last
   */
  static ServiceProcess start(Path jar) throws IOException {
    Path folder = Files.createTempDirectory("ballast-service");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        Stream.concat(
                Stream.of(java, "--add-modules", "jdk.incubator.vector", "-Xmx128m", "-jar"),
                Stream.of(
                    jar.toString(),
                    "--port",
                    "0",
                    "--publish-seconds",
                    "1",
                    "--models",
                    folder.toString()))
            .toList();
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    boolean started = false;
    try {
      ServiceProcess service = new ServiceProcess(process, folder, awaitReady(process));
      started = true;
      return service;
    } finally {
      if (!started) {
        end(process, folder);
      }
    }
  }

  private static URI awaitReady(Process process) throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String base = "";
    String last = "";
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(LISTENING)) {
        base = line.substring(LISTENING.length());
      }
      if (line.equals("ready")) {
        return URI.create(base);
      }
      last = line;
    }
    throw new IOException("the service ended before it was ready; it said last: " + last);
  }

  URI base() {
    return base;
  }

  @Override
  public void close() throws IOException {
    end(process, folder);
  }

  private static void end(Process process, Path folder) throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
