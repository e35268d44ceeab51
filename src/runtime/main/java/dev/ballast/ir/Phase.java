package dev.ballast.ir;

/** What a node is for. But for the first, only pictures and reports tell them apart. */
public enum Phase {
  /**
   * Once, before the first run: what depends on nothing but parameters that no run changes. Stands
   * before all other steps.
   */
  PREPARE,
  FORWARD,
  BACKWARD,
  UPDATE
}
