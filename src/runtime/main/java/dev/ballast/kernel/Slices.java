package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What a kernel is bound to: the memory of the op's inputs, its results and its workspace, and the
 * threads it may use.
 */
public record Slices(
    List<Slice> inputs, List<Slice> results, MemorySegment workspace, Workers workers) {
  public Slices {
    inputs = List.copyOf(inputs);
    results = List.copyOf(results);
  }

  /** For a kernel that runs on the caller's thread alone. */
  public Slices(List<Slice> inputs, List<Slice> results, MemorySegment workspace) {
    this(inputs, results, workspace, Workers.none());
  }

  public Slice in(int i) {
    return inputs.get(i);
  }

  /** The only result, or the first. */
  public Slice out() {
    return results.getFirst();
  }

  public Slice out(int i) {
    return results.get(i);
  }
}
