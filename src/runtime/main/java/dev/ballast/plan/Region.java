package dev.ballast.plan;

/** The parts of the arena, in their order. Only SCRATCH is used more than once in a run. */
public enum Region {
  /** Parameters. */
  WEIGHTS,
  /** What is computed of parameters once, before the first run: packed weights. */
  PREPARED,
  /** States: momenta, counters. */
  STATE,
  /** What the caller can see, inputs and outputs; and constants. */
  IO,
  /** Everything that lives for part of a run. */
  SCRATCH
}
