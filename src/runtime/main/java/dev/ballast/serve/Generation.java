package dev.ballast.serve;

import dev.ballast.runtime.Session;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The sessions of a pool on one model, from one swap to the next. */
final class Generation {
  private final ServingModel model;
  private final SessionPool pool;
  private final PooledSession[] slots;
  private volatile boolean isRetired;

  /** Opens all sessions, and so prepares the weights. */
  Generation(ServingModel model, SessionPool pool, int batch, int count) {
    this.model = model;
    this.pool = pool;
    SessionGroup group = model.group(batch, count);
    List<Session> sessions = group.sessions();
    this.slots = new PooledSession[count];
    for (int i = 0; i < count; i++) {
      slots[i] = new PooledSession(sessions.get(i), model, this);
    }
    group.leave();
  }

  ServingModel model() {
    return model;
  }

  /**
   * A free session, or null.
   *
   * @param start where to look first, so that a thread meets memory that its core still knows
   */
  PooledSession take(int start) {
    int count = slots.length;
    int first = Math.floorMod(start, count);
    for (int i = 0; i < count; i++) {
      int at = first + i;
      PooledSession s = slots[at < count ? at : at - count];
      if (s.take()) {
        return s;
      }
    }
    return null;
  }

  /** A session was given back. */
  void returned(PooledSession s) {
    if (isRetired) {
      s.retire();
    }
    pool.wakeOne();
  }

  /** Nobody borrows from it any more; each session is closed as soon as it is free. */
  void retire() {
    isRetired = true;
    for (PooledSession s : slots) {
      s.retire();
    }
  }

  /** The names of the threads that have a session, for messages. */
  String holders() {
    return Arrays.stream(slots)
        .map(PooledSession::holder)
        .filter(n -> !n.isEmpty())
        .distinct()
        .collect(Collectors.joining(", "));
  }
}
