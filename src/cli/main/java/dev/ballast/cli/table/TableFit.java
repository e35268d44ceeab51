package dev.ballast.cli.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * How the columns of a table become a network's input: fitted on the rows to train with, stored in
 * the model file, and used on every row after.
 *
 * @param columns in the order of the network's input
 */
public record TableFit(TableRules rules, List<Column> columns, Target target) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public TableFit {
    columns = List.copyOf(columns);
  }

  /** How many numbers a row becomes. */
  public int width() {
    return columns.stream().mapToInt(Column::width).sum();
  }

  /** The names of the classes, label 0 first; empty where the target is a number. */
  public List<String> classes() {
    return target instanceof Target.Classes c ? c.classes() : List.of();
  }

  /** As it is stored in a model file. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of texts and numbers are JSON", e);
    }
  }

  /**
   * @param model that the text is from, for complaints
   * @throws IOException where it is not what {@link #toJson} writes
   */
  public static TableFit of(Path model, String json) throws IOException {
    try {
      return JSON.readValue(json, TableFit.class);
    } catch (JsonProcessingException e) {
      throw new IOException(
          model + ": what it says of its columns can't be read: " + e.getOriginalMessage(), e);
    }
  }
}
