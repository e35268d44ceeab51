package dev.ballast.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The command that repeats a run from its start. Options that say where a run is kept while it goes
 * on are left out: they change nothing of the result, and a folder with checkpoints would be taken
 * up or refused.
 */
public final class RepeatCommand {
  private static final String RESUME = "--resume";

  /** Each with the number of words that follow it. */
  private static final Map<String, Integer> LEFT_OUT =
      Map.of("--checkpoint", 1, RESUME, 0, "--every-steps", 1, "--every-minutes", 1, "--keep", 1);

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private RepeatCommand() {}

  /**
   * @param arguments as they were given, the command's name first
   */
  public static String of(List<String> arguments) {
    List<String> words = new ArrayList<>(List.of("ballast"));
    int skip = 0;
    for (String a : arguments) {
      String option = a.startsWith("--") ? a.split("=", 2)[0] : a;
      if (skip > 0) {
        skip--;
      } else if (LEFT_OUT.containsKey(option)) {
        skip = a.contains("=") ? 0 : LEFT_OUT.get(option);
      } else {
        words.add(quoted(a));
      }
    }
    return String.join(" ", words);
  }

  /**
   * The command that goes on with a run from its last checkpoint.
   *
   * @param arguments as they were given, the command's name first, a folder for checkpoints among
   *     them
   */
  public static String resumed(List<String> arguments) {
    List<String> words = new ArrayList<>(List.of("ballast"));
    arguments.stream().filter(a -> !a.equals(RESUME)).forEach(a -> words.add(quoted(a)));
    words.add(RESUME);
    return String.join(" ", words);
  }

  /** As a POSIX shell reads it back. */
  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
