package dev.ballast.cli.expression;

/** A word of the language at its place; {@code text} is as people wrote it but for spelling. */
record Token(Kind kind, String text, int at) {
  enum Kind {
    NUMBER,
    NAME,
    SYMBOL,
    /** The end of a line or a semicolon. */
    SEPARATOR,
    END
  }

  boolean is(String symbol) {
    return kind == Kind.SYMBOL && text.equals(symbol);
  }

  double number() {
    return Double.parseDouble(text);
  }

  /** As complaints name it. */
  @Override
  public String toString() {
    return switch (kind) {
      case NUMBER -> "the number " + text;
      case NAME -> "the name '" + text + "'";
      case SYMBOL -> "'" + text + "'";
      case SEPARATOR -> text.equals(";") ? "';'" : "the end of the line";
      case END -> "the end";
    };
  }
}
