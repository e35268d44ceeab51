package dev.ballast.pass;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * One thing that rewrites do to save bytes or time before a graph is planned. Each can be switched
 * off, which makes another graph; so whoever compares runs bit by bit compares plans of one graph.
 */
public enum PassRule {
  /** A cross-entropy and its gradient are computed in one pass over the scores. */
  JOIN_LOSSES,
  /** A sum of a value and a product becomes a product added to the value where it lies. */
  ACCUMULATE,
  /** Of what is kept for its sign alone only the sign is kept, a bit each. */
  BIT_MASKS,
  /** A product that is only the gradient of an update is computed where it is applied. */
  FUSE_UPDATES,
  /** Elementwise ops that feed each other become one, and what is between them is never stored. */
  FUSE,
  /** A fused loop adds up the rows of what it makes, as the gradient of a bias wants it. */
  FUSE_SUMS,
  /** Updates run as soon as their gradient is there and nobody else reads the parameter. */
  EARLY_UPDATES;

  /** As the command line writes it: in lower case with hyphens. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Set<PassRule> all() {
    return EnumSet.allOf(PassRule.class);
  }
}
