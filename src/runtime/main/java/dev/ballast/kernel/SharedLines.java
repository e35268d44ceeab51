package dev.ballast.kernel;

/**
 * Work on lines that do not depend on each other, of an image say, shared by workers where it is
 * worth waking them. Neighbouring lines make a piece.
 */
final class SharedLines implements Kernel, Workers.Task {
  /** Pieces, at most: enough for threads to end at about the same time. */
  private static final int MOST_PIECES = 64;

  /** Less work than this is done sooner than workers are awake. */
  private static final long LEAST_NANOS = 10_000;

  /** What is done for lines. */
  @FunctionalInterface
  interface Work {
    /** Does the lines from {@code first} until {@code end}. */
    void lines(int first, int end);
  }

  private final Work work;
  private final int lines;
  private final int pieces;
  private final Workers workers;

  /**
   * @param nanos about what all lines take one thread
   */
  SharedLines(Work work, int lines, long nanos, Workers workers) {
    this.work = work;
    this.lines = lines;
    this.pieces = Math.min(lines, MOST_PIECES);
    this.workers = nanos < LEAST_NANOS ? Workers.none() : workers;
  }

  @Override
  public void run() {
    if (workers.threads() == 1) {
      work.lines(0, lines);
    } else {
      workers.run(this, pieces);
    }
  }

  @Override
  public void piece(int index) {
    work.lines(Cut.start(lines, pieces, index), Cut.start(lines, pieces, index + 1));
  }
}
