package dev.ballast.cli.expression;

import dev.ballast.ir.Expr;
import dev.ballast.op.Move;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The functions of the language. Each reads each of its operands once: so an operand and a term of
 * the backward pass belong together.
 */
public enum Operator {
  ADD("+", Ops::add),
  SUB("-", Ops::sub),
  MUL("*", Ops::mul),
  DIV("/", Ops::div),
  POW("^", Ops::pow),
  MATMUL("@", Operator::product, Place.INFIX, false),
  MAX("max", Ops::max, Place.CALL, true),
  MIN("min", Ops::min, Place.CALL, true),
  NEG("-", Ops::neg, Place.PREFIX, true),
  TRANSPOSE("transpose", Operator::transposed, Place.CALL, false),
  SIGMOID("sigmoid", Ops::sigmoid),
  EXP("exp", Ops::exp),
  LOG("log", Ops::log),
  TANH("tanh", Ops::tanh),
  RELU("relu", Ops::relu),
  SQRT("sqrt", Ops::sqrt),
  SIN("sin", Ops::sin),
  COS("cos", Ops::cos),
  ABS("abs", Ops::abs),
  SOFTPLUS("softplus", Ops::softplus),
  SUM("sum", Ops::sum, Place.CALL, false),
  MEAN("mean", Ops::mean, Place.CALL, false),
  LARGEST("max", x -> Ops.reduceMax(x, axes(x), false), Place.CALL, false),
  SMALLEST("min", x -> Ops.neg(Ops.reduceMax(Ops.neg(x), axes(x), false)), Place.CALL, false);

  private enum Place {
    INFIX,
    PREFIX,
    CALL
  }

  private final String symbol;
  private final int arity;
  private final Place place;
  private final boolean elementwise;
  private final BinaryOperator<Expr> rule;

  Operator(String symbol, BinaryOperator<Expr> rule) {
    this(symbol, rule, Place.INFIX, true);
  }

  Operator(String symbol, BinaryOperator<Expr> rule, Place place, boolean elementwise) {
    this.symbol = symbol;
    this.arity = 2;
    this.place = place;
    this.elementwise = elementwise;
    this.rule = rule;
  }

  Operator(String symbol, UnaryOperator<Expr> rule) {
    this(symbol, rule, Place.CALL, true);
  }

  Operator(String symbol, UnaryOperator<Expr> rule, Place place, boolean elementwise) {
    this.symbol = symbol;
    this.arity = 1;
    this.place = place;
    this.elementwise = elementwise;
    this.rule = (x, same) -> rule.apply(x);
  }

  /** As it is written. */
  public String symbol() {
    return symbol;
  }

  int arity() {
    return arity;
  }

  /** Whether element i of the result depends on element i of each operand of its shape alone. */
  public boolean isElementwise() {
    return elementwise;
  }

  /** An operator between its operands. */
  static Optional<Operator> infix(Token t) {
    return Arrays.stream(values())
        .filter(o -> o.place == Place.INFIX && t.is(o.symbol))
        .findFirst();
  }

  /** The functions that are called by a name, with one operand or with two. */
  static List<Operator> called(String name) {
    String plain = name.equals("σ") ? "sigmoid" : name;
    return Arrays.stream(values())
        .filter(o -> o.place == Place.CALL && o.symbol.equals(plain))
        .toList();
  }

  static String calls() {
    return Arrays.stream(values())
        .filter(o -> o.place == Place.CALL)
        .map(Operator::symbol)
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /** How tightly an infix operator binds. A minus before an operand stands between * and ^. */
  int precedence() {
    return switch (this) {
      case ADD, SUB -> 1;
      case MUL, DIV, MATMUL -> 2;
      case NEG -> 3;
      case POW -> 4;
      default -> throw new IllegalStateException(this + " is called, not written between operands");
    };
  }

  /**
   * Adds the function to the operands' graph.
   *
   * @throws ShapeException where the operands do not fit, in terms of this language
   */
  Expr emit(List<Expr> operands) {
    if (arity == 2 && elementwise) {
      Shape.broadcast(operands.getFirst().shape(), operands.getLast().shape());
    }
    return rule.apply(operands.getFirst(), operands.getLast());
  }

  /** As NumPy multiplies: a vector on the left is a row, on the right a column. */
  private static Expr product(Expr a, Expr b) {
    Shape left = a.shape();
    Shape right = b.shape();
    if (left.rank() == 0 || right.rank() == 0) {
      throw new ShapeException(
          "needs vectors or matrices, not " + left + " and " + right + "; '*' scales");
    }
    int rows = right.rank() == 1 ? right.dim(0) : right.dim(-2);
    if (left.dim(-1) != rows) {
      throw new ShapeException(
          "cannot multiply " + left + " by " + right + " (" + left.dim(-1) + " ≠ " + rows + ")");
    }
    Expr row = left.rank() == 1 ? Ops.reshape(a, 1, left.dim(0)) : a;
    Expr column = right.rank() == 1 ? Ops.reshape(b, right.dim(0), 1) : b;
    List<Integer> dims = new ArrayList<>();
    if (left.rank() > 1) {
      dims.add(left.dim(-2));
    }
    if (right.rank() > 1) {
      dims.add(right.dim(-1));
    }
    return Ops.reshape(Ops.matmul(row, column), Shape.of(dims));
  }

  /** Turns a matrix; a vector or a number stays, as in NumPy, but is a value of its own. */
  private static Expr transposed(Expr x) {
    if (x.shape().rank() == 2) {
      return Ops.transpose(x);
    }
    List<Integer> same = IntStream.of(x.shape().dims()).boxed().toList();
    return x.builder().apply(new Move.Reshape(same), x);
  }

  private static List<Integer> axes(Expr x) {
    return IntStream.range(0, x.shape().rank()).boxed().toList();
  }
}
