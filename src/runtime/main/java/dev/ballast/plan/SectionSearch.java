package dev.ballast.plan;

import java.util.Arrays;

/**
 * Decides whether buffers fit a capacity, by depth-first search over sections.
 *
 * <p>The search fills the valleys of a {@link Skyline}. At the bottom of a valley's section either
 * one of the buffers that can stand there does, or none does and the section gets a gap. These
 * cases exclude each other and leave nothing out, so no placement is visited twice and no order of
 * buffers has to be fixed; and any section of any valley may be asked next, so the one with the
 * fewest cases is. Where a section has no bytes to waste no gap is possible, and few cases remain.
 *
 * <p>Only placements in which no buffer can be moved down are visited: of all solutions, one with
 * the least sum of offsets is such. Parts of time that no waiting buffer joins are searched one by
 * one, and a part that failed is remembered by its skyline and what waits in it.
 *
 * <p>MiniMalloc (Moffitt, ASPLOS 2023) has sections, decomposition and canonical solutions; it asks
 * which buffer comes next in the order of offsets. Asking a section instead, the one with the
 * fewest cases, is what constraint solvers do with variables (fail first); weighing sections by the
 * failures that they caused is from there too (Boussemart et al., ECAI 2004).
 */
final class SectionSearch {
  /** What a search has shown. */
  enum Outcome {
    FOUND,
    /** There is no solution. */
    EXHAUSTED,
    STOPPED
  }

  private static final int DEAD = -1;
  private static final int RAISED = -2;
  private static final long NO_WALL = Long.MAX_VALUE;

  private final Skyline skyline;
  private final Ledger ledger;
  private final FailedParts failed;
  private final long[] blame;
  private final boolean preferFlush;

  /** By section: the buffers that stand there and the size of the smallest, where not stale. */
  private final int[] standing;

  private final long[] smallest;
  private int[] cases = new int[1 << 8];
  private int caseCount;

  /** The section to ask, and whether it may have a gap. */
  private int chosen;

  private boolean chosenMayGap;

  /**
   * @param order all buffers, those to be tried first at the front
   * @param blame by section, how often it made searches fail; counted on
   * @param failed parts known to have no solution for this capacity; added to
   * @param preferFlush whether buffers at a valley's walls are tried before the others
   */
  SectionSearch(
      Sections sections,
      int[] order,
      long capacity,
      Ledger ledger,
      long[] blame,
      FailedParts failed,
      boolean preferFlush) {
    this.skyline = new Skyline(sections, order, capacity);
    this.ledger = ledger;
    this.blame = blame;
    this.failed = failed;
    this.preferFlush = preferFlush;
    standing = new int[sections.width()];
    smallest = new long[sections.width()];
  }

  /** Searches until the ledger ends it. To be called once. */
  Outcome run() {
    for (long load : skyline.waiting) {
      if (load > skyline.capacity) {
        return Outcome.EXHAUSTED;
      }
    }
    return parts(0, skyline.width());
  }

  /** The solution found, by buffer. */
  long[] offsets() {
    return skyline.offsets;
  }

  private Outcome parts(int from, int to) {
    int mark = skyline.depth();
    int part = from;
    while (part < to) {
      int end = partEnd(part, to);
      if (skyline.waiting[part] > 0) {
        Outcome outcome = part(part, end);
        if (outcome != Outcome.FOUND) {
          skyline.undo(mark);
          return outcome;
        }
      }
      part = end;
    }
    return Outcome.FOUND;
  }

  private int partEnd(int part, int to) {
    int end = part + 1;
    while (end < to && skyline.crossing[end] > 0) {
      end++;
    }
    return end;
  }

  private Outcome part(int from, int to) {
    long key = failed.key(skyline, from, to);
    if (failed.contains(key)) {
      return Outcome.EXHAUSTED;
    }
    long check = failed.check();
    int mark = skyline.depth();
    int casesBefore = caseCount;
    Outcome outcome = fill(from, to);
    caseCount = casesBefore;
    if (outcome != Outcome.FOUND) {
      skyline.undo(mark);
    }
    if (outcome == Outcome.EXHAUSTED) {
      failed.add(key, check);
    }
    return outcome;
  }

