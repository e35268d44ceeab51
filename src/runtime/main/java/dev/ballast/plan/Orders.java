package dev.ballast.plan;

import java.util.Random;
import java.util.SplittableRandom;

/**
 * Orders of buffers, largest first, by keys that are written as letters: T the largest load met, W
 * the lifetime, Z the size, A size × lifetime. Ties fall to the next key, and last to the lower
 * index.
 */
final class Orders {
  /** Weights of size, lifetime and load met. */
  private static final double[][] KNOWN = {
    {1, 0.001, 0}, {0.001, 1, 0}, {1, 1, 0}, {-0.001, -1, 0}, {0.5, 0.5, 100}, {0.1, 0.1, 0.2},
  };

  private final Sections sections;
  private final long[] met;
  private final double[] size;
  private final double[] life;
  private final double[] load;

  Orders(Sections sections) {
    this.sections = sections;
    met = sections.largestLoadMet();
    size = scaled(logarithms(values('Z')));
    life = scaled(logarithms(values('W')));
    load = scaled(values('T'));
  }

  private static double[] logarithms(double[] values) {
    for (int i = 0; i < values.length; i++) {
      // Strict, so that orders are the same on every machine.
      values[i] = StrictMath.log(values[i]);
    }
    return values;
  }

  int[] by(String keys) {
    double[][] values = new double[keys.length()][];
    for (int k = 0; k < values.length; k++) {
      values[k] = values(keys.charAt(k));
    }
    return sorted(values);
  }

  /**
   * The nth of many: by a weighted sum of the logarithm of the size, that of the lifetime and the
   * largest load met, each scaled to [0, 1]. The first weights are those that often do well, then
   * come drawn ones, with some noise; the same for the same n.
   */
  int[] mixed(int n) {
    SplittableRandom random = new SplittableRandom(n);
    boolean known = n <= KNOWN.length;
    double bySize = known ? KNOWN[n - 1][0] : random.nextDouble();
    double byLife = known ? KNOWN[n - 1][1] : 2 * random.nextDouble() - 0.5;
    double byLoad = known ? KNOWN[n - 1][2] : random.nextDouble();
    double noise = known ? 0 : 0.3 * random.nextDouble();
    double[] weights = new double[sections.count()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] =
          bySize * size[i]
              + byLife * life[i]
              + byLoad * load[i]
              + (noise == 0 ? 0 : noise * random.nextDouble());
    }
    return sorted(new double[][] {weights});
  }

  /** An order with normally distributed numbers added to the ranks; the same for the same seed. */
  int[] disturbed(int[] order, double share, long seed) {
    Random random = new Random(seed);
    double[] weights = new double[order.length];
    for (int rank = 0; rank < order.length; rank++) {
      weights[order[rank]] = share * order.length * random.nextGaussian() - rank;
    }
    return sorted(new double[][] {weights});
  }

  private static double[] scaled(double[] values) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (double v : values) {
      least = Math.min(least, v);
      most = Math.max(most, v);
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = most > least ? (values[i] - least) / (most - least) : 0;
    }
    return values;
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
