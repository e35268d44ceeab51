package dev.ballast.cli.definition;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * A table of a definition while it is read. Every key must be asked for: one that nobody knows is a
 * mistake, and is reported with its place and the keys that there are.
 */
final class Section {
  private final Path file;
  private final String name;
  private final TomlTable table;
  private final Overrides overrides;
  private final Optional<TomlPosition> own;
  private final Set<String> asked = new LinkedHashSet<>();

  /**
   * @param overrides values that stand in for the table's own
   */
  Section(Path file, String name, TomlTable table, Overrides overrides) {
    this(file, name, table, overrides, Optional.empty());
  }

  /**
   * @param own where the table itself stands, if it is one of several of its name
   */
  private Section(
      Path file, String name, TomlTable table, Overrides overrides, Optional<TomlPosition> own) {
    this.own = own;
    this.file = file;
    this.name = name;
    this.table = table;
    this.overrides = overrides;
  }

  String text(String key) throws DefinitionException {
    return demand(key, "a string", String.class);
  }

  String text(String key, String fallback) throws DefinitionException {
    return has(key) ? text(key) : fallback;
  }

  boolean flag(String key, boolean fallback) throws DefinitionException {
    return has(key) ? demand(key, "true or false", Boolean.class) : fallback;
  }

  double number(String key) throws DefinitionException {
    return demand(key, "a number", Number.class).doubleValue();
  }

  double number(String key, double fallback) throws DefinitionException {
    return has(key) ? number(key) : fallback;
  }

  /** A whole number that is at least {@code least}. */
  int whole(String key, int least) throws DefinitionException {
    long n = demand(key, "a whole number", Long.class);
    if (n < least || n > Integer.MAX_VALUE) {
      throw at(key, "must be at least " + least + " and fit 32 bits, not " + n);
    }
    return (int) n;
  }

  int whole(String key, int least, int fallback) throws DefinitionException {
    return has(key) ? whole(key, least) : fallback;
  }

  long seed(String key) throws DefinitionException {
    return has(key) ? demand(key, "a whole number", Long.class) : 0;
  }

  List<String> texts(String key, List<String> fallback) throws DefinitionException {
    return has(key) ? list(key, "a list of strings", String.class) : fallback;
  }

  List<Integer> sizes(String key) throws DefinitionException {
    List<Integer> sizes = new ArrayList<>();
    for (long n : list(key, "a list of whole numbers", Long.class)) {
      if (n < 1 || n > Integer.MAX_VALUE) {
        throw at(key, "sizes must be at least 1, not " + n);
      }
      sizes.add((int) n);
    }
    return sizes;
  }

  /** Two numbers, of rows and columns, or one for both. */
  List<Integer> pair(String key, int least) throws DefinitionException {
    if (has(key) && value(key) instanceof Long) {
      int both = whole(key, least);
      return List.of(both, both);
    }
    List<Long> two = list(key, "a whole number, or two in a list", Long.class);
    boolean fits = two.stream().allMatch(n -> n >= least && n <= Integer.MAX_VALUE);
    if (two.size() != 2 || !fits) {
      throw at(key, "must be one or two whole numbers of at least " + least + ", not " + two);
    }
    return List.of(two.getFirst().intValue(), two.getLast().intValue());
  }

  List<Integer> pair(String key, int least, List<Integer> fallback) throws DefinitionException {
    return has(key) ? pair(key, least) : fallback;
  }

  /** Numbers, whole or not. */
  List<Double> numbers(String key, List<Double> fallback) throws DefinitionException {
    return has(key)
        ? list(key, "a list of numbers", Number.class).stream().map(Number::doubleValue).toList()
        : fallback;
  }

  boolean isText(String key) {
    return has(key) && value(key) instanceof String;
  }

  Section section(String key) throws DefinitionException {
    TomlTable inner = demand(key, "a table", TomlTable.class);
    return new Section(file, path(key), inner, overrides);
  }

