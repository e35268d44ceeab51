package dev.ballast.plan;

import java.util.Arrays;

/**
 * A placement half done, from the ground up: how high each section is filled, what waits there, and
 * a trail that takes steps back.
 *
 * <p>A run of sections that are filled to the same height, with more on both sides, is a valley.
 * Buffers stand in valleys, with nothing but what is placed under them. Where it was decided that
 * nothing shall stand at the bottom of a section, the section is open to a gap; a run of open
 * sections is raised to the lower of the walls beside it, for only what reaches over a wall can
 * come next there.
 */
final class Skyline {
  private static final int PLACED = 0;
  private static final int LEAST = 1;
  private static final int OPENED = 2;
  private static final int RAISED = 3;

  final long capacity;
  final int[] low;
  final int[] high;
  final long[] size;

  /** Which buffers cover a section, in the order in which they are to be tried. */
  final int[][] members;

  /** How high each section is filled. */
  final long[] height;

  /** The bytes that still wait for a place in each section. */
  final long[] waiting;

  /** How many waiting buffers reach over the left edge of a section. */
  final int[] crossing;

  final boolean[] open;
  final boolean[] placed;
  final long[] offsets;

  /** Whether what was known of who stands in a section may no longer be true. */
  final boolean[] stale;

  /** The section that showed last that a placement can't be finished. */
  int culprit;

  private final int[][] meets;

  /** How many of a buffer's sections are open. */
  private final int[] blocked;

  /** The lowest offset a buffer can have upon what is placed. */
  private final long[] least;

  /** For each section a waiting buffer that was low enough when last looked at. */
  private final int[] lowest;

  private long[] trail = new long[1 << 12];
  private int depth;

  Skyline(Sections sections, int[] order, long capacity) {
    this.capacity = capacity;
    size = sections.sizes();
    low = sections.low();
    high = sections.high();
    int width = sections.width();
    height = new long[width];
    waiting = sections.loads().clone();
    crossing = new int[width];
    open = new boolean[width];
    placed = new boolean[size.length];
    offsets = new long[size.length];
    stale = new boolean[width];
    Arrays.fill(stale, true);
    blocked = new int[size.length];
    least = new long[size.length];
    members = members(order, width);
    lowest = new int[width];
    for (int s = 0; s < width; s++) {
      lowest[s] = members[s].length == 0 ? -1 : members[s][0];
    }
    meets = meets();
  }

  private int[][] members(int[] order, int width) {
    int[] counts = new int[width];
    for (int b : order) {
      for (int s = low[b]; s < high[b]; s++) {
        counts[s]++;
        crossing[s] += s > low[b] ? 1 : 0;
      }
    }
    int[][] all = new int[width][];
    Arrays.setAll(all, s -> new int[counts[s]]);
    Arrays.fill(counts, 0);
    for (int b : order) {
      for (int s = low[b]; s < high[b]; s++) {
        all[s][counts[s]++] = b;
      }
    }
    return all;
  }

  private int[][] meets() {
    int[][] all = new int[size.length][];
    int[] seen = new int[size.length];
    int[] found = new int[size.length];
    for (int b = 0; b < size.length; b++) {
      int n = 0;
      seen[b] = b + 1;
      for (int s = low[b]; s < high[b]; s++) {
        for (int u : members[s]) {
          if (seen[u] != b + 1) {
            seen[u] = b + 1;
            found[n++] = u;
          }
        }
      }
      all[b] = Arrays.copyOf(found, n);
    }
    return all;
  }

  int width() {
    return height.length;
  }

  int depth() {
    return depth;
  }

  /**
   * Whether a buffer that covers a valley's section could be placed now, at the valley's height.
   */
  boolean stands(int b, long at) {
    return least[b] == at && blocked[b] == 0 && !placed[b];
  }

