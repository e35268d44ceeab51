package dev.ballast.plan;

import java.util.Arrays;

/**
 * A step as it would run if some ops let their results go and ran again later: which ops run in
 * which order, how many bytes live at each moment, and what running again costs. Every op's results
 * have at most two lives here: from their birth to the last use that they are kept for, and from
 * their second computation, right before they are needed, to their last use.
 *
 * <p>Reused for thousands of replays: all memory is taken when it is made.
 */
final class Replay {
  /** Results that are kept for every use. */
  static final int FOREVER = Integer.MAX_VALUE;

  private static final int[] NONE = {};

  private final Tape tape;
  private final boolean inPlace;

  /** The ops in the order they run; a second occurrence is a clone. */
  private final int[] sequence;

  private int length;
  private final boolean[] cloned;
  private final int[] firstAt;
  private final int[] work;

  /** By value, and by value + {@code tape.values()} for its second life. */
  private final int[] lastUse;

  private final int[] buffer;
  private final int[] bufferEnd;
  private final int[] takenAt;
  private final long[] loads;
  private final int[] lastRead;
  private final boolean[] written;
  private long peak;
  private int peakAt;
  private long extraFlops;
  private int clones;

  Replay(Tape tape, boolean inPlace) {
    this.tape = tape;
    this.inPlace = inPlace;
    int n = tape.ops();
    sequence = new int[2 * n];
    cloned = new boolean[n];
    firstAt = new int[n];
    work = new int[n];
    lastUse = new int[2 * tape.values()];
    buffer = new int[2 * tape.values()];
    bufferEnd = new int[2 * tape.values()];
    takenAt = new int[2 * tape.values()];
    loads = new long[2 * n + 1];
    lastRead = new int[tape.graph().updates().size()];
    written = new boolean[lastRead.length];
  }

  /**
   * Replays.
   *
   * @param until the last op that each op's results are kept for; those that are read later are
   *     computed again, so it must be {@link #FOREVER} for what is not cloneable
   */
  void run(int[] until) {
    arrange(until);
    delayUpdates();
    findLastUses();
    findBuffers();
    measure();
  }

  private void arrange(int[] until) {
    Arrays.fill(cloned, false);
    length = 0;
    extraFlops = 0;
    clones = 0;
    for (int i = 0; i < tape.ops(); i++) {
      int missing = demand(i, i, until, 0);
      for (int k = 0; k < missing; k++) {
        missing = demand(work[k], i, until, missing);
      }
      Arrays.sort(work, 0, missing);
      for (int k = 0; k < missing; k++) {
        sequence[length++] = work[k];
        extraFlops += tape.flops()[work[k]];
      }
      clones += missing;
      sequence[length++] = i;
    }
  }

  /** Adds to the work list the producers of what an op reads at a time when they are gone. */
  private int demand(int op, int now, int[] until, int missing) {
    int count = missing;
    for (int v : tape.reads()[op]) {
      int p = tape.producer()[v];
      if (now > until[p] && !cloned[p]) {
        cloned[p] = true;
        work[count++] = p;
      }
    }
    return count;
  }

  /** An update that stands before a clone that reads what it overwrites moves behind it. */
  private void delayUpdates() {
    Arrays.fill(lastRead, -1);
    Arrays.fill(written, false);
    boolean late = false;
    for (int at = 0; at < length; at++) {
      int op = sequence[at];
      for (int t : tape.sources()[op]) {
        late |= written[t];
        lastRead[t] = at;
      }
      for (int t : tape.updates()[op]) {
        written[t] = true;
      }
    }
    if (late) {
      moveUpdates();
    }
  }

