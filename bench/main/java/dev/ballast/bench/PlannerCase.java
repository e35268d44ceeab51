package dev.ballast.bench;

import java.io.IOException;

/**
 * A problem for the planner, built when its turn comes.
 *
 * @param name as it is printed; {@code --only} chooses by how it begins
 */
record PlannerCase(Kind kind, String name, Measurement measurement) {
  /** Where a problem comes from; rows of one kind stand together, in this order. */
  enum Kind {
    PUBLISHED("published instances"),
    MODEL("models of this project"),
    DEEP("deep networks"),
    RANDOM("random graphs"),
    TIME("planning time of large graphs");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  /** Builds the problem and measures it. */
  @FunctionalInterface
  interface Measurement {
    PlannerRow take(Repetition repetition) throws IOException;
  }
}
