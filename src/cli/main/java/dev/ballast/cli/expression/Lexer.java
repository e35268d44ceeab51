package dev.ballast.cli.expression;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cuts a text into words. Names are normalized, so that ŷ is one name however it was typed. */
final class Lexer {
  private static final String SYMBOLS = "+-*/^@'()[],=";

  /** What the blackboard writes, and the symbol it stands for. */
  private static final Map<Integer, String> SPELLINGS =
      Map.of(
          (int) '·', "*", (int) '×', "*", (int) '⊙', "*", (int) '−', "-", (int) 'ᵀ', "'", (int) '’',
          "'", (int) '′', "'", (int) '⋅', "*");

  private final Source source;
  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private Lexer(Source source) {
    this.source = source;
    this.text = source.text();
  }

  static List<Token> tokens(Source source) {
    Lexer l = new Lexer(source);
    while (l.at < l.text.length()) {
      l.next();
    }
    l.tokens.add(new Token(Token.Kind.END, "", l.text.length()));
    return l.tokens;
  }

  private void next() {
    int c = text.codePointAt(at);
    if (c == '\n' || c == ';') {
      emit(Token.Kind.SEPARATOR, Character.toString(c), at + 1);
    } else if (Character.isWhitespace(c) || c == 0xA0 || c == 0xFEFF) {
      at += Character.charCount(c);
    } else if (c == '#') {
      int newline = text.indexOf('\n', at);
      at = newline < 0 ? text.length() : newline;
    } else if (isDigit(c) || c == '.') {
      number();
    } else if (SPELLINGS.containsKey(c)) {
      emit(Token.Kind.SYMBOL, SPELLINGS.get(c), at + Character.charCount(c));
    } else if (SYMBOLS.indexOf(c) >= 0) {
      emit(Token.Kind.SYMBOL, Character.toString(c), at + 1);
    } else if (startsName(c)) {
      name();
    } else {
      String shown = Character.isISOControl(c) ? "" : " '" + Character.toString(c) + "'";
      throw source.complaint(
          at,
          String.format("found the character%s (U+%04X)", shown, c)
              + ", expected a number, a name or an operator");
    }
  }

  private void emit(Token.Kind kind, String word, int end) {
    tokens.add(new Token(kind, word, at));
    at = end;
  }

  private void name() {
    int end = at;
    while (end < text.length() && continuesName(text.codePointAt(end))) {
      end += Character.charCount(text.codePointAt(end));
    }
    emit(Token.Kind.NAME, normalized(text.substring(at, end)), end);
  }

  static String normalized(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC);
  }

  private void number() {
    int end = digits(at);
    if (end < text.length() && text.charAt(end) == '.') {
      end = digits(end + 1);
    }
    if (end == at + 1 && text.charAt(at) == '.') {
      throw source.complaint(at, "found '.', expected digits beside it");
    }
    int exponent = exponent(end);
    end = exponent < 0 ? end : exponent;
    if (end < text.length() && (startsName(text.codePointAt(end)) || text.charAt(end) == '.')) {
      String found = Character.toString(text.codePointAt(end));
      throw source.complaint(
          end, "found '" + found + "' in a number, expected an operator such as '*'");
    }
    String word = text.substring(at, end);
    if (Double.isInfinite(Double.parseDouble(word))) {
      throw source.complaint(at, "the number " + word + " is too large for 64 bits");
    }
    emit(Token.Kind.NUMBER, word, end);
  }

  /** The end of an exponent that starts here, or −1 where none does. */
  private int exponent(int from) {
    if (from >= text.length() || "eE".indexOf(text.charAt(from)) < 0) {
      return -1;
    }
    int sign = from + 1;
    if (sign < text.length() && "+-".indexOf(text.charAt(sign)) >= 0) {
      sign++;
    }
    int end = digits(sign);
    return end == sign ? -1 : end;
  }

  private int digits(int from) {
    int end = from;
    while (end < text.length() && isDigit(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean startsName(int c) {
    return c == '_' || Character.isLetter(c) && !SPELLINGS.containsKey(c);
  }

  /** Letters, digits, index digits as in W₁, and accents. */
  private static boolean continuesName(int c) {
    boolean index = c >= '₀' && c <= '₉';
    return startsName(c) || Character.isDigit(c) || index || Source.isAccent(c);
  }
}
