package dev.ballast.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The loops of {@link MaxPoolLoop}, warmed on memory of their own when they are first asked for.
 */
enum WarmPool {
  /** The largest under a window of 2 × 2. */
  FOUR,
  /** The largest under any other. */
  ANY,
  /** The gradient of windows that don't overlap. */
  SCATTER,
  /** The gradient of windows that do. */
  GATHER;

  private static final int VECTORS = 64;

  /** About as many vector operations as one of these loops has for each result. */
  private static final int OPERATIONS = 12;

  private static final Map<WarmPool, Warm<MaxPoolLoop>> MADE = new ConcurrentHashMap<>();

  static Warm<MaxPoolLoop> of(WarmPool loop) {
    return MADE.computeIfAbsent(loop, WarmPool::warm);
  }

  private static Warm<MaxPoolLoop> warm(WarmPool loop) {
    int n = VECTORS * Lanes.COUNT;
    Arena arena = Arena.ofAuto();
    MemorySegment x = arena.allocate(4L * 2 * n, 64);
    MemorySegment y = arena.allocate(4L * 2 * n, 64);
    MemorySegment places = arena.allocate(2L * n, 64);
    MaxPoolLoop pool = new MaxPoolLoop(x, y, places, 2, n / Byte.SIZE);
    int[] offsets = {0, Lanes.COUNT, 2 * Lanes.COUNT, 3 * Lanes.COUNT};
    var patch = new GatherTile.Patch(offsets, new int[] {0, 1, 2, 3});
    return Warm.of(
        () -> pool,
        p -> {
          switch (loop) {
            case FOUR -> p.ofFour(offsets, 0, 0, n);
            case ANY -> p.ofAny(patch, 0, 0, n);
            case SCATTER -> p.scatter(patch, 0, 0, n);
            case GATHER -> p.gather(patch, 0, 0, n);
          }
        },
        VECTORS * OPERATIONS);
  }
}