  /**
   * @return whether what waits can still fit, as far as sections tell one by one
   */
  boolean place(int b) {
    long top = least[b] + size[b];
    spoil(low[b]);
    offsets[b] = least[b];
    placed[b] = true;
    for (int s = low[b]; s < high[b]; s++) {
      height[s] = top;
      waiting[s] -= size[b];
      crossing[s] -= s > low[b] ? 1 : 0;
    }
    spoil(low[b]);
    push(b, PLACED, 0);
    int from = low[b];
    int to = high[b];
    for (int u : meets[b]) {
      if (least[u] < top && !placed[u]) {
        push(u, LEAST, least[u]);
        least[u] = top;
        from = Math.min(from, low[u]);
        to = Math.max(to, high[u]);
      }
    }
    return floorsHold(from, to);
  }

  /** Whether all that waits in each section fits above the lowest place that any of it can have. */
  private boolean floorsHold(int from, int to) {
    for (int s = from; s < to; s++) {
      if (waiting[s] > 0 && !fitsAbove(s, lowest[s]) && !findLowest(s)) {
        culprit = s;
        return false;
      }
    }
    return true;
  }

  private boolean fitsAbove(int section, int b) {
    return !placed[b] && least[b] + waiting[section] <= capacity;
  }

  private boolean findLowest(int section) {
    for (int u : members[section]) {
      if (fitsAbove(section, u)) {
        lowest[section] = u;
        return true;
      }
    }
    return false;
  }

  /** Decides that nothing stands at the bottom of a section. */
  void open(int section) {
    open[section] = true;
    spoil(section);
    for (int u : members[section]) {
      blocked[u]++;
    }
    push(section, OPENED, 0);
  }

  /**
   * Raises a valley in which every section is open to the lower of its walls.
   *
   * @return false where that can't be part of a solution in which no buffer can be moved down: too
   *     much is wasted, or something that waits would fit in the gap
   */
  boolean raise(int from, int to, long wall) {
    long y = height[from];
    for (int s = from; s < to; s++) {
      if (wall == Long.MAX_VALUE || wall + waiting[s] > capacity) {
        return false;
      }
      for (int u : members[s]) {
        if (!placed[u] && low[u] >= from && high[u] <= to && size[u] <= wall - y) {
          return false;
        }
      }
    }
    spoil(from);
    for (int s = from; s < to; s++) {
      push(s, RAISED, y);
      height[s] = wall;
      open[s] = false;
      for (int u : members[s]) {
        blocked[u]--;
        if (!placed[u] && least[u] < wall) {
          push(u, LEAST, least[u]);
          least[u] = wall;
        }
      }
    }
    spoil(from);
    return true;
  }

  /** Marks the run of sections of one height: who stands there, and on what, changes. */
  private void spoil(int section) {
    long y = height[section];
    for (int s = section; s >= 0 && height[s] == y; s--) {
      stale[s] = true;
    }
    for (int s = section + 1; s < height.length && height[s] == y; s++) {
      stale[s] = true;
    }
  }

  private void push(int index, int kind, long value) {
    if (depth + 2 > trail.length) {
      trail = Arrays.copyOf(trail, 2 * trail.length);
    }
    trail[depth++] = value;
    trail[depth++] = (long) index << 2 | kind;
  }

  /** Takes back all steps since the trail had that depth. */
  void undo(int mark) {
    while (depth > mark) {
      long step = trail[--depth];
      long value = trail[--depth];
      int i = (int) (step >> 2);
      switch ((int) (step & 3)) {
        case PLACED -> takeBack(i);
        case LEAST -> least[i] = value;
        case OPENED -> reopen(i, false, height[i]);
        default -> reopen(i, true, value);
      }
    }
  }

  private void takeBack(int b) {
    spoil(low[b]);
    placed[b] = false;
    for (int s = low[b]; s < high[b]; s++) {
      height[s] = offsets[b];
      waiting[s] += size[b];
      crossing[s] += s > low[b] ? 1 : 0;
    }
    spoil(low[b]);
  }

  private void reopen(int section, boolean isOpen, long at) {
    spoil(section);
    height[section] = at;
    open[section] = isOpen;
    for (int u : members[section]) {
      blocked[u] += isOpen ? 1 : -1;
    }
    spoil(section);
  }
}
