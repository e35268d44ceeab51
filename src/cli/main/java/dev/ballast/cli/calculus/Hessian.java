package dev.ballast.cli.calculus;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.cli.expression.Expression;
import dev.ballast.cli.expression.Step;
import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The matrix of second derivatives, a row a run: the gradient of g·v, where g is the gradient and v
 * an input that is each unit vector in turn. One graph serves all rows.
 *
 * @param coordinates the names of rows and columns
 */
public record Hessian(List<String> coordinates, double[][] rows) {
  /** So that the rows take seconds, and the matrix half a megabyte. */
  private static final int MAX_COORDINATES = 256;

  /**
   * @throws IllegalArgumentException where there are too many coordinates
   */
  public static Hessian of(Expression expression, Map<String, Literal> point) {
    List<String> coordinates = Coordinates.names(point);
    if (coordinates.size() > MAX_COORDINATES) {
      throw new IllegalArgumentException(
          "--order 2: the variables have "
              + coordinates.size()
              + " coordinates, the Hessian takes at most "
              + MAX_COORDINATES
              + "; give fewer or smaller variables");
    }
    GraphBuilder b = new GraphBuilder("hessian");
    List<Expr> values = expression.emit(b, Expression.types(point));
    List<Expr> variables = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      if (expression.steps().get(i) instanceof Step.Variable) {
        variables.add(values.get(i));
      }
    }
    if (variables.isEmpty()) {
      return new Hessian(coordinates, new double[0][0]);
    }
    List<Expr> gradients = Autodiff.gradients(values.get(expression.result()), variables);
    Expr directional = Ops.constant(values.getFirst(), 0);
    List<String> directions = new ArrayList<>();
    for (int i = 0; i < variables.size(); i++) {
      TensorType type = variables.get(i).type();
      // No variable has such a name.
      String name = "direction " + i;
      directions.add(name);
      Expr v = b.input(name, type);
      directional = Ops.add(directional, Ops.sum(Ops.mul(gradients.get(i), v)));
    }
    List<Expr> products = Autodiff.gradients(directional, variables);
    try (Evaluation e = Evaluation.of(b, products)) {
      e.at(point);
      return new Hessian(coordinates, rows(e, directions, products, coordinates.size()));
    }
  }

  private static double[][] rows(
      Evaluation e, List<String> directions, List<Expr> products, int dimension) {
    double[][] rows = new double[dimension][];
    int row = 0;
    for (String d : directions) {
      for (int i = 0; i < e.input(d).elements(); i++) {
        e.input(d).set(i, 1);
        e.run();
        rows[row++] = products.stream().flatMapToDouble(p -> Arrays.stream(e.values(p))).toArray();
        e.input(d).set(i, 0);
      }
    }
    return rows;
  }

  public String text() {
    List<String> heads = new ArrayList<>(List.of(""));
    heads.addAll(coordinates);
    Table t = new Table(heads.toArray(String[]::new));
    for (int i = 0; i < rows.length; i++) {
      List<String> cells = new ArrayList<>(List.of(coordinates.get(i)));
      Arrays.stream(rows[i]).forEach(d -> cells.add(Numbers.of(d, Numbers.BOARD)));
      t.row(cells.toArray(String[]::new));
    }
    return t.toString();
  }
}
