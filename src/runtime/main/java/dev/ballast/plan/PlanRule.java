package dev.ballast.plan;

import java.util.Locale;

/** One thing that the planner does to save bytes. Each can be switched off. */
public enum PlanRule {
  /** Values that never live together may share bytes. */
  REUSE,
  /** A result may take the place of an input that dies at its step. */
  IN_PLACE;

  /** As the command line writes it: in lower case with hyphens. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
