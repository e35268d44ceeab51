package dev.ballast.openblas;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;

/**
 * Bounds the number of threads inside OpenBLAS at once. OpenBLAS gives each caller one of a fixed
 * number of work buffers, and when they run out it ends the process: the build with {@code
 * MAX_THREADS=64} has 128, warns at the 129th caller, and was seen to crash with 512, 600, 700 and
 * 1000 threads in a product at once. A caller also keeps the process's memory: a buffer is never
 * given back, so this bound is also the bound of OpenBLAS's own memory.
 *
 * <p>Not a {@link java.util.concurrent.Semaphore}: that one allocates on the heap whenever a thread
 * has to wait, and all cores would meet on its one counter. Here each thread starts at a counter on
 * a cache line of its own and goes on to the next only when that one is full.
 *
 * <p>No thread sleeps while there is a place for it: whoever frees a place looks for waiting
 * threads afterwards, and whoever starts to wait looks for a free place afterwards ({@link
 * #seatWaiting}). One of the two sees the other.
 */
final class CallerGate {
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(int[].class);
  private static final int INTS_PER_LANE = 32; // 128 bytes: two cache lines are fetched as a pair
  private static final int MAX_LANES = 8;
  private static final int FULL = -1;

  private final int lanes;
  private final int callersPerLane;
  private final int[] inside;
  private final CallerQueue queue = new CallerQueue();

  private CallerGate(int lanes, int callersPerLane) {
    this.lanes = lanes;
    this.callersPerLane = callersPerLane;
    this.inside = new int[(lanes + 1) * INTS_PER_LANE];
  }

  /** A gate for at most {@code maxCallers} threads, and for all of them if that is a power of 2. */
  static CallerGate of(int maxCallers) {
    if (maxCallers < 1) {
      throw new IllegalArgumentException("a gate for " + maxCallers + " callers lets nobody in");
    }
    int lanes = Math.min(MAX_LANES, Integer.highestOneBit(maxCallers));
    return new CallerGate(lanes, maxCallers / lanes);
  }

  int maxCallers() {
    return lanes * callersPerLane;
  }

  /** Waits for a place; the answer is to be given to {@link #leave}. */
  int enter() {
    int lane = tryEnter();
    return lane == FULL ? enterLater() : lane;
  }

  void leave(int lane) {
    COUNT.getAndAdd(inside, index(lane), -1);
    seatWaiting();
  }

  private int enterLater() {
    CallerQueue.Ticket ticket = queue.join();
    seatWaiting();
    return ticket.await();
  }

  /** Takes free places for waiting threads until one or the other runs out. */
  private void seatWaiting() {
    while (!queue.isEmpty()) {
      int lane = tryEnter();
      if (lane == FULL) {
        return;
      }
      if (!queue.callFirst(lane)) {
        // Another thread was quicker. The place goes back, and the queue is looked at once more
        // because somebody may have joined it while the place was taken.
        COUNT.getAndAdd(inside, index(lane), -1);
      }
    }
  }

  private int tryEnter() {
    int home = (int) Thread.currentThread().threadId();
    for (int i = 0; i < lanes; i++) {
      int lane = (home + i) & (lanes - 1);
      if (tryEnter(lane)) {
        return lane;
      }
    }
    return FULL;
  }

  // Compare and set, not add and take back: a count that is too high for a moment could turn away
  // the last thread that looks.
  private boolean tryEnter(int lane) {
    int index = index(lane);
    while (true) {
      int callers = (int) COUNT.getVolatile(inside, index);
      if (callers >= callersPerLane) {
        return false;
      }
      if (COUNT.compareAndSet(inside, index, callers, callers + 1)) {
        return true;
      }
    }
  }

  // The first line stays empty, because the array's length stands there and every access reads it.
  private static int index(int lane) {
    return (lane + 1) * INTS_PER_LANE;
  }

  /** A handle of the same type that holds a place for as long as {@code target} runs. */
  MethodHandle guard(MethodHandle target) {
    MethodHandle cleanup = LEAVE.bindTo(this);
    Class<?> result = target.type().returnType();
    if (result == void.class) {
      cleanup = MethodHandles.dropArguments(cleanup, 0, Throwable.class);
    } else {
      MethodHandle giveBack =
          MethodHandles.dropArguments(MethodHandles.identity(result), 1, int.class);
      MethodHandle leaveFirst = MethodHandles.dropArguments(cleanup, 0, result);
      cleanup =
          MethodHandles.dropArguments(
              MethodHandles.foldArguments(giveBack, leaveFirst), 0, Throwable.class);
    }
    MethodHandle body = MethodHandles.dropArguments(target, 0, int.class);
    return MethodHandles.foldArguments(MethodHandles.tryFinally(body, cleanup), ENTER.bindTo(this));
  }

  private static final MethodHandle ENTER = find("enter", MethodType.methodType(int.class));
  private static final MethodHandle LEAVE =
      find("leave", MethodType.methodType(void.class, int.class));

  private static MethodHandle find(String name, MethodType type) {
    try {
      return MethodHandles.lookup().findVirtual(CallerGate.class, name, type);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