  Optional<Section> optional(String key) throws DefinitionException {
    return has(key) ? Optional.of(section(key)) : Optional.empty();
  }

  List<Section> sections(String key) throws DefinitionException {
    String kind = "an array of tables, written [[" + path(key) + "]]";
    TomlArray array = demand(key, kind, TomlArray.class);
    List<TomlTable> tables = list(key, kind, TomlTable.class);
    List<Section> sections = new ArrayList<>();
    for (int i = 0; i < tables.size(); i++) {
      Optional<TomlPosition> place = Optional.of(array.inputPositionOf(i));
      sections.add(new Section(file, path(key), tables.get(i), Overrides.none(), place));
    }
    return sections;
  }

  List<Section> optionalSections(String key) throws DefinitionException {
    return has(key) ? sections(key) : List.of();
  }

  boolean has(String key) {
    asked.add(key);
    return overrides.value(name, key).isPresent() || table.contains(List.of(key));
  }

  /** Turns a key's text into something by its name. */
  <T> T named(String key, Function<String, T> of) throws DefinitionException {
    try {
      return of.apply(text(key));
    } catch (IllegalArgumentException e) {
      throw at(key, e.getMessage());
    }
  }

  /**
   * Makes something of what was read. A complaint that begins with a key's name, blanks for
   * underscores, is told at that key; any other at {@code fallback}.
   */
  <T> T made(String fallback, Supplier<T> maker) throws DefinitionException {
    try {
      return maker.get();
    } catch (IllegalArgumentException e) {
      String message = e.getMessage();
      Optional<String> blamed =
          asked.stream()
              .filter(k -> table.contains(List.of(k)) && message.startsWith(spoken(k) + " "))
              .max(Comparator.comparing(String::length));
      throw blamed.isPresent()
          ? at(blamed.get(), message.substring(spoken(blamed.get()).length() + 1))
          : at(fallback, message);
    }
  }

  private static String spoken(String key) {
    return key.replace('_', ' ');
  }

  /** Complains about keys that nobody asked for. */
  void finish() throws DefinitionException {
    for (String key : table.keySet()) {
      if (!asked.contains(key)) {
        throw at(key, "there is no such key here, only " + asked);
      }
    }
  }

  /**
   * A complaint about a key, with its place; of one that is not there, with that of its table where
   * there are several.
   */
  DefinitionException at(String key, String complaint) {
    Optional<TomlPosition> place =
        overrides.value(name, key).isPresent()
            ? Optional.empty()
            : Optional.ofNullable(table.inputPositionOf(List.of(key))).or(() -> own);
    String where =
        place.map(p -> file + ":" + p.line() + ":" + p.column() + ": ").orElse(file + ": ");
    return new DefinitionException(where + path(key) + ": " + complaint);
  }

  private String path(String key) {
    return name.isEmpty() ? key : name + "." + key;
  }

  /** Of a key that is there. */
  private Object value(String key) {
    return overrides.value(name, key).orElseGet(() -> table.get(List.of(key)));
  }

  private <T> T demand(String key, String kind, Class<T> type) throws DefinitionException {
    if (!has(key)) {
      throw at(key, "is missing: " + kind + " is needed");
    }
    Object o = value(key);
    if (!type.isInstance(o)) {
      throw at(key, "must be " + kind + ", not " + told(o));
    }
    return type.cast(o);
  }

  private static Object told(Object o) {
    return switch (o) {
      case TomlTable _ -> "a table";
      case TomlArray _ -> "an array";
      default -> o;
    };
  }

  private <T> List<T> list(String key, String kind, Class<T> type) throws DefinitionException {
    TomlArray array = demand(key, kind, TomlArray.class);
    List<T> items = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      if (!type.isInstance(array.get(i))) {
        throw at(key, "must be " + kind);
      }
      items.add(type.cast(array.get(i)));
    }
    return Collections.unmodifiableList(items);
  }
}
