package dev.ballast.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The function that a command is about, and where: the same words in each command. */
final class WrittenFunction {
  @Parameters(
      index = "0",
      paramLabel = "EXPRESSION|FILE",
      description = "The function, or a file (.expr) that holds it.")
  private String text;

  @Option(
      names = "--at",
      paramLabel = "NAME=VALUE",
      description = "A variable's value: a number, [1,2] or [[2,1],[1,1]]. Once for each.")
  private List<String> at = new ArrayList<>();

  String text() {
    return text;
  }

  List<String> at() {
    return at;
  }
}
