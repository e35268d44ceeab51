package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** The memory a kernel is bound to: the op's inputs, its results, and its workspace. */
public record Slices(List<Slice> inputs, List<Slice> results, MemorySegment workspace) {
  public Slices {
    inputs = List.copyOf(inputs);
    results = List.copyOf(results);
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
