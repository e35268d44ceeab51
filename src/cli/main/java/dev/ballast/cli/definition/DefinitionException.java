package dev.ballast.cli.definition;

import java.io.IOException;

/** A model definition that can't be used; the message starts with file, line and column. */
public final class DefinitionException extends IOException {
  private static final long serialVersionUID = 1;

  DefinitionException(String message) {
    super(message);
  }
}
