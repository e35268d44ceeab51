package dev.ballast.cli;

import dev.ballast.openblas.NativeLibraryException;
import dev.ballast.tensor.PlanException;
import dev.ballast.tensor.ShapeException;
import dev.ballast.train.DivergedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import picocli.CommandLine;

/** How every command line of Ballast runs: streams, exit status, complaints. */
public final class Commands {
  public static final int FAILED = 1;
  public static final int WRONG_USAGE = 2;

  private Commands() {}

  /**
   * Runs one command line on the process's streams and returns its exit status.
   *
   * @param functionCommands those subcommands that take a written function
   */
  public static int run(Object root, List<String> functionCommands, String... arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    return run(root, functionCommands, out, err, arguments);
  }

  /** Runs one command line and returns its exit status. */
  public static int run(
      Object root,
      List<String> functionCommands,
      PrintWriter out,
      PrintWriter err,
      String... arguments) {
    CommandLine line = new CommandLine(root);
    line.setOut(out);
    line.setErr(err);
    functionCommands.forEach(
        name -> line.getSubcommands().get(name).setUnmatchedOptionsArePositionalParams(true));
    line.setExecutionExceptionHandler((e, command, result) -> complain(e, command));
    if (arguments.length == 0) {
      line.usage(err);
      return WRONG_USAGE;
    }
    boolean function = functionCommands.contains(arguments[0]);
    return line.execute(function ? minusAsSign(arguments) : arguments);
  }

  /**
   * Hides the minus of a function such as {@code -h*x} behind a blank, where it is no option and no
   * option's value: picocli would take it for {@code -h}.
   */
  private static String[] minusAsSign(String[] arguments) {
    String[] shown = arguments.clone();
    for (int i = 1; i < arguments.length; i++) {
      String a = arguments[i];
      boolean option = a.startsWith("--") || a.equals("-h") || a.equals("-V");
      if (a.startsWith("-") && !option && !arguments[i - 1].startsWith("--")) {
        shown[i] = " " + a;
      }
    }
    return shown;
  }

  /** The system's complaints often are a file's name and nothing more. */
  static String told(FileSystemException e) {
    String why =
        switch (e) {
          case NoSuchFileException _ -> "there is no such file";
          case AccessDeniedException _ -> "may not be read or written by this user";
          case FileAlreadyExistsException _ -> "is there already";
          case NotDirectoryException _ -> "is no folder";
          default -> e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
        };
    return e.getFile() + ": " + why;
  }

  /** What users can cause is told in a line; anything else is our mistake and shows where. */
  private static int complain(Exception e, CommandLine command) {
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    if (e instanceof UncheckedIOException unchecked) {
      return complain(unchecked.getCause(), command);
    }
    if (e instanceof FileSystemException file) {
      err.println(name + ": " + told(file));
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
      err.println(name + ": " + e.getMessage());
    } else {
      err.println(name + ": an error of Ballast's own:");
      e.printStackTrace(err);
    }
    return FAILED;
  }
}
