package dev.ballast.kernel;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A tensor's place in memory: exactly its bytes, row-major, so that a kernel can't reach beyond it.
 * Element access allocates nothing.
 */
public record Slice(TensorType type, MemorySegment memory) {

  public Slice {
    if (memory.byteSize() != type.bytes()) {
      throw new ShapeException(
          "slice of " + type + " needs " + type.bytes() + " bytes, not " + memory.byteSize());
    }
  }

  /** A tensor of its own in the given arena, filled with zeros. */
  public static Slice allocate(TensorType type, Arena arena) {
    return new Slice(type, arena.allocate(type.bytes(), 64));
  }

  public long elements() {
    return type.elements();
  }

  public DType dtype() {
    return type.dtype();
  }

  /** Element {@code i} in row-major order, as a double. */
  public double get(long i) {
    return switch (type.dtype()) {
      case F32 -> memory.getAtIndex(JAVA_FLOAT_UNALIGNED, i);
      case F64 -> memory.getAtIndex(JAVA_DOUBLE_UNALIGNED, i);
      case I32 -> memory.getAtIndex(JAVA_INT_UNALIGNED, i);
      case I64 -> memory.getAtIndex(JAVA_LONG_UNALIGNED, i);
    };
  }

  /** Stores a value, rounded to the element type. */
  public void set(long i, double value) {
    switch (type.dtype()) {
      case F32 -> memory.setAtIndex(JAVA_FLOAT_UNALIGNED, i, (float) value);
      case F64 -> memory.setAtIndex(JAVA_DOUBLE_UNALIGNED, i, value);
      case I32 -> memory.setAtIndex(JAVA_INT_UNALIGNED, i, (int) value);
      case I64 -> memory.setAtIndex(JAVA_LONG_UNALIGNED, i, (long) value);
    }
  }

  /** Element {@code i} of an integer tensor, exactly. */
  public long getLong(long i) {
    return switch (type.dtype()) {
      case I32 -> memory.getAtIndex(JAVA_INT_UNALIGNED, i);
      case I64 -> memory.getAtIndex(JAVA_LONG_UNALIGNED, i);
      case F32, F64 -> (long) get(i);
    };
  }

  /** Stores an integer exactly. */
  public void setLong(long i, long value) {
    switch (type.dtype()) {
      case I32 -> memory.setAtIndex(JAVA_INT_UNALIGNED, i, (int) value);
      case I64 -> memory.setAtIndex(JAVA_LONG_UNALIGNED, i, value);
      case F32, F64 -> set(i, value);
    }
  }

  public void fill(double value) {
    for (long i = 0; i < elements(); i++) {
      set(i, value);
    }
  }

  /**
   * Copies all elements in.
   *
   * @throws ShapeException where the array's length or type is not the tensor's
   */
  public void copyFrom(float... source) {
    check(DType.F32, source.length);
    MemorySegment.copy(source, 0, memory, JAVA_FLOAT_UNALIGNED, 0, source.length);
  }

  /**
   * Copies all elements in.
   *
   * @throws ShapeException where the array's length or type is not the tensor's
   */
  public void copyFrom(double... source) {
    check(DType.F64, source.length);
    MemorySegment.copy(source, 0, memory, JAVA_DOUBLE_UNALIGNED, 0, source.length);
  }

  /**
   * Copies all elements in.
   *
   * @throws ShapeException where the array's length or type is not the tensor's
   */
  public void copyFrom(int... source) {
    check(DType.I32, source.length);
    MemorySegment.copy(source, 0, memory, JAVA_INT_UNALIGNED, 0, source.length);
  }

  /**
   * Copies all elements in.
   *
   * @throws ShapeException where the array's length or type is not the tensor's
   */
  public void copyFrom(long... source) {
    check(DType.I64, source.length);
    MemorySegment.copy(source, 0, memory, JAVA_LONG_UNALIGNED, 0, source.length);
  }

  /**
   * Copies another tensor of the same type.
   *
   * @throws ShapeException where the types differ
   */
  public void copyFrom(Slice source) {
    if (!source.type.equals(type)) {
      throw new ShapeException("copy of " + source.type + " into " + type + ": types differ");
    }
    MemorySegment.copy(source.memory, 0, memory, 0, memory.byteSize());
  }

  /** Copies a literal of the same type. */
  public void copyFrom(Literal source) {
    if (!source.type().equals(type)) {
      throw new ShapeException("copy of " + source.type() + " into " + type + ": types differ");
    }
    memory.copyFrom(MemorySegment.ofArray(source.toBytes()));
  }

  /** The elements of an f32 tensor, in a new array. */
  public float[] toFloats() {
    check(DType.F32, elements());
    return memory.toArray(JAVA_FLOAT_UNALIGNED);
  }

  /** The elements, whatever their type, in a new array. */
  public double[] toDoubles() {
    double[] d = new double[Math.toIntExact(elements())];
    Arrays.setAll(d, this::get);
    return d;
  }

  private void check(DType dtype, long length) {
    if (type.dtype() != dtype || elements() != length) {
      throw new ShapeException(
          "array of " + length + " " + dtype + " elements does not fit " + type);
    }
  }
}
