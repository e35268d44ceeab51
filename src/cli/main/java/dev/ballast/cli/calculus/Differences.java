package dev.ballast.cli.calculus;

import dev.ballast.cli.expression.Expression;
import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.kernel.Slice;
import dev.ballast.tensor.Literal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Central differences beside the backward pass: (f(x + h) − f(x − h)) / 2h with h = ∛ε · max(1,
 * |x|), which balances the rounding against the term in h².
 */
public record Differences(List<Row> rows) {
  private static final double STEP = Math.cbrt(Math.ulp(1.0));

  /** Below this size a derivative's error is told as it is, not in parts of it. */
  private static final double SMALL = 1e-6;

  /** Rows of a text. */
  private static final int SHOWN = 50;

  /** One coordinate, {@code W[0,1]}. */
  public record Row(String coordinate, double backward, double difference) {
    public double relativeError() {
      double size = Math.max(Math.abs(backward), Math.abs(difference));
      return Math.abs(backward - difference) / Math.max(SMALL, size);
    }
  }

  /** Moves each coordinate of each variable. */
  public static Differences of(
      Expression expression, Map<String, Literal> point, Map<String, Literal> gradients) {
    GraphBuilder b = new GraphBuilder("forward");
    Expr result = expression.emit(b, Expression.types(point)).get(expression.result());
    List<Row> rows = new ArrayList<>();
    try (Evaluation e = Evaluation.of(b, List.of(result))) {
      e.at(point);
      gradients.forEach(
          (name, gradient) -> {
            Slice x = e.input(name);
            for (int i = 0; i < x.elements(); i++) {
              double at = x.get(i);
              double h = STEP * Math.max(1, Math.abs(at));
              x.set(i, at + h);
              double above = e.run().number(result);
              double up = x.get(i);
              x.set(i, at - h);
              double below = e.run().number(result);
              double difference = (above - below) / (up - x.get(i));
              x.set(i, at);
              String coordinate = Coordinates.name(name, gradient.type().shape(), i);
              rows.add(new Row(coordinate, gradient.get(i), difference));
            }
          });
    }
    return new Differences(rows);
  }

  /** The largest relative error; NaN where one is. */
  public double largest() {
    double largest = 0;
    for (Row r : rows) {
      largest = Math.max(largest, r.relativeError());
    }
    return largest;
  }

  public String text() {
    Table t = new Table("coordinate", "backward", "central difference", "relative error");
    for (Row r : rows.subList(0, Math.min(SHOWN, rows.size()))) {
      t.row(
          r.coordinate(),
          Numbers.of(r.backward(), Numbers.RESULT),
          Numbers.of(r.difference(), Numbers.RESULT),
          Numbers.of(r.relativeError(), 2));
    }
    String left =
        rows.size() > SHOWN
            ? "… " + (rows.size() - SHOWN) + " more coordinates, all of them with --json\n"
            : "";
    return t + left + "largest relative error " + Numbers.of(largest(), 2) + "\n";
  }

  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("largestRelativeError", largest());
    List<Map<String, Object>> all = new ArrayList<>();
    for (Row r : rows) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("coordinate", r.coordinate());
      row.put("backward", r.backward());
      row.put("difference", r.difference());
      row.put("relativeError", r.relativeError());
      all.add(row);
    }
    json.put("coordinates", all);
    return json;
  }
}
