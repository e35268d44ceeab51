package dev.ballast.cli.expression;

import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** The words of a text, one after the other, and the literals they make. */
final class Words {
  private final Source source;
  private final List<Token> tokens;
  private int next;

  Words(Source source) {
    this.source = source;
    this.tokens = Lexer.tokens(source);
  }

  Source source() {
    return source;
  }

  Token peek() {
    return tokens.get(next);
  }

  /** The word after the next. */
  Token second() {
    return tokens.get(Math.min(next + 1, tokens.size() - 1));
  }

  Token take() {
    Token t = peek();
    next = Math.min(next + 1, tokens.size() - 1);
    return t;
  }

  Token take(Token.Kind kind, String expected) {
    if (peek().kind() != kind) {
      throw unexpected(expected);
    }
    return take();
  }

  void take(String symbol, String expected) {
    if (!peek().is(symbol)) {
      throw unexpected(expected);
    }
    take();
  }

  boolean atEndOfStatement() {
    return peek().kind() == Token.Kind.SEPARATOR || peek().kind() == Token.Kind.END;
  }

  boolean atNewline() {
    return peek().kind() == Token.Kind.SEPARATOR && !peek().text().equals(";");
  }

  void skipNewlines() {
    while (atNewline()) {
      take();
    }
  }

  ExpressionException unexpected(String expected) {
    return source.complaint(peek().at(), "found " + peek() + ", expected " + expected);
  }

  /** A number, {@code [1, 2]} or {@code [[1, 2], [3, 4]]}. */
  Literal literal() {
    if (!peek().is("[")) {
      return Literal.of(TensorType.f64(), number("a number or '['"));
    }
    Token open = take();
    List<Double> elements = new ArrayList<>();
    skipNewlines();
    if (!peek().is("[")) {
      row(elements);
      return literal(TensorType.f64(elements.size()), elements);
    }
    int rows = 0;
    do {
      skipNewlines();
      Token row = peek();
      take("[", "'[' of the next row");
      int before = elements.size();
      row(elements);
      rows++;
      int length = elements.size() - before;
      if (length * rows != elements.size()) {
        throw source.complaint(
            row.at(),
            "rows differ in length: " + length + " here, " + before / (rows - 1) + " above");
      }
      skipNewlines();
    } while (comma());
    if (!peek().is("]")) {
      throw unexpected("',' or the ']' that closes the '[' at " + source.place(open.at()));
    }
    take();
    return literal(TensorType.f64(rows, elements.size() / rows), elements);
  }

  /** The numbers up to and with the closing bracket. */
  private void row(List<Double> elements) {
    do {
      skipNewlines();
      elements.add(number("a number (a literal holds numbers, no names)"));
      skipNewlines();
    } while (comma());
    take("]", "',' or ']'");
  }

  private boolean comma() {
    boolean found = peek().is(",");
    if (found) {
      take();
    }
    return found;
  }

  private double number(String expected) {
    double sign = 1;
    if (peek().is("-")) {
      take();
      sign = -1;
    }
    return sign * take(Token.Kind.NUMBER, expected).number();
  }

  private static Literal literal(TensorType type, List<Double> elements) {
    return Literal.of(type, elements.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
