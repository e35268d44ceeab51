package dev.ballast.scalar;

import dev.ballast.kernel.ScalarCode;
import dev.ballast.kernel.ScalarOp;
import java.util.Arrays;

/**
 * Plans a scalar graph: what runs, in which order, and in which slot each value lies.
 *
 * <ol>
 *   <li>Nodes that no result needs are left out.
 *   <li>A product whose only use is a sum becomes one instruction with it: most of a backward pass
 *       is that.
 *   <li>Instructions are sorted by depth and, within a depth, by operation. Their order is free
 *       there, and a processor foresees the jump of an operation that is the last one's.
 *   <li>Slots are given in that order; a dead value's is the next to be used. All slots are of one
 *       size, so their number is the largest number of values that live together: optimal.
 * </ol>
 *
 * <p>Each step takes time proportional to the nodes.
 */
final class ScalarPlanner {
  private static final int OPERATIONS = ScalarOp.values().length;
  private static final byte MUL_ADD = (byte) ScalarOp.MUL_ADD.ordinal();
  private static final byte MUL = (byte) ScalarOp.MUL.ordinal();
  private static final byte SELECT = (byte) ScalarOp.SELECT.ordinal();
  private static final byte ADD = (byte) ScalarOp.ADD.ordinal();

  private final ScalarGraph g;
  private final int firstNode;
  private final int[] uses;
  private final byte[] op;
  private final int[] a;
  private final int[] b;
  private final int[] c;

  private ScalarPlanner(ScalarGraph g) {
    this.g = g;
    this.firstNode = g.inputs;
    this.uses = uses(g);
    this.op = Arrays.copyOf(g.op, g.nodes);
    this.a = Arrays.copyOf(g.a, g.nodes);
    this.b = Arrays.copyOf(g.b, g.nodes);
    this.c = Arrays.copyOf(g.c, g.nodes);
  }

  static ScalarCode plan(ScalarGraph g) {
    ScalarPlanner p = new ScalarPlanner(g);
    p.joinProductsToSums();
    return p.code(p.sorted());
  }

  /** How often each value is read, results counted; 0 where nothing needs it. */
  private static int[] uses(ScalarGraph g) {
    int[] uses = new int[g.inputs + g.nodes];
    for (int out : g.outputs) {
      count(uses, out);
    }
    for (int i = g.nodes - 1; i >= 0; i--) {
      if (uses[g.inputs + i] > 0) {
        count(uses, g.a[i]);
        count(uses, g.b[i]);
        count(uses, g.c[i]);
      }
    }
    return uses;
  }

  private static void count(int[] uses, int operand) {
    if (operand >= 0) {
      uses[operand]++;
    }
  }

  private void joinProductsToSums() {
    for (int i = 0; i < g.nodes; i++) {
      if (op[i] == ADD && uses[firstNode + i] > 0) {
        if (isOnlyHere(a[i]) && isProductOnlyHere(b[i])) {
          join(i, b[i], a[i]);
        } else if (isOnlyHere(b[i]) && isProductOnlyHere(a[i])) {
          join(i, a[i], b[i]);
        }
      }
    }
  }

  /** Whether a node is read nowhere else, so that its slot may be taken. */
  private boolean isOnlyHere(int operand) {
    return operand >= firstNode && uses[operand] == 1;
  }

  private boolean isProductOnlyHere(int operand) {
    return isOnlyHere(operand) && op[operand - firstNode] == MUL;
  }

  private void join(int sum, int product, int other) {
    op[sum] = MUL_ADD;
    a[sum] = a[product - firstNode];
    b[sum] = b[product - firstNode];
    c[sum] = other;
    uses[product] = 0;
  }

  /** The needed nodes by depth, then operation, then number: two stable counting sorts. */
  private int[] sorted() {
    int[] depth = new int[firstNode + g.nodes];
    int deepest = 0;
    int count = 0;
    for (int i = 0; i < g.nodes; i++) {
      if (uses[firstNode + i] > 0) {
        int d = 1 + Math.max(depth(depth, a[i]), Math.max(depth(depth, b[i]), depth(depth, c[i])));
        depth[firstNode + i] = d;
        deepest = Math.max(deepest, d);
        count++;
      }
    }
    int[] needed = new int[count];
    int n = 0;
    for (int i = 0; i < g.nodes; i++) {
      if (uses[firstNode + i] > 0) {
        needed[n++] = i;
      }
    }
    int[] byOperation = sort(needed, OPERATIONS, i -> op[i]);
    return sort(byOperation, deepest + 1, i -> depth[firstNode + i]);
  }

  private static int depth(int[] depth, int operand) {
    return operand < 0 ? 0 : depth[operand];
  }

  private static int[] sort(int[] items, int keys, java.util.function.IntUnaryOperator key) {
    int[] next = new int[keys + 1];
    for (int i : items) {
      next[key.applyAsInt(i) + 1]++;
    }
    for (int k = 0; k < keys; k++) {
      next[k + 1] += next[k];
    }
    int[] sorted = new int[items.length];
    for (int i : items) {
      sorted[next[key.applyAsInt(i)]++] = i;
    }
    return sorted;
  }

  private ScalarCode code(int[] order) {
    ScalarSlots slots = new ScalarSlots(firstNode, g.constants.length, lastUses(order));
    byte[] ops = new byte[order.length];
    int[] to = new int[order.length];
    int[] sa = new int[order.length];
    int[] sb = new int[order.length];
    int[] thirds = new int[(int) Arrays.stream(order).filter(i -> op[i] == SELECT).count()];
    int third = 0;
    for (int at = 0; at < order.length; at++) {
      int i = order[at];
      ops[at] = op[i];
      sa[at] = slots.of(a[i]);
      sb[at] = slots.of(b[i]);
      if (op[i] == SELECT) {
        thirds[third++] = slots.of(c[i]);
      }
      slots.free(a[i], at);
      slots.free(b[i], at);
      // Last, so that it is the next to be taken: a sum's slot is where the product is added.
      slots.free(c[i], at);
      to[at] = slots.take(firstNode + i);
    }
    int[] outputs = Arrays.stream(g.outputs).map(slots::of).toArray();
    return new ScalarCode(g.inputs, slots.count(), g.constants, ops, to, sa, sb, thirds, outputs);
  }

  /** By value, the last instruction that reads it; results are read at the end. */
  private int[] lastUses(int[] order) {
    int[] last = new int[firstNode + g.nodes];
    Arrays.fill(last, -1);
    for (int at = 0; at < order.length; at++) {
      int i = order[at];
      mark(last, a[i], at);
      mark(last, b[i], at);
      mark(last, c[i], at);
    }
    for (int out : g.outputs) {
      mark(last, out, order.length);
    }
    return last;
  }

  private static void mark(int[] last, int operand, int at) {
    if (operand >= 0) {
      last[operand] = at;
    }
  }
}