  private void moveUpdates() {
    int[] to = new int[length];
    int[] updateAt = new int[tape.ops()];
    for (int at = 0; at < length; at++) {
      int op = sequence[at];
      to[at] = at;
      if (tape.isUpdate(op)) {
        for (int p : tape.needs()[op]) {
          to[at] = Math.max(to[at], updateAt[p]);
        }
        for (int t : tape.updates()[op]) {
          to[at] = Math.max(to[at], lastRead[t]);
        }
        for (int t : tape.sources()[op]) {
          lastRead[t] = Math.max(lastRead[t], to[at]);
        }
        updateAt[op] = to[at];
      }
    }
    long[] keys = new long[length];
    for (int at = 0; at < length; at++) {
      // What stays comes before what was moved here, and those keep their order.
      int moved = to[at] == at ? 0 : at + 1;
      keys[at] = ((long) to[at] << 32) | moved;
    }
    int[] before = Arrays.copyOf(sequence, length);
    Arrays.sort(keys);
    for (int at = 0; at < length; at++) {
      int moved = (int) keys[at];
      sequence[at] = before[moved == 0 ? (int) (keys[at] >>> 32) : moved - 1];
    }
  }

  private void findLastUses() {
    Arrays.fill(cloned, false);
    Arrays.fill(firstAt, -1);
    for (int at = 0; at < length; at++) {
      int op = sequence[at];
      for (int v : tape.reads()[op]) {
        lastUse[instance(v)] = at;
      }
      if (firstAt[op] < 0) {
        firstAt[op] = at;
      } else {
        cloned[op] = true;
      }
      for (int r : tape.results()[op]) {
        lastUse[instance(r)] = at;
      }
    }
  }

  private int instance(int value) {
    return cloned[tape.producer()[value]] ? value + tape.values() : value;
  }

  private void findBuffers() {
    Arrays.fill(cloned, false);
    Arrays.fill(takenAt, -1);
    for (int at = 0; at < length; at++) {
      int op = sequence[at];
      boolean clone = firstAt[op] != at;
      for (int r : tape.results()[op]) {
        open(clone ? r + tape.values() : r, at, op);
      }
      cloned[op] = clone;
    }
  }

  /** Finds a new result's buffer: that of an input which dies here, where both may share one. */
  private void open(int instance, int at, int op) {
    int value = instance % tape.values();
    int[] over = inPlace ? tape.over()[op] : NONE;
    for (int k = 0; k < over.length; k += 2) {
      int input = over[k] == value ? buffer[instance(over[k + 1])] : -1;
      if (input >= 0 && bufferEnd[input] == at && takenAt[input] != at) {
        buffer[instance] = input;
        bufferEnd[input] = Math.max(at, lastUse[instance]);
        takenAt[input] = at;
        return;
      }
    }
    buffer[instance] = instance;
    bufferEnd[instance] = lastUse[instance];
  }

  private void measure() {
    Arrays.fill(loads, 0, length + 1, 0);
    for (int at = 0; at < length; at++) {
      int op = sequence[at];
      for (int r : tape.results()[op]) {
        int instance = firstAt[op] != at ? r + tape.values() : r;
        if (buffer[instance] == instance) {
          loads[at] += tape.bytes()[r];
          loads[bufferEnd[instance] + 1] -= tape.bytes()[r];
        }
      }
    }
    long live = 0;
    peak = 0;
    peakAt = 0;
    for (int at = 0; at < length; at++) {
      live += loads[at];
      loads[at] = live + tape.workspace()[sequence[at]];
      if (loads[at] > peak) {
        peak = loads[at];
        peakAt = at;
      }
    }
  }

  /** The largest load of the sequence. */
  long peak() {
    return peak;
  }

  /** Where in the sequence the peak is. */
  int peakAt() {
    return peakAt;
  }

  long extraFlops() {
    return extraFlops;
  }

  /** How many ops run twice. */
  int clones() {
    return clones;
  }

  /** Whether an op runs twice. */
  boolean isCloned(int op) {
    return cloned[op];
  }

  int length() {
    return length;
  }

  int[] sequence() {
    return Arrays.copyOf(sequence, length);
  }

  /** The op of the given step that runs at a moment of the sequence, or is the next to. */
  int originalAt(int at) {
    int k = at;
    while (firstAt[sequence[k]] != k) {
      k++;
    }
    return sequence[k];
  }
}
