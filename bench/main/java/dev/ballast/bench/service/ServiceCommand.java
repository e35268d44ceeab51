package dev.ballast.bench.service;

import dev.ballast.cli.Commands;
import dev.ballast.cli.Report;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures a service over HTTP as its callers feel it. */
@Command(
    name = "service",
    mixinStandardHelpOptions = true,
    description = {
      "Asks the example service for scores at a rate that does not wait for answers; each request"
          + " counts from when it was due.",
      "Starts it in a process of its own, or takes one that runs."
    },
    footer = {
      "",
      "Example:  ./ballast bench service --rate 500 --connections 4 --learn 200",
      "Exit status: 0 done, 1 an answer was no score, or the rate was not kept."
    })
public final class ServiceCommand implements Callable<Integer> {
  private static final String JAR = "src/example/target/ballast-example.jar";
  private static final int MOST_ROWS = 4096;

  @Option(names = "--url", paramLabel = "URL", description = "A service that runs already.")
  private Optional<URI> url;

  @Option(
      names = "--jar",
      paramLabel = "F",
      description = "The service to start; by default that of src/example, where it is built.")
  private Optional<Path> jar;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "500",
      description = "Requests a second, at random times.")
  private double rate;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "4",
      description = "Callers at a time, each with a thread and a connection that is kept.")
  private int connections;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "1",
      description = "Examples in each request.")
  private int rows;

  @Option(
      names = "--learn",
      paramLabel = "N",
      defaultValue = "0",
      description = "Examples a second that it is taught meanwhile.")
  private int learn;

  @Option(names = "--seconds", paramLabel = "S", defaultValue = "20", description = "How long.")
  private double seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      defaultValue = "10",
      description = "The same load before, which does not count.")
  private double warmUp;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  ServiceCommand() {}

  @Override
  public Integer call() throws Exception {
    demand(rate > 0 && rate <= 1e6, "--rate must be in (0, 1e6]: " + rate);
    demand(seconds > 0 && seconds <= 3600, "--seconds must be in (0, 3600]: " + seconds);
    demand(warmUp >= 0 && warmUp <= 3600, "--warm-up must be in [0, 3600]: " + warmUp);
    demand(connections >= 1 && connections <= 512, "--connections must be from 1 to 512");
    demand(rows >= 1 && rows <= MOST_ROWS, "--rows must be from 1 to " + MOST_ROWS);
    demand(learn >= 0 && learn <= 40_000, "--learn must be from 0 to 40000");
    ServiceLoad load = new ServiceLoad(rate, seconds, warmUp, connections, rows, learn);
    if (url.isPresent()) {
      demand(
          "http".equals(url.get().getScheme()) && url.get().getHost() != null,
          "--url must be as http://127.0.0.1:8080: " + url.get());
      return print(load.run(url.get()));
    }
    try (ServiceProcess service = ServiceProcess.start(built())) {
      return print(load.run(service.base()));
    }
  }

  private Path built() {
    Path file = jar.orElseGet(() -> Path.of(System.getProperty("ballast.root", "."), JAR));
    demand(
        Files.isRegularFile(file),
        file
            + ": there is no such file. Build it at the root of the project: mvn -q package"
            + " -pl src/example -am -Dmaven.test.skip=true -Dformat=skip");
    return file;
  }

  private int print(Report report) {
    PrintWriter out = spec.commandLine().getOut();
    report.print(out, format);
    out.flush();
    boolean isGood =
        Boolean.TRUE.equals(report.values().get("kept"))
            && Long.valueOf(0).equals(report.values().get("bad"));
    return isGood ? 0 : Commands.FAILED;
  }

  private void demand(boolean holds, String complaint) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), complaint);
    }
  }
}
