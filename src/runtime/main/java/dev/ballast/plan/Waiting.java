package dev.ballast.plan;

import java.util.Arrays;

/**
 * A stack of lists of buffers that wait to be placed, each with the lowest offset that it can still
 * have. A node of the search works on the list at the top and pushes copies for its children, so
 * that what is learned in a subtree is forgotten with it.
 */
final class Waiting {
  int[] buffer;
  long[] least;

  Waiting(int count) {
    buffer = new int[4 * count + 1];
    least = new long[4 * count + 1];
    for (int i = 0; i < count; i++) {
      buffer[i] = i;
    }
  }

  /** Copies the list {@code [start, end)} to {@code end}, without the one at {@code left}. */
  void pushWithout(int left, int start, int end) {
    int n = end - start;
    reserve(end + n);
    copy(start, end, left - start);
    copy(left + 1, end + left - start, end - left - 1);
  }

  /** Copies {@code n} entries. */
  void push(int from, int to, int n) {
    reserve(to + n);
    copy(from, to, n);
  }

  /** Sorts {@code [start, end)} by part, stably; returns where each part ends, from the start. */
  int[] group(int start, int end, int[] partOfSection, int parts, int[] low) {
    int n = end - start;
    reserve(end + n);
    int[] ends = new int[parts + 1];
    for (int i = start; i < end; i++) {
      ends[partOfSection[low[buffer[i]]] + 1]++;
    }
    for (int p = 0; p < parts; p++) {
      ends[p + 1] += ends[p];
    }
    int[] next = Arrays.copyOf(ends, parts);
    for (int i = start; i < end; i++) {
      int to = end + next[partOfSection[low[buffer[i]]]]++;
      buffer[to] = buffer[i];
      least[to] = least[i];
    }
    copy(end, start, n);
    return ends;
  }

  private void copy(int from, int to, int n) {
    System.arraycopy(buffer, from, buffer, to, n);
    System.arraycopy(least, from, least, to, n);
  }

  private void reserve(int length) {
    if (length > buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * length);
      least = Arrays.copyOf(least, 2 * length);
    }
  }
}
