package dev.ballast.cli.definition;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;

/**
 * Values that take the place of a definition's own, by the key's path: {@code batch}, {@code
 * optimizer.learning_rate}. A value is read as TOML, or as text where it is no TOML.
 */
public final class Overrides {
  private static final Map<String, String> SHORT = Map.of("lr", "optimizer.learning_rate");
  private static final String VALUE = "v";
  private static final String COMMENT = "# set: ";

  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Set<String> used = new LinkedHashSet<>();

  private Overrides() {}

  public static Overrides none() {
    return new Overrides();
  }

  /**
   * @param settings each {@code path=value}
   * @throws IllegalArgumentException where one has another form, or a path comes twice
   */
  public static Overrides of(List<String> settings) {
    Overrides o = new Overrides();
    for (String s : settings) {
      int equals = s.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("'" + s + "' must have the form key=value");
      }
      String path = path(s.substring(0, equals).strip());
      String text = s.substring(equals + 1).strip();
      o.values.put(path, value(text));
      if (o.texts.put(path, text) != null) {
        throw new IllegalArgumentException(path + " is set twice");
      }
    }
    return o;
  }

  /** Those that {@link #comments} wrote before a definition's text. */
  public static Overrides ofComments(String text) {
    return of(
        text.lines()
            .takeWhile(line -> line.startsWith(COMMENT))
            .map(line -> line.substring(COMMENT.length()))
            .toList());
  }

  /** What was set, by path, as it was written. */
  public Map<String, String> texts() {
    return Collections.unmodifiableMap(texts);
  }

  /** The path that a short name stands for, or the path itself. */
  public static String path(String name) {
    return SHORT.getOrDefault(name, name);
  }

  private static Object value(String text) {
    TomlParseResult toml = Toml.parse(VALUE + " = " + text);
    boolean one = !toml.hasErrors() && toml.size() == 1 && toml.contains(VALUE);
    return one ? toml.get(VALUE) : text;
  }

  Optional<Object> value(String section, String key) {
    String path = section.isEmpty() ? key : section + "." + key;
    used.add(path);
    return Optional.ofNullable(values.get(path));
  }

  /** Demands that the definition has, or could have, every key that was set. */
  void demandUsed() throws DefinitionException {
    List<String> unknown = new ArrayList<>(values.keySet());
    unknown.removeAll(used);
    if (!unknown.isEmpty()) {
      throw new DefinitionException(
          "there is no key '%s' to be set in this definition, only %s"
              .formatted(unknown.getFirst(), used));
    }
  }

  /** The settings, a line each, as comments of TOML. */
  String comments() {
    StringBuilder s = new StringBuilder();
    texts.forEach(
        (path, text) -> s.append(COMMENT).append(path).append(" = ").append(text).append('\n'));
    return s.toString();
  }
}
