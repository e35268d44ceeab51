package dev.ballast.bench;

import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** Where figures come from: what was run, when and on what. */
public record Origin(String command, LocalDate date, Machine machine) {
  /** Options that say where something lies on this machine, which is of no interest elsewhere. */
  private static final Set<String> PLACES = Set.of("--peers");

  /** Of the command that is running, here and today. */
  public static Origin of(CommandSpec spec) throws IOException {
    return new Origin(command(spec), LocalDate.now(), Machine.here());
  }

  /** As it was given, but for places. */
  private static String command(CommandSpec spec) {
    List<String> words = new ArrayList<>(List.of("./ballast", "bench"));
    List<String> given = spec.commandLine().getParseResult().originalArgs();
    // A command that is run by itself, as tests do, is not named in its arguments.
    if (spec.parent() == null) {
      words.add(spec.name());
    }
    for (int i = 0; i < given.size(); i++) {
      String word = given.get(i);
      if (PLACES.contains(word)) {
        i++;
      } else if (PLACES.stream().noneMatch(p -> word.startsWith(p + "="))) {
        words.add(word);
      }
    }
    return String.join(" ", words);
  }

  /** A list in Markdown, each line ended. */
  public String lines() {
    return """
    - command: `%s`
    - date: %s
    - processor: %s
    - system: %s
    - JVM: %s
    """
        .formatted(command, date, machine.processor(), machine.system(), machine.jvm());
  }
}
