package dev.ballast.kernel;

import dev.ballast.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Moves elements without changing them, whatever their type. */
public final class Movement {
  private Movement() {}

  /**
   * Copies every element of a space between two strided places.
   *
   * @param fromStart first element read, {@code toStart} first element written
   */
  public static Kernel strided(
      Shape space, Slice from, long fromStart, long[] fromStrides, Slice to, long toStart, long[] toStrides) {
    Odometer o = new Odometer(space, fromStrides, toStrides);
    int bytes = from.dtype().bytes();
    boolean contiguous = o.innerStride(0) == 1 && o.innerStride(1) == 1;
    return () -> {
      o.reset();
      do {
        long f = fromStart + o.offset(0);
        long t = toStart + o.offset(1);
        if (contiguous) {
          MemorySegment.copy(
              from.memory(), f * bytes, to.memory(), t * bytes, (long) o.innerLength() * bytes);
        } else {
          copyLine(o, from, f, to, t);
        }
      } while (o.next());
    };
  }

  private static void copyLine(Odometer o, Slice from, long f, Slice to, long t) {
    boolean floating = from.dtype().isFloating();
    for (int i = 0; i < o.innerLength(); i++) {
      long fi = f + i * o.innerStride(0);
      long ti = t + i * o.innerStride(1);
      if (floating) {
        to.set(ti, from.get(fi));
      } else {
        to.setLong(ti, from.getLong(fi));
      }
    }
  }

  /** Runs kernels one after the other. */
  public static Kernel sequence(List<Kernel> kernels) {
    Kernel[] all = kernels.toArray(Kernel[]::new);
    return () -> {
      for (Kernel k : all) {
        k.run();
      }
    };
  }

  /** Copies all bytes of a tensor of the same type; nothing if both lie in the same place. */
  public static Kernel copy(Slice from, Slice to) {
    return () ->
        MemorySegment.copy(from.memory(), 0, to.memory(), 0, from.memory().byteSize());
  }
}
