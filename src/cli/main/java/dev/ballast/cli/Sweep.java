package dev.ballast.cli;

import dev.ballast.cli.definition.Overrides;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trainings that differ in some keys: every combination of the values given for each.
 *
 * @param keys paths in the definition
 * @param settings of each training, {@code key=value}, in the order of the keys
 */
record Sweep(List<String> keys, List<List<String>> settings) {
  private static final int MOST = 1_000;

  /**
   * @param ranges each {@code key=value,value,…}; the last varies fastest
   * @throws IllegalArgumentException where one has another form, or there are too many combinations
   */
  static Sweep of(List<String> ranges) {
    List<String> keys = new ArrayList<>();
    List<List<String>> all = List.of(List.of());
    for (String range : ranges) {
      int equals = range.indexOf('=');
      if (equals < 1 || equals == range.length() - 1) {
        throw new IllegalArgumentException("'" + range + "' must have the form key=value,value,…");
      }
      String key = Overrides.path(range.substring(0, equals).strip());
      if (keys.contains(key)) {
        throw new IllegalArgumentException(key + " is swept twice");
      }
      keys.add(key);
      List<String> values =
          Arrays.stream(range.substring(equals + 1).split(",")).map(String::strip).toList();
      List<List<String>> longer = new ArrayList<>();
      for (List<String> before : all) {
        for (String v : values) {
          List<String> now = new ArrayList<>(before);
          now.add(key + "=" + v);
          longer.add(now);
        }
      }
      all = longer;
      if (all.size() > MOST) {
        throw new IllegalArgumentException(
            all.size() + " trainings are more than the " + MOST + " of one sweep");
      }
    }
    return new Sweep(keys, all);
  }

  /** A training's name among the others, fit for a file. */
  static String name(List<String> settings) {
    return String.join(
        "-",
        settings.stream()
            .map(s -> s.substring(s.lastIndexOf('.', s.indexOf('=')) + 1))
            .map(s -> s.replaceAll("[^A-Za-z0-9.=_+-]", "_"))
            .toList());
  }

  /** Values by key, of one training. */
  static Map<String, String> values(List<String> settings) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String s : settings) {
      int equals = s.indexOf('=');
      values.put(s.substring(0, equals), s.substring(equals + 1));
    }
    return values;
  }

  /** A file of one training: its name before the ending. */
  static Path named(Path file, String name) {
    if (name.isEmpty()) {
      return file;
    }
    String old = file.getFileName().toString();
    int dot = old.lastIndexOf('.');
    int end = dot < 1 ? old.length() : dot;
    return file.resolveSibling(old.substring(0, end) + "-" + name + old.substring(end));
  }
}
