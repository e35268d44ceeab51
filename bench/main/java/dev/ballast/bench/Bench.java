package dev.ballast.bench;

import dev.ballast.bench.latency.LatencyCommand;
import dev.ballast.bench.latency.SafepointCommand;
import dev.ballast.bench.peers.PeersCommand;
import dev.ballast.bench.service.ServiceCommand;
import dev.ballast.bench.soak.SoakCommand;
import dev.ballast.cli.Commands;
import dev.ballast.cli.Version;
import java.util.List;
import picocli.CommandLine.Command;

/**
 * The measurements that {@code ./ballast bench} makes. They need no forks and take seconds; their
 * twins under JMH take minutes and start from a fresh JVM each.
 */
@Command(
    name = "ballast bench",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Measures on this machine what the documents claim.",
    subcommands = {
      RatioCommand.class,
      ScalingCommand.class,
      PlannerCommand.class,
      MemoryCommand.class,
      BandwidthCommand.class,
      PeersCommand.class,
      LatencyCommand.class,
      SafepointCommand.class,
      SoakCommand.class,
      ServiceCommand.class
    },
    footer = {
      "",
      "Example:  ./ballast bench ratio models/mnist-mlp.toml --batch 1,64",
      "The JMH benchmarks: java -jar bench/target/ballast-bench.jar -l",
      "Exit status: 0 done, 1 failed, 2 wrong usage."
    })
public final class Bench {
  Bench() {}

  public static void main(String[] arguments) {
    System.exit(Commands.run(new Bench(), List.of(), arguments));
  }
}
