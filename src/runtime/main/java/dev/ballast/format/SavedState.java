package dev.ballast.format;

import dev.ballast.tensor.TensorType;
import java.lang.foreign.MemorySegment;

/**
 * A state of a training step: a momentum, a counter.
 *
 * @param elements in row-major order, as many bytes as the type takes
 */
public record SavedState(String name, TensorType type, MemorySegment elements) {
  public SavedState {
    if (elements.byteSize() != type.bytes()) {
      throw new IllegalArgumentException(
          "state '%s' of %s takes %d bytes, not %d"
              .formatted(name, type, type.bytes(), elements.byteSize()));
    }
  }
}
