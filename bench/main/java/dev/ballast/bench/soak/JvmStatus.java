package dev.ballast.bench.soak;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;

/**
 * What the JVM says of its own memory.
 *
 * @param heapAfterCollection bytes that outlived the last collection of each pool of the heap
 * @param classes bytes of metaspace
 * @param code bytes of compiled code
 * @param collections since it started
 */
record JvmStatus(long heapAfterCollection, long classes, long code, long collections) {
  static JvmStatus now() {
    long heap = 0;
    long classes = 0;
    long code = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP) {
        MemoryUsage after = pool.getCollectionUsage();
        heap += after == null ? 0 : after.getUsed();
      } else if (pool.getName().contains("Code")) {
        code += pool.getUsage().getUsed();
      } else if (pool.getName().equals("Metaspace")) {
        classes += pool.getUsage().getUsed();
      }
    }
    long collections =
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(b -> Math.max(0, b.getCollectionCount()))
            .sum();
    return new JvmStatus(heap, classes, code, collections);
  }
}
