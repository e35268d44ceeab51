package dev.ballast.data;

import dev.ballast.tensor.Philox;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Examples dealt out to training, validation and test: by seed, and so that each class has its
 * share in each part. The same arguments always give the same parts.
 *
 * @param train indices, ascending, as in the other parts
 */
public record Partition(int[] train, int[] validation, int[] test) {

  /**
   * How to deal.
   *
   * @param test the share of all examples that is kept for the test, in [0, 1)
   * @param validation the share of the others that is kept for validation, in [0, 1)
   * @param seed of the draw; not that of training, so that runs of several seeds can be compared
   */
  public record Shares(double test, double validation, long seed) {
    public static final Shares NONE = new Shares(0, 0, 0);

    public Shares {
      if (!(test >= 0 && test < 1 && validation >= 0 && validation < 1)) {
        throw new IllegalArgumentException(
            "shares of the data must be in [0, 1): test " + test + ", validation " + validation);
      }
    }

    /** The same without a share for the test. */
    public Shares withoutTest() {
      return new Shares(0, validation, seed);
    }
  }

  /**
   * Stratified.
   *
   * @param labels the class of each example
   * @throws IllegalArgumentException where a part that is asked for gets no example
   */
  public static Partition stratified(int[] labels, Shares shares) {
    int[] all = IntStream.range(0, labels.length).toArray();
    Cut test = Cut.of(all, labels, shares.test(), shares.seed(), 0);
    Cut validation = Cut.of(test.rest, labels, shares.validation(), shares.seed(), 1);
    return new Partition(validation.rest, validation.taken, test.taken);
  }

  /**
   * Of examples that have no class.
   *
   * @throws IllegalArgumentException where a part that is asked for gets no example
   */
  public static Partition of(int size, Shares shares) {
    return stratified(new int[size], shares);
  }

  private record Cut(int[] taken, int[] rest) {

    static Cut of(int[] indices, int[] labels, double share, long seed, int round) {
      int total = (int) Math.round(share * indices.length);
      if (share > 0 && (total == 0 || total == indices.length)) {
        throw new IllegalArgumentException(
            "a share of " + share + " of " + indices.length + " examples leaves a part empty");
      }
      int[] classes = Arrays.stream(indices).map(i -> labels[i]).distinct().sorted().toArray();
      int[][] members = new int[classes.length][];
      for (int c = 0; c < classes.length; c++) {
        int label = classes[c];
        members[c] = Arrays.stream(indices).filter(i -> labels[i] == label).toArray();
        shuffle(members[c], new Philox(seed, Philox.SPLIT + 2L * label + round));
      }
      int[] counts = counts(members, share, total);
      IntStream.Builder taken = IntStream.builder();
      IntStream.Builder rest = IntStream.builder();
      for (int c = 0; c < classes.length; c++) {
        for (int k = 0; k < members[c].length; k++) {
          (k < counts[c] ? taken : rest).add(members[c][k]);
        }
      }
      return new Cut(taken.build().sorted().toArray(), rest.build().sorted().toArray());
    }

    /** Each class's share rounded down, and one more where most was lost, until all are dealt. */
    private static int[] counts(int[][] members, double share, int total) {
      int[] counts = Arrays.stream(members).mapToInt(m -> (int) (share * m.length)).toArray();
      int[] byLoss =
          IntStream.range(0, members.length)
              .boxed()
              .sorted(Comparator.comparing(c -> counts[c] - share * members[c].length))
              .mapToInt(c -> c)
              .toArray();
      int missing = total - Arrays.stream(counts).sum();
      for (int k = 0; k < missing; k++) {
        counts[byLoss[k % byLoss.length]]++;
      }
      return counts;
    }

    private static void shuffle(int[] items, Philox random) {
      for (int i = items.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = items[i];
        items[i] = items[j];
        items[j] = swapped;
      }
    }
  }
}
