package dev.ballast.cli.expression;

/**
 * A text with the name that complaints give it: a file, or {@code expression} for one from the
 * command line.
 */
record Source(String name, String text) {
  /** How much of a long line is shown on either side of the caret. */
  private static final int SHOWN = 60;

  /** A complaint about the character at {@code offset}. */
  ExpressionException complaint(int offset, String complaint) {
    return new ExpressionException(name + ":" + place(offset) + ": " + complaint + excerpt(offset));
  }

  /** Line and column, from 1; a letter and the accents on it are one column. */
  String place(int offset) {
    int line = 1 + (int) text.substring(0, offset).chars().filter(c -> c == '\n').count();
    return line + ":" + (1 + columns(text.substring(start(offset), offset)));
  }

  private int start(int offset) {
    return text.lastIndexOf('\n', offset - 1) + 1;
  }

  private static int columns(String s) {
    return (int) s.codePoints().filter(c -> !isAccent(c)).count();
  }

  static boolean isAccent(int c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.COMBINING_SPACING_MARK;
  }

  private String excerpt(int offset) {
    int start = start(offset);
    int newline = text.indexOf('\n', offset);
    int end = newline < 0 ? text.length() : newline;
    int from = Math.max(start, offset - SHOWN);
    int to = Math.min(end, offset + SHOWN);
    String before = (from > start ? "…" : "") + text.substring(from, offset);
    String after = text.substring(offset, to).stripTrailing() + (to < end ? "…" : "");
    // Tabs stay, so that the caret stands where they put the character.
    StringBuilder caret = new StringBuilder();
    before
        .codePoints()
        .filter(c -> !isAccent(c))
        .forEach(c -> caret.append(c == '\t' ? '\t' : ' '));
    return "\n  " + before + after + "\n  " + caret + "^";
  }
}
