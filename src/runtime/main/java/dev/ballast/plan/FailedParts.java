package dev.ballast.plan;

/**
 * Parts of placements that were searched for one capacity and have no solution, told apart by their
 * skyline and what waits in them. Whoever searches in whatever order may ask. The table forgets: a
 * new entry takes the place of an older one.
 */
final class FailedParts {
  private static final long SEED = 0x9e3779b97f4a7c15L;
  private static final long OTHER_SEED = 0xd1b54a32d192ed03L;
  private static final int MOST_BITS = 17;

  private final int bits;
  private final long[] table;
  private long check;

  FailedParts(int buffers) {
    bits = Math.min(MOST_BITS, 34 - Integer.numberOfLeadingZeros(buffers));
    table = new long[2 << bits];
  }

  /** Half of what a part is known by; {@link #check} is the other half. */
  long key(Skyline skyline, int from, int to) {
    long key = SEED + from * 31L + to;
    long other = OTHER_SEED + from * 31L + to;
    for (int s = from; s < to; s++) {
      key = mix(key ^ skyline.height[s]) + (skyline.open[s] ? SEED : 0);
      other = mix(other ^ skyline.height[s]) + (skyline.open[s] ? OTHER_SEED : 0);
      for (int u : skyline.members[s]) {
        if (skyline.low[u] == s && !skyline.placed[u]) {
          // A sum, for the members' order is the search's own.
          key += mix(u + SEED);
          other += mix(u + OTHER_SEED);
        }
      }
    }
    check = mix(other);
    return mix(key);
  }

  /** The other half of the last key: 128 bits, so chance can't make a proof of a mistake. */
  long check() {
    return check;
  }

  /** Whether the part that the last key was made of is known to fail. */
  boolean contains(long key) {
    int slot = slot(key);
    return table[slot] == key && table[slot + 1] == check;
  }

  void add(long key, long itsCheck) {
    int slot = slot(key);
    table[slot] = key;
    table[slot + 1] = itsCheck;
  }

  private int slot(long key) {
    return (int) (key >>> 64 - bits) << 1;
  }

  private static long mix(long bits) {
    long z = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
