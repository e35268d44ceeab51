package dev.ballast.cli.calculus;

import dev.ballast.cli.expression.Operator;
import dev.ballast.cli.expression.Step;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Interpreter;
import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.ir.Value;
import dev.ballast.op.Binary;
import dev.ballast.op.Move;
import dev.ballast.op.Product;
import dev.ballast.op.Reduce;
import dev.ballast.op.Selection;
import dev.ballast.op.Unary;
import dev.ballast.tensor.Literal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes what a gradient rule emitted as it would stand on a board, in terms of the steps and of
 * their gradients: {@code W1ᵀ @ ∂L/∂h}. Changes of shape that move nothing are not written.
 */
final class Formula {
  private static final int SUM = 1;
  private static final int PRODUCT = 2;
  private static final int SIGN = 3;
  private static final int POWER = 4;
  private static final int ATOM = 5;

  private final Derivation derivation;
  private final List<Node> nodes;
  private final Map<Value, String> known = new HashMap<>();

  Formula(Derivation derivation) {
    this.derivation = derivation;
    this.nodes = derivation.builder().nodes();
    List<Step> steps = derivation.expression().steps();
    for (int i = 0; i < steps.size(); i++) {
      known.put(derivation.value(i).value(), derivation.names().of(i));
    }
  }

  /** A summand of a gradient, in terms of its user's gradient. */
  String term(Derivation.Term term) {
    return gradientOf(term.user(), term.value());
  }

  /** A local derivative; the vector of ones that asked for it is not written. */
  String local(Expr local) {
    return write(local.value(), Map.of(), 0);
  }

  private String gradientOf(int user, Expr e) {
    Map<Value, String> own = new HashMap<>();
    derivation.gradient(user).ifPresent(g -> own.put(g.value(), derivation.names().gradient(user)));
    return write(e.value(), own, 0);
  }

  private String write(Value v, Map<Value, String> own, int outer) {
    if (own.containsKey(v)) {
      return own.get(v);
    }
    if (known.containsKey(v)) {
      return known.get(v);
    }
    return switch (v) {
      case Value.Constant c -> Numbers.of(c.literal(), Numbers.BOARD);
      case Value.Result r -> write(nodes.get(r.node()), own, outer);
      default -> v.name();
    };
  }

  private String write(Node n, Map<Value, String> own, int outer) {
    Optional<Literal> constant = constant(n);
    if (constant.isPresent()) {
      String number = Numbers.of(constant.get(), Numbers.BOARD);
      return around(number, number.startsWith("-") ? SIGN : ATOM, outer);
    }
    List<Value> in = n.inputs();
    Op op = n.op();
    return switch (op) {
      case Move.Reshape ignored -> write(in.getFirst(), own, outer);
      case Move.BroadcastTo ignored -> spread(in.getFirst(), own, outer);
      case Move.Transpose ignored -> write(in.getFirst(), own, ATOM) + "ᵀ";
      case Product.MatMul m -> product(m, in, own, outer);
      case Binary.Add ignored -> infix(in, " + ", SUM, own, outer);
      case Binary.Sub ignored -> infix(in, " - ", SUM, own, outer);
      case Binary.Mul ignored when isOne(in.getFirst()) -> write(in.getLast(), own, outer);
      case Binary.Mul ignored when isOne(in.getLast()) -> write(in.getFirst(), own, outer);
      case Binary.Mul ignored -> infix(in, scales(in) ? " · " : " ⊙ ", PRODUCT, own, outer);
      case Binary.Div ignored -> infix(in, " / ", PRODUCT, own, outer);
      case Binary.Pow ignored when isFirstPower(in.getLast()) -> write(in.getFirst(), own, outer);
      case Binary.Pow ignored -> infix(in, "^", POWER, own, outer);
      case Binary.Less ignored -> bracket(in, " < ", own);
      case Binary.LessEqual ignored -> bracket(in, " ≤ ", own);
      case Binary.Equal ignored -> bracket(in, " = ", own);
      case Unary.Neg ignored -> around("-" + write(in.getFirst(), own, SIGN), SIGN, outer);
      case Selection.Select ignored -> choice(in, own, outer);
      case Reduce.Sum ignored -> "sum(" + write(in.getFirst(), own, 0) + ")";
      default -> call(op.name(), in, own);
    };
  }

  /** One number in all places is written as the number, where what it meets shows the places. */
  private String spread(Value x, Map<Value, String> own, int outer) {
    return x.type().elements() == 1 ? write(x, own, outer) : call("spread", List.of(x), own);
  }

