package dev.ballast.cli.table;

import java.io.IOException;

/** A row that can't be used; the message starts with file, line and, where it has one, column. */
public final class BadRowException extends IOException {
  private static final long serialVersionUID = 1;

  BadRowException(String message) {
    super(message);
  }
}
