package dev.ballast.plan;

import java.util.Locale;

/** One thing that the planner does to save bytes. Each can be switched off. */
public enum PlanRule {
  /** Values that never live together may share bytes. */
  REUSE,
  /** A result may take the place of an input that dies at its step. */
  IN_PLACE,
  /** An input of a concatenation or of padding is written straight into its part of the result. */
  JOIN,
  /** Steps run in the order that needs the fewest bytes. */
  REORDER;

  /** As the command line writes it: in lower case with hyphens. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
