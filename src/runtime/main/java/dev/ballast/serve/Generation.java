package dev.ballast.serve;

import dev.ballast.runtime.Session;
import java.util.ArrayList;
import java.util.List;

/** The sessions of a pool on one model, from one swap to the next. */
record Generation(ServingModel model, Lot<PooledSession> sessions) {
  /** Opens all sessions, and so prepares the weights. */
  static Generation open(
      ServingModel model,
      Lender<PooledSession> lender,
      RunCounters counters,
      int batch,
      int count) {
    SessionGroup group = model.group(batch, count);
    List<PooledSession> slots = new ArrayList<>();
    for (Session s : group.sessions()) {
      slots.add(new PooledSession(s, model, counters));
    }
    group.leave();
    return new Generation(model, new Lot<>(lender, slots));
  }

  /** Closes what was never published. */
  void retire() {
    sessions.retire();
  }

  /** Takes back what threads have that ended. */
  void reclaim() {
    sessions.reclaim();
  }

  /** The names of the threads that have a session, for messages. */
  String holders() {
    return sessions.holders();
  }
}
