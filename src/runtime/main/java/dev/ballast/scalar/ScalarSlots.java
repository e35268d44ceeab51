package dev.ballast.scalar;

import java.util.Arrays;

/**
 * Slots while they are given out: inputs first, then constants, which keep theirs, then whatever
 * was freed last.
 */
final class ScalarSlots {
  private final int inputs;
  private final int[] lastUse;
  private final int[] slot;
  private int[] free = new int[1024];
  private int freeCount;
  private int count;

  ScalarSlots(int inputs, int constants, int[] lastUse) {
    this.inputs = inputs;
    this.lastUse = lastUse;
    this.slot = new int[lastUse.length];
    this.count = inputs + constants;
    for (int i = 0; i < inputs; i++) {
      slot[i] = i;
    }
  }

  /** Where an operand lies; 0 for one that is not there. */
  int of(int operand) {
    if (operand == ScalarGraph.NONE) {
      return 0;
    }
    return operand < 0 ? inputs + ~operand : slot[operand];
  }

  /** Gives an operand's slot back, once, if instruction {@code at} is the last to read it. */
  void free(int operand, int at) {
    if (operand >= 0 && lastUse[operand] == at) {
      lastUse[operand] = -1;
      if (freeCount == free.length) {
        free = Arrays.copyOf(free, 2 * freeCount);
      }
      free[freeCount++] = slot[operand];
    }
  }

  int take(int value) {
    slot[value] = freeCount > 0 ? free[--freeCount] : count++;
    return slot[value];
  }

  int count() {
    return count;
  }
}
