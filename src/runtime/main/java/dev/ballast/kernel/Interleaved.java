package dev.ballast.kernel;

import dev.ballast.tensor.Shape;
import java.lang.foreign.MemorySegment;

/** Images as [B, …] copied to [… , B] and back, in memory of the workspace. */
final class Interleaved {
  private Interleaved() {}

  /** Bytes that images of this type take. */
  static long bytes(long elements) {
    return (elements * Float.BYTES + 63) & -64L;
  }

  /** The part of a workspace that holds images, interleaved; further ones follow it. */
  static Slice slice(Slice images, MemorySegment workspace, long offset) {
    Shape s = images.type().shape();
    int batch = s.dim(0);
    Shape turned = s.slice(1, s.rank()).append(Shape.of(batch));
    return new Slice(
        images.type().withShape(turned),
        workspace.asSlice(offset, images.elements() * Float.BYTES));
  }

  static Kernel there(Slice images, Slice interleaved) {
    return turned(images, images.type().shape().dim(0), interleaved);
  }

  static Kernel back(Slice interleaved, Slice images) {
    long places = images.elements() / images.type().shape().dim(0);
    return turned(interleaved, Math.toIntExact(places), images);
  }

  /** Transposes a matrix of {@code rows}. */
  private static Kernel turned(Slice from, int rows, Slice to) {
    int columns = Math.toIntExact(from.elements() / rows);
    return Movement.strided(
        Shape.of(columns, rows), from, 0, new long[] {1, columns}, to, 0, new long[] {rows, 1});
  }
}
