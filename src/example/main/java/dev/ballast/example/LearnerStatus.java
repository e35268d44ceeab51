package dev.ballast.example;

/**
 * Where learning is; immutable, so that anybody may look.
 *
 * @param version of the model that serves
 * @param examples seen so far, those held back counted
 * @param steps learned
 * @param loss over the last fifty steps or so; NaN before the first
 * @param rejected attempts to publish that were worse than what serves
 */
record LearnerStatus(long version, long examples, long steps, double loss, long rejected) {
  static final LearnerStatus FIRST = new LearnerStatus(1, 0, 0, Double.NaN, 0);

  LearnerStatus withExamples(long seen) {
    return new LearnerStatus(version, seen, steps, loss, rejected);
  }

  LearnerStatus withStep(long number, double mean) {
    return new LearnerStatus(version, examples, number, mean, rejected);
  }

  LearnerStatus withVersion() {
    return new LearnerStatus(version + 1, examples, steps, loss, rejected);
  }

  LearnerStatus withRejected() {
    return new LearnerStatus(version, examples, steps, loss, rejected + 1);
  }
}
