package dev.ballast.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** A command's result: named values, printed as lines for people or as one JSON object. */
public final class Report {
  /** The option that every command has. */
  public static final class Format {
    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    public boolean isJson() {
      return json;
    }
  }

  private final Map<String, Object> values = new LinkedHashMap<>();

  /**
   * @param value null where there is none: null in JSON, told in words otherwise
   */
  public Report put(String key, Object value) {
    values.put(key, value);
    return this;
  }

  public void print(PrintWriter out, Format format) {
    out.print(format.isJson() ? json(values) : text());
    out.flush();
  }

  void printJson(PrintWriter out) {
    out.print(json(values));
    out.flush();
  }

  /** Prints several results as one JSON array. */
  public static void printAll(PrintWriter out, List<Report> reports) {
    out.print(json(reports.stream().map(r -> r.values).toList()));
    out.flush();
  }

  /** The values as they stand, to be put into another report. */
  public Map<String, Object> values() {
    return Collections.unmodifiableMap(values);
  }

  private static String json(Object values) {
    try {
      return new ObjectMapper()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .writeValueAsString(values)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report holds only what JSON can", e);
    }
  }

  private String text() {
    int width = values.keySet().stream().mapToInt(String::length).max().orElse(0);
    return values.entrySet().stream()
        .map(e -> String.format("%-" + width + "s  %s%n", e.getKey(), readable(e.getValue())))
        .collect(Collectors.joining());
  }

  private static String readable(Object value) {
    if (value == null) {
      return "undefined";
    }
    return value instanceof Long || value instanceof Integer
        ? String.format(java.util.Locale.ROOT, "%,d", ((Number) value).longValue())
        : String.valueOf(value);
  }
}
