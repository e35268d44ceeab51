package dev.ballast.plan;

import java.util.Arrays;

/**
 * Finds, of the buffers that wait, the first of an order whose whole life lies within a range of
 * sections: a tree that halves the buffers by start and by end in turn (a k-d tree), and knows the
 * lowest rank below each node.
 */
final class LifetimeTree {
  private static final int NONE = Integer.MAX_VALUE;

  private final int[] low;
  private final int[] high;
  private final int[] buffer;
  private final int[] place;
  private final int[] rank;
  private final int leaves;

  /** By node: the least and largest start, and the least and largest end. */
  private final int[] leastLow;

  private final int[] mostLow;
  private final int[] leastHigh;
  private final int[] mostHigh;

  private final int[] first;
  private int found;

  LifetimeTree(Sections sections, int[] order) {
    low = sections.low();
    high = sections.high();
    int count = order.length;
    leaves = Integer.highestOneBit(Math.max(1, 2 * count - 1));
    buffer = order.clone();
    leastLow = new int[2 * leaves];
    mostLow = new int[2 * leaves];
    leastHigh = new int[2 * leaves];
    mostHigh = new int[2 * leaves];
    first = new int[2 * leaves];
    place = new int[count];
    rank = new int[count];
    for (int k = 0; k < count; k++) {
      rank[order[k]] = k;
    }
    build(1, 0, leaves, true);
  }

  private void build(int node, int from, int to, boolean byLow) {
    int end = Math.min(to, buffer.length);
    if (from >= end) {
      leastLow[node] = NONE;
      leastHigh[node] = NONE;
      first[node] = NONE;
      return;
    }
    if (to - from == 1) {
      int b = buffer[from];
      place[b] = node;
      leastLow[node] = low[b];
      mostLow[node] = low[b];
      leastHigh[node] = high[b];
      mostHigh[node] = high[b];
      first[node] = rank[b];
      return;
    }
    int middle = (from + to) >>> 1;
    if (middle < end) {
      select(from, end, middle, byLow ? low : high);
    }
    build(2 * node, from, middle, !byLow);
    build(2 * node + 1, middle, to, !byLow);
    leastLow[node] = Math.min(leastLow[2 * node], leastLow[2 * node + 1]);
    mostLow[node] = Math.max(mostLow[2 * node], mostLow[2 * node + 1]);
    leastHigh[node] = Math.min(leastHigh[2 * node], leastHigh[2 * node + 1]);
    mostHigh[node] = Math.max(mostHigh[2 * node], mostHigh[2 * node + 1]);
    first[node] = Math.min(first[2 * node], first[2 * node + 1]);
  }

  /** Puts the lesser by key before {@code middle}: by sorting, for ties make quickselect slow. */
  private void select(int from, int to, int middle, int[] key) {
    long[] keyed = new long[to - from];
    for (int i = from; i < to; i++) {
      keyed[i - from] = ((long) key[buffer[i]] << 32) | buffer[i];
    }
    Arrays.sort(keyed);
    for (int i = from; i < to; i++) {
      buffer[i] = (int) keyed[i - from];
    }
  }

  /** The rank of the first whose life lies in {@code [from, to)}, or −1. */
  int firstWithin(int from, int to) {
    found = NONE;
    search(1, from, to);
    return found == NONE ? -1 : found;
  }

  private void search(int node, int from, int to) {
    if (first[node] >= found || mostLow[node] < from || leastHigh[node] > to) {
      return;
    }
    if (leastLow[node] >= from && mostHigh[node] <= to) {
      found = first[node];
      return;
    }
    int left = 2 * node;
    boolean leftFirst = first[left] < first[left + 1];
    search(leftFirst ? left : left + 1, from, to);
    search(leftFirst ? left + 1 : left, from, to);
  }

  void remove(int b) {
    int node = place[b];
    first[node] = NONE;
    for (node >>= 1; node > 0; node >>= 1) {
      first[node] = Math.min(first[2 * node], first[2 * node + 1]);
    }
  }
}
