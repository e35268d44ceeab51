package dev.ballast.cli.calculus;

import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.IntFunction;

/** How numbers are written: as few digits as tell them apart on a board, the same everywhere. */
final class Numbers {
  /** Digits in a derivation, and in a result. */
  static final int BOARD = 6;

  static final int RESULT = 10;

  /** Elements of a row, and rows, that a text shows before it leaves some out. */
  private static final int SHOWN = 8;

  private static final BigInteger EXACT = BigInteger.TWO.pow(53);
  private static final int LONG_COUNT = 20;

  private Numbers() {}

  static String of(double v, int digits) {
    if (!Double.isFinite(v)) {
      return Double.toString(v);
    }
    if (v == Math.rint(v) && Math.abs(v) < 1e15) {
      return Long.toString((long) v);
    }
    BigDecimal d = new BigDecimal(v, new MathContext(digits)).stripTrailingZeros();
    int exponent = d.precision() - d.scale() - 1;
    if (exponent >= -5 && exponent < 15) {
      return d.toPlainString();
    }
    String mantissa = d.movePointLeft(exponent).toPlainString();
    return mantissa + "e" + exponent;
  }

  /** On one line: {@code 3}, {@code [1, 2]} or {@code [[2, 1], [1, 1]]}. */
  static String of(Literal l, int digits) {
    return text(l, digits, ", ");
  }

  /** A matrix with a line for each row, each after the first indented. */
  static String block(Literal l, int digits, int indent) {
    return text(l, digits, ",\n" + " ".repeat(indent + 1));
  }

  private static String text(Literal l, int digits, String betweenRows) {
    Shape s = l.type().shape();
    return switch (s.rank()) {
      case 0 -> of(l.get(0), digits);
      case 1 -> row(l, 0, s.dim(0), digits);
      default -> {
        int columns = s.dim(1);
        yield list(s.dim(0), betweenRows, r -> row(l, r * columns, columns, digits));
      }
    };
  }

  private static String row(Literal l, int from, int count, int digits) {
    return list(count, ", ", i -> of(l.get(from + i), digits));
  }

  private static String list(int count, String between, IntFunction<String> element) {
    StringJoiner j = new StringJoiner(between, "[", "]");
    for (int i = 0; i < Math.min(count, SHOWN); i++) {
      j.add(element.apply(i));
    }
    return count > SHOWN ? j.add("… " + (count - SHOWN) + " more").toString() : j.toString();
  }

  /** A number, or lists of numbers, whole. */
  static Object json(Literal l) {
    Shape s = l.type().shape();
    if (s.rank() == 0) {
      return l.get(0);
    }
    List<Double> all = new ArrayList<>();
    for (int i = 0; i < l.type().elements(); i++) {
      all.add(l.get(i));
    }
    if (s.rank() == 1) {
      return all;
    }
    List<List<Double>> rows = new ArrayList<>();
    for (int r = 0; r < s.dim(0); r++) {
      rows.add(all.subList(r * s.dim(1), (r + 1) * s.dim(1)));
    }
    return rows;
  }

  /** A count; a long one by its ends and its length. */
  static String of(BigInteger count) {
    String s = count.toString();
    return s.length() <= LONG_COUNT
        ? s
        : s.substring(0, 4) + "…" + s.substring(s.length() - 4) + " (" + s.length() + " digits)";
  }

  /** A count whole: a number while every reader of JSON holds it exactly, and then its digits. */
  static Object json(BigInteger count) {
    return count.compareTo(EXACT) <= 0 ? count.longValueExact() : count.toString();
  }
}
