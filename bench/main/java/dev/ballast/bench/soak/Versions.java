package dev.ballast.bench.soak;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What each version of the model answers to the probes, and which versions may answer now. A
 * version is announced before it is swapped in, and confirmed after. So what is asked after a
 * confirmation is answered by that version or a later one, and what was answered before an
 * announcement by an earlier one.
 *
 * <p>One thread announces; any thread asks. Asking allocates nothing.
 */
final class Versions {
  /** How many are remembered: a caller that sleeps through so many can't be checked. */
  private static final int REMEMBERED = 1024;

  private final float[][] answers = new float[REMEMBERED][SoakModel.PROBES * SoakModel.CLASSES];
  private volatile long announced;
  private volatile long confirmed;

  /** The first serves already. */
  Versions(float[] first) {
    remember(0, first);
  }

  private void remember(long version, float[] scores) {
    System.arraycopy(scores, 0, answers[(int) (version % REMEMBERED)], 0, scores.length);
  }

  /** From now on answers may be these. */
  void announce(float[] scores) {
    remember(announced + 1, scores);
    announced = announced + 1;
  }

  /** The swap was refused: no answer may be of the version that was announced. */
  void withdraw() {
    announced = confirmed;
  }

  /** What is asked from now on is answered by the version that was announced. */
  void confirm() {
    confirmed = announced;
  }

  /** The oldest that answers what is asked now. */
  long oldest() {
    return confirmed;
  }

  /** The newest that may have answered by now. */
  long newest() {
    return announced;
  }

  /**
   * Whether one of the versions, whole, gives these scores.
   *
   * @param exactly to the bit, or else within {@link Reference#TOLERANCE}
   */
  boolean hasAnswered(
      long oldest, long newest, int probe, MemorySegment scores, long offset, boolean exactly) {
    if (newest - oldest >= REMEMBERED - 1) {
      throw new IllegalStateException(
          "an answer took " + (newest - oldest) + " swaps, so it can't be checked");
    }
    for (long v = oldest; v <= newest; v++) {
      if (isOf(answers[(int) (v % REMEMBERED)], probe, scores, offset, exactly)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOf(
      float[] version, int probe, MemorySegment scores, long offset, boolean exactly) {
    float within = exactly ? 0 : Reference.tolerance(version, probe);
    for (int c = 0; c < SoakModel.CLASSES; c++) {
      float expected = version[probe * SoakModel.CLASSES + c];
      float found = scores.get(ValueLayout.JAVA_FLOAT, offset + (long) Float.BYTES * c);
      if (!(Math.abs(expected - found) <= within)) {
        return false;
      }
    }
    return true;
  }

  /**
   * How far apart two versions are for the probe that tells them apart least, in units of what is
   * tolerated.
   */
  static double distance(float[] a, float[] b) {
    double least = Double.POSITIVE_INFINITY;
    for (int p = 0; p < SoakModel.PROBES; p++) {
      double most = 0;
      for (int i = p * SoakModel.CLASSES; i < (p + 1) * SoakModel.CLASSES; i++) {
        most = Math.max(most, Math.abs(a[i] - b[i]));
      }
      least = Math.min(least, most / Reference.tolerance(a, p));
    }
    return least;
  }
}
