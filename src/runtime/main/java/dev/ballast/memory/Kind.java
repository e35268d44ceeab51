package dev.ballast.memory;

import java.util.Locale;

/** What memory off the heap is for. */
public enum Kind {
  /** Inputs, outputs, scratch, states and prepared weights of sessions. */
  ARENAS,
  /** Weights that are copies: of a file, or of a training's. */
  WEIGHTS,
  /** Model files that are mapped: the page cache's bytes, of which only those read are resident. */
  MAPPED,
  /**
   * Examples, and batches of them. Data files that are mapped are not counted: they may be larger
   * than memory, and the system takes their pages back when it needs them.
   */
  DATA;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
