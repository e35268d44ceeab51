package dev.ballast.cli;

import dev.ballast.openblas.NativeLibraryException;
import dev.ballast.tensor.PlanException;
import dev.ballast.tensor.ShapeException;
import dev.ballast.train.DivergedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;
import picocli.CommandLine;
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
      InspectCommand.class,
      PlanCommand.class,
      GradCommand.class,
      PathsCommand.class,
      DoctorCommand.class
    },
    footer = {
      "",
      "Start here:  ballast train models/mnist-mlp.toml",
      "Exit status: 0 done, 1 failed, 2 wrong usage."
    })
public final class Main {
  static final int FAILED = 1;
  static final int WRONG_USAGE = 2;

  /** Commands that take a written function, which may start with a minus. */
  private static final List<String> FUNCTION_COMMANDS = List.of("grad", "paths");

  private Main() {}

  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, arguments));
  }

  /** Runs one command line and returns its exit status. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine line = new CommandLine(new Main());
    line.setOut(out);
    line.setErr(err);
    FUNCTION_COMMANDS.forEach(
        name -> line.getSubcommands().get(name).setUnmatchedOptionsArePositionalParams(true));
    line.setExecutionExceptionHandler((e, command, result) -> complain(e, command));
    if (arguments.length == 0) {
      line.usage(err);
      return WRONG_USAGE;
    }
    return line.execute(minusAsSign(arguments));
  }

  /**
   * Hides the minus of a function such as {@code -h*x} behind a blank, where it is no option and no
   * option's value: picocli would take it for {@code -h}.
   */
  private static String[] minusAsSign(String[] arguments) {
    String[] shown = arguments.clone();
    boolean functions = arguments.length > 0 && FUNCTION_COMMANDS.contains(arguments[0]);
    for (int i = 1; functions && i < arguments.length; i++) {
      String a = arguments[i];
      boolean option = a.startsWith("--") || a.equals("-h") || a.equals("-V");
      if (a.startsWith("-") && !option && !arguments[i - 1].startsWith("--")) {
        shown[i] = " " + a;
      }
    }
    return shown;
  }

  /** What users can cause is told in a line; anything else is our mistake and shows where. */
  private static int complain(Exception e, CommandLine command) {
    PrintWriter err = command.getErr();
    if (e instanceof NoSuchFileException missing) {
      err.println(
          "ballast "
              + command.getCommandName()
              + ": "
              + missing.getFile()
              + ": there is no such file");
      return FAILED;
    }
    boolean expected =
        e instanceof IOException
            || e instanceof ShapeException
            || e instanceof PlanException
            || e instanceof NativeLibraryException
            || e instanceof DivergedException
            || e instanceof IndexOutOfBoundsException
            || e instanceof IllegalArgumentException;
    if (expected) {
      err.println("ballast " + command.getCommandName() + ": " + e.getMessage());
    } else {
      err.println("ballast " + command.getCommandName() + ": an error of Ballast's own:");
      e.printStackTrace(err);
    }
    return FAILED;
  }
}
