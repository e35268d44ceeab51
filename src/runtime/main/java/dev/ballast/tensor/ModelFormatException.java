package dev.ballast.tensor;

import java.io.IOException;
import java.nio.file.Path;

/** A model file that can't be read; the message names file, offset and expectation. */
public final class ModelFormatException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient Path file;
  private final long offset;

  public ModelFormatException(Path file, long offset, String expectation) {
    super(file + ": at byte " + offset + ": " + expectation);
    this.file = file;
    this.offset = offset;
  }

  public Path file() {
    return file;
  }

  /** The byte at which reading failed, from the start of the file. */
  public long offset() {
    return offset;
  }
}
