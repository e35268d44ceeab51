package dev.ballast.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;

/** The command line. Results go to standard output, progress and complaints to standard error. */
@Command(
    name = "ballast",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Trains and serves neural networks off the heap, planned ahead.",
    subcommands = {
      TrainCommand.class,
      EvalCommand.class,
      PredictCommand.class,
      SampleCommand.class,
      InspectCommand.class,
      CompareCommand.class,
      ConvertCommand.class,
      PlanCommand.class,
      ProfileCommand.class,
      PackCommand.class,
      GradCommand.class,
      PathsCommand.class,
      GradcheckCommand.class,
      BenchCommand.class,
      TuneCommand.class,
      DoctorCommand.class
    },
    footer = {
      "",
      "Start here:  ballast train models/mnist-mlp.toml",
      "Exit status: 0 done, 1 failed, 2 wrong usage."
    })
public final class Main {
  static final int FAILED = Commands.FAILED;
  static final int WRONG_USAGE = Commands.WRONG_USAGE;

  /** Commands that take a written function, which may start with a minus. */
  private static final List<String> FUNCTION_COMMANDS = List.of("grad", "paths", "gradcheck");

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(Commands.run(new Main(), FUNCTION_COMMANDS, arguments));
  }

  /** Runs one command line and returns its exit status. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    return Commands.run(new Main(), FUNCTION_COMMANDS, out, err, arguments);
  }
}
