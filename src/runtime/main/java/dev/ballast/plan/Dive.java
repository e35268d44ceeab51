package dev.ballast.plan;

/**
 * Places whoever can lie lowest, next, and of these the first of an order; nothing is taken back.
 * So buffers come in the order of their offsets and only the skyline is to be known: {@code n + r}
 * steps of logarithmic time, where {@code r} is how often a buffer's turn comes too early because
 * something went under it since it was last looked at.
 */
final class Dive {
  private final Sections sections;
  private final Skyline skyline;
  private final long[] offsets;
  private final long[] key;
  private final int[] rank;
  private int waiting;

  private Dive(Sections sections) {
    this.sections = sections;
    skyline = new Skyline(sections.width());
    offsets = new long[sections.count()];
    key = new long[sections.count()];
    rank = new int[sections.count()];
  }

  /** Offsets by buffer. */
  static long[] offsets(Sections sections, int[] order) {
    Dive d = new Dive(sections);
    d.run(order);
    return d.offsets;
  }

  private void run(int[] order) {
    waiting = order.length;
    for (int i = 0; i < waiting; i++) {
      // All at offset zero and by rank: a heap already.
      rank[i] = i;
    }
    while (waiting > 0) {
      int b = order[rank[0]];
      int low = sections.low()[b];
      int high = sections.high()[b];
      long at = skyline.highest(low, high);
      if (at > key[0]) {
        sink(at, rank[0]);
      } else {
        offsets[b] = at;
        skyline.raise(low, high, at + sections.sizes()[b]);
        waiting--;
        sink(key[waiting], rank[waiting]);
      }
    }
  }

  /** Puts an entry where the heap's first was. */
  private void sink(long newKey, int newRank) {
    int i = 0;
    while (true) {
      int child = 2 * i + 1;
      if (child >= waiting) {
        break;
      }
      if (child + 1 < waiting && isBefore(key[child + 1], rank[child + 1], child)) {
        child++;
      }
      if (isBefore(newKey, newRank, child)) {
        break;
      }
      key[i] = key[child];
      rank[i] = rank[child];
      i = child;
    }
    key[i] = newKey;
    rank[i] = newRank;
  }

  private boolean isBefore(long aKey, int aRank, int b) {
    return aKey < key[b] || (aKey == key[b] && aRank < rank[b]);
  }
}
