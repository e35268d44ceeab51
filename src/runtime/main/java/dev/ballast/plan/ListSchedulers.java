package dev.ballast.plan;

import java.util.Arrays;
import java.util.List;

/** Orders made in one go, each by a rule of thumb; the best of them is where the search starts. */
final class ListSchedulers {
  /** Of very many ready steps only so many are looked at. */
  private static final int MAX_LOOKED_AT = 128;

  private final OrderProblem problem;

  private ListSchedulers(OrderProblem problem) {
    this.problem = problem;
  }

  static List<int[]> all(OrderProblem problem) {
    ListSchedulers s = new ListSchedulers(problem);
    return List.of(s.leastAfter(), s.depthFirst(), s.reversePostOrder());
  }

  /**
   * Of the ready steps that do not raise the peak the one that leaves the least live; where all
   * raise it, the one that raises it least.
   */
  int[] leastAfter() {
    OrderTape tape = new OrderTape(problem, false);
    long peak = 0;
    while (tape.doneCount() < problem.steps()) {
      int best = -1;
      long bestLoad = 0;
      long bestAfter = 0;
      int left = MAX_LOOKED_AT;
      for (int s = tape.nextReady(0); s >= 0 && left > 0; s = tape.nextReady(s + 1)) {
        long load = Math.max(peak, tape.peek(s));
        long after = tape.after();
        if (best < 0 || load < bestLoad || load == bestLoad && after < bestAfter) {
          best = s;
          bestLoad = load;
          bestAfter = after;
        }
        left--;
      }
      peak = Math.max(peak, tape.run(best));
    }
    return tape.order();
  }

  /** From each end back to the sources, the largest of what a step waits for first. */
  int[] depthFirst() {
    int n = problem.steps();
    int[][] waits = new int[n][];
    for (int s = 0; s < n; s++) {
      waits[s] =
          Arrays.stream(problem.before()[s])
              .boxed()
              .sorted((a, b) -> Long.compare(touched(b), touched(a)))
              .mapToInt(i -> i)
              .toArray();
    }
    return postOrder(waits, problem.after());
  }

  private long touched(int step) {
    return Arrays.stream(problem.touches()[step]).mapToLong(b -> problem.sizes()[b]).sum();
  }

  /** Depth first from the sources; a step comes before all that it leads to. */
  int[] reversePostOrder() {
    int[] post = postOrder(problem.after(), problem.before());
    int[] order = new int[post.length];
    for (int i = 0; i < post.length; i++) {
      order[i] = post[post.length - 1 - i];
    }
    return order;
  }

  /**
   * Steps in the order in which a walk over {@code next} leaves them; it starts where none lead.
   */
  private static int[] postOrder(int[][] next, int[][] previous) {
    int n = next.length;
    int[] order = new int[n];
    int[] at = new int[n];
    int[] stack = new int[n];
    boolean[] seen = new boolean[n];
    int count = 0;
    for (int root = 0; root < n; root++) {
      int depth = 0;
      if (previous[root].length == 0) {
        stack[depth++] = root;
        seen[root] = true;
      }
      while (depth > 0) {
        int s = stack[depth - 1];
        if (at[s] == next[s].length) {
          order[count++] = s;
          depth--;
        } else {
          int t = next[s][at[s]++];
          if (!seen[t]) {
            seen[t] = true;
            stack[depth++] = t;
          }
        }
      }
    }
    return order;
  }
}
