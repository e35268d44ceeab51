package dev.ballast.cli.expression;

import dev.ballast.tensor.Literal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns a text into steps, operands before operators. Operator precedence with a stack of its own:
 * a sum of a hundred thousand terms takes no more of Java's stack than one of two.
 *
 * <pre>
 * text       = statement { (";" | newline) statement }      the last value is the result
 * statement  = "at" NAME "=" literal | NAME "=" value | value
 * value      = value ("+" | "-") value | value ("*" | "/" | "@") value | "-" value
 *            | value "^" value | value "'" | NAME "(" value ["," value] ")" | "(" value ")"
 *            | NAME | literal                                loosest first; "^" from the right
 * literal    = ["-"] NUMBER | "[" … "]" | "[[" … "], [" … "]]"
 * </pre>
 */
final class Parser {
  private static final int DEEPEST = 1000;
  private static final String OPERAND = "a number, a name, '(', '[' or '-'";

  /** What waits for its last operand: an operator, a parenthesis, or a call. */
  private record Frame(Optional<Operator> operator, String call, int arguments, Token token) {
    boolean isOpen() {
      return operator.isEmpty();
    }
  }

  private final Words words;
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, Integer> scope = new HashMap<>();

  /** Where each name was bound; a name in scope without such a place is a given value. */
  private final Map<String, Integer> bound = new HashMap<>();

  private final Map<String, Literal> point = new LinkedHashMap<>();
  private final Map<String, Integer> pointAt = new HashMap<>();
  private final Deque<Frame> frames = new ArrayDeque<>();
  private final Deque<Integer> operands = new ArrayDeque<>();
  private int depth;

  Parser(Source source) {
    this.words = new Words(source);
  }

  Expression parse() {
    int result = -1;
    int unnamed = -1;
    while (skipSeparators()) {
      Token first = words.peek();
      if (isPoint(first)) {
        point();
        continue;
      }
      if (unnamed >= 0) {
        throw words
            .source()
            .complaint(
                unnamed, "this value has no name and is not the last: write NAME = … before it");
      }
      if (words.second().is("=")) {
        result = binding();
      } else {
        unnamed = first.at();
        result = value();
      }
    }
    if (result < 0) {
      throw words.unexpected("an expression, such as x^2 + 1");
    }
    for (String name : point.keySet()) {
      demandGiven(name);
    }
    return new Expression(words.source(), steps, result, point);
  }

  private boolean skipSeparators() {
    while (words.peek().kind() == Token.Kind.SEPARATOR) {
      words.take();
    }
    return words.peek().kind() != Token.Kind.END;
  }

  private boolean isPoint(Token first) {
    return first.kind() == Token.Kind.NAME
        && first.text().equals("at")
        && words.second().kind() == Token.Kind.NAME;
  }

  private void point() {
    words.take();
    Token name = words.take();
    words.take("=", "'='");
    Integer before = pointAt.putIfAbsent(name.text(), name.at());
    if (before != null) {
      throw words
          .source()
          .complaint(name.at(), name + " has a value already, at " + words.source().place(before));
    }
    point.put(name.text(), words.literal());
    endOfStatement();
  }

  private void demandGiven(String name) {
    int at = pointAt.get(name);
    if (bound.containsKey(name)) {
      String place = words.source().place(bound.get(name));
      throw words
          .source()
          .complaint(at, "'" + name + "' is computed, at " + place + ": it can't be given a value");
    }
    if (!scope.containsKey(name)) {
      throw words.source().complaint(at, "'" + name + "' does not occur in the expression");
    }
  }

  private void endOfStatement() {
    if (!words.atEndOfStatement()) {
      throw words.unexpected("an operator, ';' or the end of the line");
    }
  }

  private int binding() {
    Token name = words.take(Token.Kind.NAME, "a name before '='");
    demandNoFunction(name);
    Source source = words.source();
    if (bound.containsKey(name.text())) {
      throw source.complaint(
          name.at(), name + " is bound already, at " + source.place(bound.get(name.text())));
    }
    if (scope.containsKey(name.text())) {
      String place = source.place(steps.get(scope.get(name.text())).at());
      throw source.complaint(
          name.at(), name + " is bound here, but was read as a given value at " + place);
    }
    words.take();
    int before = steps.size();
    int result = value();
    if (scope.containsKey(name.text())) {
      int read = steps.get(scope.get(name.text())).at();
      throw source.complaint(read, name + " is read in its own binding");
    }
    bound.put(name.text(), name.at());
    scope.put(name.text(), result);
    if (result >= before) {
      steps.set(result, named(steps.get(result), name.text()));
    }
    return result;
  }

  private static Step named(Step step, String name) {
    return switch (step) {
      case Step.Variable v -> v;
      case Step.Constant c -> new Step.Constant(Optional.of(name), c.literal(), c.at());
      case Step.Application a ->
          new Step.Application(Optional.of(name), a.operator(), a.operands(), a.at());
    };
  }

  /** Reads to the end of the statement. */
  private int value() {
    boolean more = true;
    while (more) {
      operand();
      more = afterOperand();
    }
    return operands.pop();
  }

