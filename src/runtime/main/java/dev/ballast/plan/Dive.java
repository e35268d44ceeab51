package dev.ballast.plan;

import java.util.Arrays;

/**
 * Places whoever can lie lowest, next, and of these the first of an order; nothing is taken back.
 * So buffers come in the order of their offsets, and at each height only this is to be known: which
 * sections are open, that is filled up to no more than this height. Runs of open sections end where
 * something lies above the height. A buffer goes down when the whole of its life is in one run; it
 * closes its sections, which open again at its top. So a buffer is looked for twice for each that
 * is placed, and never too early.
 */
final class Dive {
  private final Sections sections;
  private final int[] order;
  private final LifetimeTree waiting;
  private final long[] offsets;

  /** Where the run that starts, or ends, at a boundary of sections has its other end; or −1. */
  private final int[] endOfRun;

  private final int[] startOfRun;

  /** Runs that are still to be filled, at most one more than buffers were placed. */
  private final int[] starts;

  private final int[] ends;

  /** A heap of what lies above the height, by (top, first section). */
  private final int[] heap;

  private int heapSize;

  private Dive(Sections sections, int[] order) {
    this.sections = sections;
    this.order = order;
    waiting = new LifetimeTree(sections, order);
    offsets = new long[sections.count()];
    endOfRun = new int[sections.width() + 1];
    startOfRun = new int[sections.width() + 1];
    Arrays.fill(endOfRun, -1);
    Arrays.fill(startOfRun, -1);
    starts = new int[sections.count() + 2];
    ends = new int[sections.count() + 2];
    heap = new int[sections.count()];
  }

  /** Offsets by buffer. */
  static long[] offsets(Sections sections, int[] order) {
    Dive d = new Dive(sections, order);
    d.run();
    return d.offsets;
  }

  private void run() {
    int left = order.length - fill(0, sections.width(), 0);
    while (left > 0) {
      long height = top(heap[0]);
      int start = -1;
      int end = -1;
      while (heapSize > 0 && top(heap[0]) == height) {
        int b = pop();
        int from = sections.low()[b];
        int to = sections.high()[b];
        if (from == end) {
          // It goes on where the run just opened ends.
          from = start;
        } else {
          if (start >= 0) {
            left -= fill(start, end, height);
          }
          from = startOfRun[from] >= 0 ? forgetBefore(from) : from;
        }
        start = from;
        end = endOfRun[to] >= 0 ? forgetAfter(to) : to;
      }
      left -= fill(start, end, height);
    }
  }

  private int forgetBefore(int boundary) {
    int start = startOfRun[boundary];
    startOfRun[boundary] = -1;
    endOfRun[start] = -1;
    return start;
  }

  private int forgetAfter(int boundary) {
    int end = endOfRun[boundary];
    endOfRun[boundary] = -1;
    startOfRun[end] = -1;
    return end;
  }

  /** Places what fits into an open run, and leaves the runs between; returns how many it placed. */
  private int fill(int runStart, int runEnd, long height) {
    int placed = 0;
    int pending = 0;
    push(pending++, runStart, runEnd);
    while (pending > 0) {
      int start = starts[--pending];
      int end = ends[pending];
      int rank = start < end ? waiting.firstWithin(start, end) : -1;
      if (rank >= 0) {
        int b = order[rank];
        waiting.remove(b);
        offsets[b] = height;
        push(b);
        placed++;
        push(pending++, start, sections.low()[b]);
        push(pending++, sections.high()[b], end);
      } else if (start < end) {
        endOfRun[start] = end;
        startOfRun[end] = start;
      }
    }
    return placed;
  }

  private void push(int at, int start, int end) {
    starts[at] = start;
    ends[at] = end;
  }

  private long top(int b) {
    return offsets[b] + sections.sizes()[b];
  }

  private boolean isBefore(int a, int b) {
    long byTop = top(a) - top(b);
    return byTop < 0 || (byTop == 0 && sections.low()[a] < sections.low()[b]);
  }

  private void push(int b) {
    int i = heapSize++;
    while (i > 0 && isBefore(b, heap[(i - 1) / 2])) {
      heap[i] = heap[(i - 1) / 2];
      i = (i - 1) / 2;
    }
    heap[i] = b;
  }

  private int pop() {
    int first = heap[0];
    int b = heap[--heapSize];
    int i = 0;
    while (2 * i + 1 < heapSize) {
      int child = 2 * i + 1;
      if (child + 1 < heapSize && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (!isBefore(heap[child], b)) {
        break;
      }
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = b;
    return first;
  }
}
