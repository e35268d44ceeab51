package dev.ballast.runtime;

import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Region;
import dev.ballast.tensor.PlanException;
import java.lang.foreign.MemorySegment;

/**
 * Memory for a session, owned by whoever opens it: so many sessions may read the same weights, and
 * lie in one segment.
 *
 * @param weights parameters in the plan's order, each at the next multiple of 64 bytes; only read
 * @param prepared of {@link #preparedBytes}: what the plan computes of the weights once. Sessions
 *     of the same plan on the same weights may share it
 * @param isPrepared whether it holds that already; else it is computed when the session is opened
 * @param own of {@link #ownBytes}: states, inputs, outputs and scratch, for one session alone. Its
 *     states and inputs are as they were
 */
public record SessionMemory(
    MemorySegment weights, MemorySegment prepared, boolean isPrepared, MemorySegment own) {

  public static long preparedBytes(Plan plan) {
    return plan.bytes(Region.PREPARED);
  }

  /** A multiple of {@link PlanOptions#ALIGNMENT}, at least that. */
  public static long ownBytes(Plan plan) {
    long bytes = plan.bytes(Region.STATE) + plan.bytes(Region.IO) + plan.bytes(Region.SCRATCH);
    long grain = PlanOptions.ALIGNMENT;
    return Math.max(1, (bytes + grain - 1) / grain) * grain;
  }

  /**
   * @throws PlanException where it is not what the plan needs
   */
  void demandFit(Plan plan) {
    demand("weights", weights, plan.bytes(Region.WEIGHTS), false);
    demand("prepared weights", prepared, preparedBytes(plan), !isPrepared);
    demand("memory of its own", own, ownBytes(plan), true);
  }

  private static void demand(String what, MemorySegment s, long bytes, boolean writable) {
    if (s.byteSize() != bytes) {
      throw new PlanException(
          "the session was given %d bytes of %s, the plan needs %d"
              .formatted(s.byteSize(), what, bytes));
    }
    if (!s.isNative() && bytes > 0) {
      throw new PlanException("the session's " + what + " must lie off the heap");
    }
    if (bytes > 0 && s.address() % PlanOptions.ALIGNMENT != 0) {
      throw new PlanException(
          "the session's %s must begin at a multiple of %d bytes, not at %d"
              .formatted(what, PlanOptions.ALIGNMENT, s.address()));
    }
    if (writable && s.isReadOnly()) {
      throw new PlanException("the session's " + what + " must not be read-only");
    }
  }
}
