package dev.ballast.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/**
 * Stands in the list of commands for what another jar holds: benchmarks need JMH, which the command
 * line does without. The launcher goes to that jar by itself.
 */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures what gradients cost; ./ballast bench --help lists the measurements.",
    footer = {"", "Example:  ./ballast bench ratio models/mnist-mlp.toml --batch 1,64"})
final class BenchCommand implements Callable<Integer> {
  @Unmatched private List<String> forTheOtherJar;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine()
        .getErr()
        .println(
            "ballast bench: is in a jar of its own, which the launcher ./ballast builds and runs;"
                + " by hand: mvn package, then"
                + " java -cp bench/target/ballast-bench.jar dev.ballast.bench.Bench");
    return Main.FAILED;
  }
}
