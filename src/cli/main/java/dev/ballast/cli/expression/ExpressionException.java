package dev.ballast.cli.expression;

/**
 * An expression that can't be used. The message names the place and what was expected; the lines
 * below it show the source with a caret under the character.
 */
public final class ExpressionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  ExpressionException(String message) {
    super(message);
  }
}
