package dev.ballast.cli.table;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What is predicted: a column of classes or of numbers. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Target.Classes.class, name = "classes"),
  @JsonSubTypes.Type(value = Target.Quantity.class, name = "quantity")
})
public sealed interface Target {
  String name();

  /** A label is an index of the list. */
  record Classes(String name, List<String> classes) implements Target {
    public Classes {
      classes = List.copyOf(classes);
    }

    int label(Cell cell, TableRules rules) throws BadRowException {
      int label = classes.indexOf(cell.text());
      if (label < 0) {
        String shown = cell.isMissing(rules) ? "a missing value" : "'" + cell.text() + "'";
        throw cell.wrong(shown + " is none of the classes " + classes);
      }
      return label;
    }
  }

  /** v becomes (v − mean) / deviation, and a prediction goes the way back. */
  record Quantity(String name, double mean, double deviation) implements Target {
    float standardized(Cell cell, TableRules rules) throws BadRowException {
      if (cell.isMissing(rules)) {
        throw cell.wrong("the target is missing");
      }
      return (float) ((cell.value() - mean) / deviation);
    }

    /** A network's output in the target's own unit. */
    public double inItsUnit(double output) {
      return output * deviation + mean;
    }
  }
}