  /** Everything up to and with the next operand: signs, parentheses, the start of calls. */
  private void operand() {
    while (true) {
      words.skipNewlines();
      Token t = words.peek();
      if (t.is("-")) {
        words.take();
        frames.push(new Frame(Optional.of(Operator.NEG), "", 0, t));
      } else if (t.is("(")) {
        open("");
      } else if (t.kind() == Token.Kind.NAME && words.second().is("(")) {
        demandFunction(words.take());
        open(t.text());
      } else if (t.kind() == Token.Kind.NAME) {
        operands.push(named(words.take()));
        return;
      } else if (t.kind() == Token.Kind.NUMBER || t.is("[")) {
        operands.push(add(new Step.Constant(Optional.empty(), words.literal(), t.at())));
        return;
      } else {
        throw words.unexpected(OPERAND);
      }
    }
  }

  private void open(String call) {
    if (++depth > DEEPEST) {
      throw words
          .source()
          .complaint(
              words.peek().at(),
              "parentheses are nested deeper than " + DEEPEST + ": name the parts with NAME = …");
    }
    frames.push(new Frame(Optional.empty(), call, 1, words.take()));
  }

  /** Reads what may follow an operand; whether another operand must follow that. */
  private boolean afterOperand() {
    while (true) {
      if (depth > 0) {
        words.skipNewlines();
      }
      Token t = words.peek();
      Optional<Operator> infix = Operator.infix(t);
      if (infix.isPresent()) {
        words.take();
        reduceBefore(infix.get());
        frames.push(new Frame(infix, "", 0, t));
        return true;
      } else if (t.is("'")) {
        words.take();
        apply(Operator.TRANSPOSE, t.at());
      } else if (t.is(")") && depth > 0) {
        reduceToOpen();
        close();
      } else if (t.is(",") && depth > 0) {
        reduceToOpen();
        nextArgument();
        return true;
      } else if (depth == 0 && words.atEndOfStatement()) {
        reduceToOpen();
        return false;
      } else {
        throw words.unexpected(depth == 0 ? "an operator, ';' or the end of the line" : closing());
      }
    }
  }

  private void nextArgument() {
    if (frames.peek().call().isEmpty()) {
      throw words.unexpected(closing());
    }
    words.take();
    Frame f = frames.pop();
    frames.push(new Frame(f.operator(), f.call(), f.arguments() + 1, f.token()));
  }

  private String closing() {
    reduceToOpen();
    Frame open = frames.peek();
    return "an operator"
        + (open.call().isEmpty() ? "" : ", ','")
        + " or the ')' that closes the '(' at "
        + words.source().place(open.token().at());
  }

  /** Applies what binds at least as tightly as the operator that comes; powers group rightward. */
  private void reduceBefore(Operator coming) {
    while (!frames.isEmpty() && !frames.peek().isOpen()) {
      int waiting = frames.peek().operator().orElseThrow().precedence();
      if (waiting < coming.precedence()
          || waiting == coming.precedence() && coming == Operator.POW) {
        return;
      }
      Frame f = frames.pop();
      apply(f.operator().orElseThrow(), f.token().at());
    }
  }

  private void reduceToOpen() {
    while (!frames.isEmpty() && !frames.peek().isOpen()) {
      Frame f = frames.pop();
      apply(f.operator().orElseThrow(), f.token().at());
    }
  }

  private void close() {
    Frame f = frames.pop();
    depth--;
    if (f.call().isEmpty()) {
      words.take();
      return;
    }
    List<Operator> found = Operator.called(f.call());
    Optional<Operator> fitting = found.stream().filter(o -> o.arity() == f.arguments()).findFirst();
    if (fitting.isEmpty()) {
      String takes = found.size() > 1 ? "1 or 2 values" : "1 value";
      throw words
          .source()
          .complaint(f.token().at(), f.call() + " takes " + takes + ", found " + f.arguments());
    }
    words.take();
    apply(fitting.get(), f.token().at() - f.call().length());
  }

  private void apply(Operator operator, int at) {
    List<Integer> in = new ArrayList<>();
    for (int i = 0; i < operator.arity(); i++) {
      in.addFirst(operands.pop());
    }
    boolean sign =
        operator == Operator.NEG
            && in.getFirst() == steps.size() - 1
            && steps.getLast() instanceof Step.Constant c
            && c.name().isEmpty();
    if (sign) {
      Literal negative = negative(((Step.Constant) steps.removeLast()).literal());
      operands.push(add(new Step.Constant(Optional.empty(), negative, at)));
    } else {
      operands.push(add(new Step.Application(Optional.empty(), operator, in, at)));
    }
  }

  private static Literal negative(Literal l) {
    double[] d = new double[(int) l.type().elements()];
    for (int i = 0; i < d.length; i++) {
      d[i] = -l.get(i);
    }
    return Literal.of(l.type(), d);
  }

  private int named(Token name) {
    demandNoFunction(name);
    return scope.computeIfAbsent(name.text(), n -> add(new Step.Variable(n, name.at())));
  }

  private int add(Step step) {
    steps.add(step);
    return steps.size() - 1;
  }

  /** σ alone may be a name: it is a deviation elsewhere. */
  private void demandNoFunction(Token name) {
    if (!name.text().equals("σ") && !Operator.called(name.text()).isEmpty()) {
      throw words
          .source()
          .complaint(
              name.at(), name.text() + " is a function: expected '(' after it, or another name");
    }
  }

  private void demandFunction(Token name) {
    if (Operator.called(name.text()).isEmpty()) {
      throw words
          .source()
          .complaint(
              name.at(),
              "there is no function '"
                  + name.text()
                  + "', only "
                  + Operator.calls()
                  + "; a product is written "
                  + name.text()
                  + " * (…)");
    }
  }
}
