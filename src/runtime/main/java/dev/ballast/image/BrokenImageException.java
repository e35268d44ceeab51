package dev.ballast.image;

import java.io.IOException;

/** An image that can't be decoded; the message starts with its name. */
public final class BrokenImageException extends IOException {
  private static final long serialVersionUID = 1;

  BrokenImageException(String name, String complaint) {
    super(name + ": " + complaint);
  }

  BrokenImageException(String name, String complaint, Throwable cause) {
    super(name + ": " + complaint, cause);
  }
}
