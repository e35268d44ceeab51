package dev.ballast.runtime;

import java.lang.management.ManagementFactory;

/** Bytes that a thread has allocated on the heap so far. Reading it allocates nothing. */
public final class HeapAllocation {
  private static final com.sun.management.ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(com.sun.management.ThreadMXBean.class);

  private HeapAllocation() {}

  /** Bytes allocated by the current thread since it started. */
  public static long ofCurrentThread() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }
}
