package dev.ballast.plan;

import java.util.Random;

/**
 * Orders of buffers, largest first, by keys that are written as letters: T the largest load met, W
 * the lifetime, Z the size, A size × lifetime. Ties fall to the next key, and last to the lower
 * index.
 */
final class Orders {
  private final Sections sections;
  private final long[] met;

  Orders(Sections sections) {
    this.sections = sections;
    met = sections.largestLoadMet();
  }

  int[] by(String keys) {
    double[][] values = new double[keys.length()][];
    for (int k = 0; k < values.length; k++) {
      values[k] = values(keys.charAt(k));
    }
    return sorted(values);
  }

  /**
   * By one key, disturbed: each value times a factor drawn from a log-normal distribution, times
   * the share of failures that the worst of the buffer's sections has had.
   */
  int[] disturbed(char key, Random random, double noise, double[] blame) {
    double[] values = values(key);
    double most = 1;
    for (double b : blame) {
      most = Math.max(most, b);
    }
    for (int i = 0; i < values.length; i++) {
      double worst = 0;
      for (int s = sections.low()[i]; s < sections.high()[i]; s++) {
        worst = Math.max(worst, blame[s]);
      }
      values[i] *= (0.05 + worst / most) * Math.exp(noise * random.nextGaussian());
    }
    return sorted(new double[][] {values});
  }

  private double[] values(char key) {
    double[] values = new double[sections.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (key) {
            case 'T' -> met[i];
            case 'W' -> sections.lives()[i];
            case 'Z' -> sections.sizes()[i];
            case 'A' -> (double) sections.sizes()[i] * sections.lives()[i];
            default -> throw new IllegalArgumentException("no key " + key);
          };
    }
    return values;
  }

  /** Merge sort, so that equal ones stay in order. */
  private static int[] sorted(double[][] keys) {
    int count = keys[0].length;
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    int[] other = new int[count];
    for (int run = 1; run < count; run *= 2) {
      for (int start = 0; start < count; start += 2 * run) {
        int middle = Math.min(start + run, count);
        int end = Math.min(start + 2 * run, count);
        int a = start;
        int b = middle;
        for (int k = start; k < end; k++) {
          boolean first = b == end || (a < middle && !isBefore(order[b], order[a], keys));
          other[k] = first ? order[a++] : order[b++];
        }
      }
      int[] swap = order;
      order = other;
      other = swap;
    }
    return order;
  }

  private static boolean isBefore(int a, int b, double[][] keys) {
    for (double[] key : keys) {
      if (key[a] != key[b]) {
        return key[a] > key[b];
      }
    }
    return false;
  }
}
