package dev.ballast.serve;

import dev.ballast.memory.AccountedArena;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.plan.PlanOptions;
import dev.ballast.runtime.Session;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;

/**
 * Sessions in one segment, which is freed with the last of them. To close a shared arena stops all
 * threads of the process for an instant: so there is one for all.
 */
final class SessionGroup {
  private final AccountedArena arena;
  private final Runnable whenFreed;
  private final AtomicInteger open = new AtomicInteger(1);
  private final List<Session> sessions = new ArrayList<>();

  private SessionGroup(AccountedArena arena, Runnable whenFreed) {
    this.arena = arena;
    this.whenFreed = whenFreed;
  }

  /**
   * @param bytes of each session
   * @param what they are, as an error shall name them
   * @param opener opens a session on memory; it runs the {@link Runnable} when it is closed
   * @param whenFreed is run once all are closed, or none could be opened
   */
  static SessionGroup open(
      int count,
      long bytes,
      String what,
      BiFunction<MemorySegment, Runnable, Session> opener,
      Runnable whenFreed) {
    SessionGroup group = new SessionGroup(OffHeap.arena(Kind.ARENAS, what), whenFreed);
    boolean opened = false;
    try {
      MemorySegment all =
          group.arena.allocate(Math.multiplyExact(bytes, (long) count), PlanOptions.ALIGNMENT);
      for (int i = 0; i < count; i++) {
        group.open.incrementAndGet();
        group.sessions.add(opener.apply(all.asSlice(i * bytes, bytes), group::leave));
      }
      opened = true;
      return group;
    } finally {
      if (!opened) {
        group.open.set(1);
        group.leave();
      }
    }
  }

  List<Session> sessions() {
    return sessions;
  }

  /** Those who opened it are done; the segment goes with the last session. */
  void leave() {
    if (open.decrementAndGet() == 0) {
      arena.close();
      whenFreed.run();
    }
  }
}