  private Outcome fill(int from, int to) {
    while (true) {
      int section = choose(from, to);
      if (section == DEAD) {
        return Outcome.EXHAUSTED;
      }
      if (section == RAISED) {
        continue;
      }
      if (!ledger.count()) {
        return Outcome.STOPPED;
      }
      boolean mayGap = chosenMayGap;
      int begin = caseCount;
      gather(section, from, to);
      int end = caseCount;
      if (end - begin == 1 && !mayGap) {
        caseCount = begin;
        // The only case: no need to come back, so none to go deeper while the part stays whole.
        if (!place(cases[begin])) {
          return Outcome.EXHAUSTED;
        }
        if (skyline.waiting[from] == 0 || partEnd(from, to) < to) {
          return parts(from, to);
        }
        continue;
      }
      for (int i = begin; i < end; i++) {
        int mark = skyline.depth();
        Outcome outcome = place(cases[i]) ? parts(from, to) : Outcome.EXHAUSTED;
        if (outcome != Outcome.EXHAUSTED) {
          return outcome;
        }
        skyline.undo(mark);
      }
      caseCount = begin;
      if (!mayGap) {
        return Outcome.EXHAUSTED;
      }
      skyline.open(section);
    }
  }

  private boolean place(int b) {
    boolean fits = skyline.place(b);
    if (!fits) {
      blame[skyline.culprit]++;
    }
    return fits;
  }

  /** A section to ask, or {@link #RAISED} after a valley was closed, or {@link #DEAD}. */
  private int choose(int from, int to) {
    long[] height = skyline.height;
    chosen = DEAD;
    int least = Integer.MAX_VALUE;
    int begin = from;
    while (begin < to) {
      long y = height[begin];
      int end = begin;
      boolean allOpen = true;
      while (end < to && height[end] == y) {
        allOpen &= skyline.open[end++];
      }
      long left = begin == from ? NO_WALL : height[begin - 1];
      long right = end == to ? NO_WALL : height[end];
      if (left > y && right > y) {
        long wall = Math.min(left, right);
        if (allOpen) {
          return skyline.raise(begin, end, wall) ? RAISED : DEAD;
        }
        least = chooseIn(begin, end, wall, least);
        if (least == 0) {
          return DEAD;
        }
      }
      begin = end;
    }
    return chosen;
  }

  /**
   * Looks for a section of a valley that has fewer cases than {@code least}; of as many, the one
   * with more blame.
   *
   * @return twice the fewest cases, and one if there may be a gap; or 0 where a section has none
   */
  private int chooseIn(int begin, int end, long wall, int least) {
    long y = skyline.height[begin];
    // A gap ends at a wall, or at the top of something that stands beside it.
    long gap = wall == NO_WALL ? NO_WALL : wall - y;
    for (int s = begin; s < end; s++) {
      if (!skyline.open[s]) {
        count(s, y);
        gap = Math.min(gap, smallest[s]);
      }
    }
    for (int s = begin; s < end; s++) {
      boolean mayGap = gap != NO_WALL && y + gap + skyline.waiting[s] <= skyline.capacity;
      if (!skyline.open[s]) {
        int score = 2 * standing[s] + (mayGap ? 1 : 0);
        if (score < least || (score == least && chosen >= 0 && blame[s] > blame[chosen])) {
          least = score;
          chosen = s;
          chosenMayGap = mayGap;
        }
      }
      if (least == 0 || (skyline.open[s] && !mayGap)) {
        blame[s]++;
        return 0;
      }
    }
    return least;
  }

  private void count(int section, long y) {
    if (!skyline.stale[section]) {
      return;
    }
    skyline.stale[section] = false;
    int count = 0;
    long size = NO_WALL;
    for (int u : skyline.members[section]) {
      if (skyline.stands(u, y)) {
        count++;
        size = Math.min(size, skyline.size[u]);
      }
    }
    standing[section] = count;
    smallest[section] = size;
  }

  private void gather(int section, int from, int to) {
    int begin = caseCount;
    long y = skyline.height[section];
    for (int u : skyline.members[section]) {
      if (skyline.stands(u, y)) {
        if (caseCount == cases.length) {
          cases = Arrays.copyOf(cases, 2 * caseCount);
        }
        cases[caseCount++] = u;
      }
    }
    if (preferFlush && caseCount - begin > 1) {
      flushFirst(begin, section, from, to);
    }
  }

  /** Sorts cases by how many of the valley's walls they touch, stably. */
  private void flushFirst(int begin, int section, int from, int to) {
    long y = skyline.height[section];
    int left = section;
    while (left > from && skyline.height[left - 1] == y) {
      left--;
    }
    int right = section + 1;
    while (right < to && skyline.height[right] == y) {
      right++;
    }
    for (int i = begin + 1; i < caseCount; i++) {
      int b = cases[i];
      int walls = walls(b, left, right);
      int j = i;
      for (; j > begin && walls(cases[j - 1], left, right) < walls; j--) {
        cases[j] = cases[j - 1];
      }
      cases[j] = b;
    }
  }

  private int walls(int b, int left, int right) {
    return (skyline.low[b] == left ? 1 : 0) + (skyline.high[b] == right ? 1 : 0);
  }
}
