package dev.ballast.plan;

import dev.ballast.ir.Phase;
import dev.ballast.ir.Value;
import java.util.List;

/**
 * A run of bytes with one lifetime. Several values share it where one is a view of another or was
 * written over it; a workspace has no value.
 *
 * @param name what it holds, for people
 * @param phase the phase of its first value
 * @param offset bytes from the start of its region
 * @param bytes what its values need; the place is rounded up to the alignment
 * @param from first step at which it is live
 * @param to first step at which it no longer is
 * @param values those who share it, the first to be written first
 */
public record Buffer(
    int id,
    Region region,
    String name,
    Phase phase,
    long offset,
    long bytes,
    int from,
    int to,
    List<Value> values) {
  public Buffer {
    values = List.copyOf(values);
  }

  /** The bytes it takes in the arena. */
  public long alignedBytes() {
    return PlanOptions.align(bytes);
  }

  public boolean isLiveAt(int step) {
    return from <= step && step < to;
  }

  Buffer at(long newOffset) {
    return new Buffer(id, region, name, phase, newOffset, bytes, from, to, values);
  }
}
