package dev.ballast.cli.table;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** How a column becomes numbers, as fitted on the rows to train with. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Column.Numeric.class, name = "numeric"),
  @JsonSubTypes.Type(value = Column.Categorical.class, name = "categorical")
})
public sealed interface Column {
  String name();

  /** How many numbers it becomes. */
  int width();

  /**
   * Writes a cell's numbers.
   *
   * @throws BadRowException where the cell is not what the column holds
   */
  void encode(Cell cell, TableRules rules, float[] to, int at) throws BadRowException;

  /** v becomes (v − mean) / deviation; a missing value becomes 0. */
  record Numeric(String name, double mean, double deviation) implements Column {
    @Override
    public int width() {
      return 1;
    }

    @Override
    public void encode(Cell cell, TableRules rules, float[] to, int at) throws BadRowException {
      if (!cell.isMissing(rules)) {
        to[at] = (float) ((cell.value() - mean) / deviation);
      } else if (rules.fillMissing()) {
        to[at] = 0;
      } else {
        throw cell.missing();
      }
    }
  }

  /** One hot. A missing value becomes the most frequent category. */
  record Categorical(String name, List<String> categories, String mostFrequent) implements Column {
    public Categorical {
      categories = List.copyOf(categories);
    }

    @Override
    public int width() {
      return categories.size();
    }

    @Override
    public void encode(Cell cell, TableRules rules, float[] to, int at) throws BadRowException {
      boolean missing = cell.isMissing(rules);
      if (missing && !rules.fillMissing()) {
        throw cell.missing();
      }
      int hot = categories.indexOf(missing ? mostFrequent : cell.text());
      if (hot < 0 && rules.refuseUnknown()) {
        throw cell.wrong(
            "'"
                + cell.text()
                + "' is none of the categories that the model was trained with: "
                + categories);
      }
      for (int i = 0; i < categories.size(); i++) {
        to[at + i] = i == hot ? 1 : 0;
      }
    }
  }
}
