package dev.ballast.plan;

import dev.ballast.ir.Graph;
import java.util.Arrays;

/**
 * What an order of steps is judged by: sizes and dependencies, no more. A buffer is live from the
 * first step that touches it to the last. Where a step may write result {@code r} over input {@code
 * x}, which it is the last to touch, both count once at that step.
 *
 * <p>Read backward in time it is a problem of the same kind, which the exact search makes use of.
 *
 * @param before for each step the steps that must come earlier; in the given order they do
 * @param after for each step the steps that must come later
 * @param sizes bytes of each buffer
 * @param touches for each step the buffers it reads or writes, each once
 * @param touchers for each buffer the steps that touch it
 * @param handovers for each step and each of its results (r, x, x′, …): r may take the place of the
 *     first of the x that ends there and is not yet taken
 * @param workspaces bytes that live for one step
 */
record OrderProblem(
    int[][] before,
    int[][] after,
    long[] sizes,
    int[][] touches,
    int[][] touchers,
    int[][][] handovers,
    long[] workspaces) {

  /** Steps are the nodes that are no views, in the graph's order. */
  static OrderProblem of(Graph graph, Joins joins, boolean inPlace) {
    return new OrderReader(graph, inPlace).problem(joins);
  }

  int steps() {
    return before.length;
  }

  /** The given order. */
  int[] identity() {
    int[] order = new int[steps()];
    Arrays.setAll(order, i -> i);
    return order;
  }

  /** The load at each step of an order. */
  long[] loads(int[] order) {
    OrderTape tape = new OrderTape(this, false);
    return Arrays.stream(order).mapToLong(tape::run).toArray();
  }

  long peak(int[] order) {
    return Arrays.stream(loads(order)).max().orElse(0);
  }

  /** Whether every step stands once, behind all that must come earlier. */
  boolean allows(int[] order) {
    int[] at = new int[steps()];
    Arrays.fill(at, -1);
    for (int i = 0; i < order.length; i++) {
      at[order[i]] = i;
    }
    for (int s = 0; s < steps(); s++) {
      for (int p : before[s]) {
        if (at[p] < 0 || at[p] >= at[s]) {
          return false;
        }
      }
    }
    return order.length == steps() && Arrays.stream(at).allMatch(i -> i >= 0);
  }

  /** For each step those that list it. */
  static int[][] inverse(int[][] lists, int count) {
    int[] sizes = new int[count];
    for (int[] list : lists) {
      for (int k : list) {
        sizes[k]++;
      }
    }
    int[][] inverse = new int[count][];
    Arrays.setAll(inverse, k -> new int[sizes[k]]);
    Arrays.fill(sizes, 0);
    for (int i = 0; i < lists.length; i++) {
      for (int k : lists[i]) {
        inverse[k][sizes[k]++] = i;
      }
    }
    return inverse;
  }
}
