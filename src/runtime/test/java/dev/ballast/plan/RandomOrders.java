package dev.ballast.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Invented steps that make and read buffers, grown from a seed. */
final class RandomOrders {
  private final Random random;
  private final List<int[]> before = new ArrayList<>();
  private final List<Set<Integer>> touches = new ArrayList<>();
  private final List<int[][]> handovers = new ArrayList<>();
  private final List<Long> sizes = new ArrayList<>();
  private final List<Long> workspaces = new ArrayList<>();

  private RandomOrders(long seed) {
    random = new Random(seed);
  }

  /** Each step makes one buffer or none, and reads some of those made not long before. */
  static OrderProblem of(long seed, int steps) {
    RandomOrders r = new RandomOrders(seed);
    int[] maker = new int[steps];
    for (int s = 0; s < steps; s++) {
      Set<Integer> waits = new TreeSet<>();
      Set<Integer> reads = new TreeSet<>();
      int inputs = s == 0 ? 0 : r.random.nextInt(4);
      for (int i = 0; i < inputs && !r.sizes.isEmpty(); i++) {
        int reach = Math.min(r.sizes.size(), r.random.nextInt(3) > 0 ? 4 : 40);
        reads.add(r.sizes.size() - 1 - r.random.nextInt(reach));
      }
      reads.forEach(b -> waits.add(maker[b]));
      if (s > 0 && r.random.nextInt(8) == 0) {
        waits.add(r.random.nextInt(s));
      }
      boolean makes = r.random.nextInt(6) > 0;
      r.step(waits, reads, makes);
      if (makes) {
        maker[r.sizes.size() - 1] = s;
      }
    }
    return r.problem();
  }

  /** Chains that fork and join, within each other; each edge carries a buffer of its own. */
  static OrderProblem seriesParallel(long seed, int steps) {
    RandomOrders r = new RandomOrders(seed);
    List<int[]> edges = new ArrayList<>();
    edges.add(new int[] {0, 1});
    int nodes = 2;
    while (nodes < steps) {
      int[] e = edges.get(r.random.nextInt(edges.size()));
      if (r.random.nextBoolean()) {
        edges.add(new int[] {nodes, e[1]});
        e[1] = nodes++;
      } else {
        edges.add(new int[] {e[0], nodes});
        edges.add(new int[] {nodes, e[1]});
        nodes++;
      }
    }
    List<Set<Integer>> touched = new ArrayList<>();
    List<Set<Integer>> waits = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      touched.add(new TreeSet<>());
      waits.add(new TreeSet<>());
    }
    for (int[] e : edges) {
      touched.get(e[0]).add(r.sizes.size());
      touched.get(e[1]).add(r.sizes.size());
      waits.get(e[1]).add(e[0]);
      r.sizes.add(1L + r.random.nextInt(20));
    }
    int[] numbers = new int[nodes];
    for (int i = 0; i < nodes; i++) {
      int next = 0;
      while (touched.get(next) == null || !r.numbered(waits.get(next), numbers, i)) {
        next++;
      }
      int[] earlier = waits.get(next).stream().mapToInt(k -> numbers[k] - 1).sorted().toArray();
      r.before.add(earlier);
      r.touches.add(touched.set(next, null));
      r.handovers.add(new int[0][]);
      r.workspaces.add(0L);
      numbers[next] = i + 1;
    }
    return r.problem();
  }

  private boolean numbered(Set<Integer> all, int[] numbers, int count) {
    return all.stream().allMatch(k -> numbers[k] > 0 && numbers[k] <= count);
  }

  private void step(Set<Integer> waits, Set<Integer> reads, boolean makes) {
    Set<Integer> touched = new TreeSet<>(reads);
    List<Integer> row = new ArrayList<>();
    if (makes) {
      long bytes = 1 + random.nextInt(12);
      row.add(sizes.size());
      for (int b : reads) {
        if (random.nextBoolean() && row.size() == 1) {
          bytes = sizes.get(b);
        }
        if (sizes.get(b) == bytes) {
          row.add(b);
        }
      }
      touched.add(sizes.size());
      sizes.add(bytes);
    }
    before.add(waits.stream().mapToInt(k -> k).toArray());
    touches.add(touched);
    boolean takesOver = row.size() > 1 && random.nextInt(4) > 0;
    handovers.add(takesOver ? new int[][] {row.stream().mapToInt(k -> k).toArray()} : new int[0][]);
    workspaces.add(random.nextInt(8) == 0 ? (long) random.nextInt(10) : 0);
  }

  private OrderProblem problem() {
    int[][] waits = before.toArray(int[][]::new);
    int[][] touched =
        touches.stream().map(t -> t.stream().mapToInt(k -> k).toArray()).toArray(int[][]::new);
    return new OrderProblem(
        waits,
        OrderProblem.inverse(waits, waits.length),
        sizes.stream().mapToLong(k -> k).toArray(),
        touched,
        OrderProblem.inverse(touched, sizes.size()),
        handovers.toArray(int[][][]::new),
        workspaces.stream().mapToLong(k -> k).toArray());
  }
}