  private String product(Product.MatMul m, List<Value> in, Map<Value, String> own, int outer) {
    Value a = in.getFirst();
    Value b = in.getLast();
    boolean scales = a.type().elements() == 1 || b.type().elements() == 1;
    if (scales) {
      return infix(in, " · ", PRODUCT, own, outer);
    }
    String left = write(a, own, m.transposeA() ? ATOM : PRODUCT) + (m.transposeA() ? "ᵀ" : "");
    String right = write(b, own, m.transposeB() ? ATOM : SIGN) + (m.transposeB() ? "ᵀ" : "");
    return around(left + " @ " + right, PRODUCT, outer);
  }

  private String infix(
      List<Value> in, String symbol, int level, Map<Value, String> own, int outer) {
    boolean power = level == POWER;
    String left = write(in.getFirst(), own, power ? ATOM : level);
    String right = write(in.getLast(), own, power ? level : level + 1);
    if (right.startsWith("-")) {
      right = "(" + right + ")";
    }
    return around(left + symbol + right, level, outer);
  }

  private static String around(String text, int level, int outer) {
    return level < outer ? "(" + text + ")" : text;
  }

  private String bracket(List<Value> in, String symbol, Map<Value, String> own) {
    return "[" + write(in.getFirst(), own, SUM) + symbol + write(in.getLast(), own, SUM) + "]";
  }

  /** {@code a where c, else b}, by Iverson's bracket where b is 0. */
  private String choice(List<Value> in, Map<Value, String> own, int outer) {
    Optional<Literal> decided = constant(in.get(0)).filter(c -> c.type().elements() == 1);
    if (decided.isPresent()) {
      return write(in.get(decided.get().get(0) != 0 ? 1 : 2), own, outer);
    }
    String condition = write(in.get(0), own, 0);
    String chosen = write(in.get(1), own, PRODUCT);
    String other = write(in.get(2), own, 0);
    if (other.equals("0") && condition.startsWith("[")) {
      return chosen.equals("1") ? condition : around(chosen + " · " + condition, PRODUCT, outer);
    }
    return "(" + write(in.get(1), own, 0) + " if " + condition + " else " + other + ")";
  }

  private String call(String name, List<Value> in, Map<Value, String> own) {
    StringBuilder s = new StringBuilder(name).append('(');
    for (int i = 0; i < in.size(); i++) {
      s.append(i == 0 ? "" : ", ").append(write(in.get(i), own, 0));
    }
    return s.append(')').toString();
  }

  private boolean isOne(Value v) {
    return switch (v) {
      case Value.Constant c -> c.type().elements() == 1 && c.literal().get(0) == 1;
      case Value.Result r ->
          nodes.get(r.node()).op() instanceof Move.BroadcastTo
              && isOne(nodes.get(r.node()).inputs().getFirst());
      default -> false;
    };
  }

  /** What does not depend on any step, as the 3 - 1 in a cube's derivative. */
  private Optional<Literal> constant(Value v) {
    return switch (v) {
      case Value.Constant c -> Optional.of(c.literal());
      case Value.Result r when !known.containsKey(r) -> constant(nodes.get(r.node()));
      default -> Optional.empty();
    };
  }

  private Optional<Literal> constant(Node n) {
    List<Literal> inputs = new ArrayList<>();
    for (Value in : n.inputs()) {
      Optional<Literal> c = constant(in);
      if (c.isEmpty() || c.get().type().elements() > 1) {
        return Optional.empty();
      }
      inputs.add(c.get());
    }
    boolean number = n.results().size() == 1 && n.results().getFirst().type().elements() == 1;
    return number ? Optional.of(Interpreter.evaluate(n.op(), inputs).getFirst()) : Optional.empty();
  }

  private boolean isFirstPower(Value exponent) {
    return constant(exponent).filter(c -> c.type().elements() == 1 && c.get(0) == 1).isPresent();
  }

  private static boolean scales(List<Value> in) {
    return in.stream().anyMatch(v -> v.type().elements() == 1);
  }

  /** A step as it was written, with names or with numbers for its operands. */
  static String written(Operator operator, List<String> operands) {
    String a = operands.getFirst();
    String b = operands.getLast();
    String right = b.startsWith("-") ? "(" + b + ")" : b;
    return switch (operator) {
      case NEG -> "-" + right;
      case TRANSPOSE -> a + "ᵀ";
      case MUL -> a + " · " + right;
      case POW -> (a.startsWith("-") ? "(" + a + ")" : a) + "^" + right;
      case ADD, SUB, DIV, MATMUL -> a + " " + operator.symbol() + " " + right;
      default -> operator.symbol() + "(" + String.join(", ", operands) + ")";
    };
  }
}
