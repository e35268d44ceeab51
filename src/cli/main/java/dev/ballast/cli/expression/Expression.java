package dev.ballast.cli.expression;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A function as people write it, read into steps in topological order.
 *
 * <pre>{@code
 * Expression f = Expression.parse("z = x + y; z * sigmoid(x)", "expression");
 * Map<String, Literal> point = f.point(List.of("x=1", "y=2"));
 * GraphBuilder b = new GraphBuilder("f");
 * Expr loss = f.emit(b, Expression.types(point)).get(f.result());
 * }</pre>
 */
public final class Expression {
  /** The largest text that is read: far more than anyone writes, far less than a heap. */
  private static final long MAX_BYTES = 64L << 20;

  private final Source source;
  private final List<Step> steps;
  private final int result;
  private final Map<String, Literal> point;

  Expression(Source source, List<Step> steps, int result, Map<String, Literal> point) {
    this.source = source;
    this.steps = List.copyOf(steps);
    this.result = result;
    this.point = Collections.unmodifiableMap(new LinkedHashMap<>(point));
  }

  /**
   * @param name what complaints call the text
   * @throws ExpressionException where it is none
   */
  public static Expression parse(String text, String name) {
    return new Parser(new Source(name, text)).parse();
  }

  /**
   * The expression that a command's argument names: a file where there is one, or where the
   * argument ends in {@code .expr}, and else the text itself.
   *
   * @throws ExpressionException where it is none
   */
  public static Expression read(String argument) throws IOException {
    if (!isFile(argument)) {
      return parse(argument.strip(), "expression");
    }
    Path file = Path.of(argument);
    if (!Files.exists(file)) {
      throw new NoSuchFileException(argument);
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException(argument + ": is no file; name a file that ends in .expr");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(argument + ": is larger than " + (MAX_BYTES >> 20) + " MiB");
    }
    try {
      return parse(Files.readString(file), argument);
    } catch (CharacterCodingException e) {
      throw new IOException(argument + ": is no text in UTF-8", e);
    }
  }

  /** Whether {@link #read} takes the argument for a file. */
  public static boolean isFile(String argument) {
    try {
      return argument.endsWith(".expr") || Files.isRegularFile(Path.of(argument));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** The steps; operands stand before the operators that read them. */
  public List<Step> steps() {
    return steps;
  }

  /** The index of the step that the whole text computes. */
  public int result() {
    return result;
  }

  /** The steps whose values are given from outside, in the order in which they are first read. */
  public List<Step.Variable> variables() {
    return steps.stream()
        .filter(Step.Variable.class::isInstance)
        .map(Step.Variable.class::cast)
        .toList();
  }

  /** Whether any value is known, from the text or from {@code given}. */
  public boolean hasPoint(List<String> given) {
    return !given.isEmpty() || !point.isEmpty();
  }

  /**
   * The values of all variables, in their order: those in the text, overridden by {@code given}.
   *
   * @param given texts of the form {@code NAME=VALUE}
   * @throws ExpressionException where one is missing, is given twice, or has no variable
   */
  public Map<String, Literal> point(List<String> given) {
    Map<String, Literal> named = new TreeMap<>();
    for (String g : given) {
      Words words = new Words(new Source("--at", g));
      Token name = words.take(Token.Kind.NAME, "a name, as in x=1");
      words.take("=", "'=', as in x=1");
      Literal value = words.literal();
      words.take(Token.Kind.END, "nothing more");
      if (named.put(name.text(), value) != null) {
        throw new ExpressionException("--at " + name.text() + ": is given twice");
      }
    }
    Map<String, Literal> all = new LinkedHashMap<>();
    for (Step.Variable v : variables()) {
      Literal value = named.containsKey(v.given()) ? named.get(v.given()) : point.get(v.given());
      if (value == null) {
        throw source.complaint(
            v.at(), "'" + v.given() + "' has no value: give it one with --at " + v.given() + "=…");
      }
      all.put(v.given(), value);
    }
    named.keySet().removeAll(all.keySet());
    if (!named.isEmpty()) {
      String name = named.keySet().iterator().next();
      throw new ExpressionException(
          "--at "
              + name
              + ": is no variable of "
              + source.name()
              + variables().stream()
                  .limit(20)
                  .map(Step.Variable::given)
                  .collect(Collectors.joining(", ", ", which has ", "")));
    }
    return all;
  }

  /** The types of values, for {@link #emit}. */
  public static Map<String, TensorType> types(Map<String, Literal> point) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    point.forEach((name, value) -> types.put(name, value.type()));
    return types;
  }

  /**
   * Adds the steps to a graph; variables become inputs of their names.
   *
   * @param types the type of every variable
   * @return the value of every step
   * @throws ExpressionException where operands do not fit each other, with the operator's place
   */
  public List<Expr> emit(GraphBuilder builder, Map<String, TensorType> types) {
    List<Expr> values = new ArrayList<>();
    for (Step s : steps) {
      values.add(
          switch (s) {
            case Step.Variable v -> builder.input(v.given(), types.get(v.given()));
            case Step.Constant c -> builder.constant(c.literal());
            case Step.Application a -> emit(a, a.operands().stream().map(values::get).toList());
          });
    }
    return values;
  }

  private Expr emit(Step.Application a, List<Expr> operands) {
    try {
      return a.operator().emit(operands);
    } catch (ShapeException e) {
      throw complaint(a, "'" + a.operator().symbol() + "': " + e.getMessage());
    }
  }

  /** A complaint about a step at its place in the text. */
  public ExpressionException complaint(Step step, String complaint) {
    return source.complaint(step.at(), complaint);
  }
}
