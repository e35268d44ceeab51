package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

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
      Shape space,
      Slice from,
      long fromStart,
      long[] fromStrides,
      Slice to,
      long toStart,
      long[] toStrides) {
    Odometer o = new Odometer(space, fromStrides, toStrides);
    int bytes = from.dtype().bytes();
    if (o.innerStride(0) == 1 && o.innerStride(1) == 1) {
      return lines(o, from.memory(), fromStart, to.memory(), toStart, bytes);
    }
    for (int group = 0; group < o.rank() - 1; group++) {
      if (o.stride(0, group) == 1) {
        return Transposer.warmed(new Transposition(o, group, from, fromStart, to, toStart));
      }
    }
    return scattered(o, from.memory(), fromStart, to.memory(), toStart, bytes);
  }

  private static Kernel lines(
      Odometer o, MemorySegment from, long fromStart, MemorySegment to, long toStart, int bytes) {
    long length = (long) o.innerLength() * bytes;
    return () -> {
      o.reset();
      do {
        long f = fromStart + o.offset(0);
        long t = toStart + o.offset(1);
        MemorySegment.copy(from, f * bytes, to, t * bytes, length);
      } while (o.next());
    };
  }

  private static Kernel scattered(
      Odometer o, MemorySegment from, long fromStart, MemorySegment to, long toStart, int bytes) {
    return () -> {
      o.reset();
      do {
        long f = fromStart + o.offset(0);
        long t = toStart + o.offset(1);
        if (bytes == Integer.BYTES) {
          copyInts(from, f, o.innerStride(0), to, t, o.innerStride(1), o.innerLength());
        } else {
          copyLongs(from, f, o.innerStride(0), to, t, o.innerStride(1), o.innerLength());
        }
      } while (o.next());
    };
  }

  private static void copyInts(
      MemorySegment from, long f, long fromStep, MemorySegment to, long t, long toStep, int n) {
    for (int i = 0; i < n; i++) {
      int v = from.getAtIndex(JAVA_INT_UNALIGNED, f + i * fromStep);
      to.setAtIndex(JAVA_INT_UNALIGNED, t + i * toStep, v);
    }
  }

  private static void copyLongs(
      MemorySegment from, long f, long fromStep, MemorySegment to, long t, long toStep, int n) {
    for (int i = 0; i < n; i++) {
      long v = from.getAtIndex(JAVA_LONG_UNALIGNED, f + i * fromStep);
      to.setAtIndex(JAVA_LONG_UNALIGNED, t + i * toStep, v);
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

  /**
   * The input between zeros: its bytes from {@code start} on, which are not copied where it lies
   * there already.
   */
  public static Kernel padded(Slice from, Slice to, long start) {
    long end = start + from.memory().byteSize();
    MemorySegment before = to.memory().asSlice(0, start);
    MemorySegment part = to.memory().asSlice(start, end - start);
    MemorySegment behind = to.memory().asSlice(end);
    boolean isThere = part.address() == from.memory().address();
    return () -> {
      before.fill((byte) 0);
      behind.fill((byte) 0);
      if (!isThere) {
        part.copyFrom(from.memory());
      }
    };
  }

  /** Copies all bytes of a tensor of the same type; nothing if both lie in the same place. */
  public static Kernel copy(Slice from, Slice to) {
    return () -> MemorySegment.copy(from.memory(), 0, to.memory(), 0, from.memory().byteSize());
  }
}
