package dev.ballast.plan;

/** What a search for a placement within a capacity has shown. */
enum Outcome {
  FOUND,
  /** There is no placement. */
  EXHAUSTED,
  STOPPED
}
