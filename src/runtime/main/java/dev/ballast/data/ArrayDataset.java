package dev.ballast.data;

import dev.ballast.kernel.Slice;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Examples and targets given as arrays, copied off the heap once. */
public sealed class ArrayDataset implements Dataset {
  private final Arena arena = OffHeap.arena(Kind.DATA, "a dataset of arrays");
  private final int size;
  private final Shape example;
  private final Slice examples;
  private final Slice targets;

  private ArrayDataset(int size, Shape example, TensorType targetType) {
    if (size < 1) {
      throw new ShapeException("a dataset needs at least one example");
    }
    this.size = size;
    this.example = example;
    this.examples =
        Slice.allocate(new TensorType(DType.F32, Shape.of(size).append(example)), arena);
    this.targets = Slice.allocate(targetType, arena);
  }

  /**
   * With integer labels.
   *
   * @param examples all examples, one after the other, each row-major
   * @throws ShapeException where the arrays do not fit each other
   */
  public static Labelled labelled(Shape example, float[] examples, int[] labels) {
    Labelled d = new Labelled(labels.length, example);
    d.examples().copyFrom(examples);
    d.targets().copyFrom(labels);
    return d;
  }

  /** With integer labels, to be filled through {@link #examples} and {@link #targets}. */
  public static Labelled labelled(Shape example, int size) {
    return new Labelled(size, example);
  }

  /** With targets of a shape of their own, to be filled in the same way. */
  public static ArrayDataset of(Shape example, Shape target, int size) {
    return new ArrayDataset(
        size, example, new TensorType(DType.F32, Shape.of(size).append(target)));
  }

  /**
   * With targets of a shape of their own.
   *
   * @throws ShapeException where the arrays do not fit each other
   */
  public static ArrayDataset of(Shape example, float[] examples, Shape target, float[] targets) {
    ArrayDataset d = of(example, target, Math.toIntExact(examples.length / example.elements()));
    d.examples.copyFrom(examples);
    d.targets.copyFrom(targets);
    return d;
  }

  /** With an integer label for each example. */
  public static final class Labelled extends ArrayDataset implements LabelledDataset {
    private Labelled(int size, Shape example) {
      super(size, example, TensorType.i32(size));
    }

    @Override
    public int label(int index) {
      return (int) targets().getLong(index);
    }

    @Override
    public void copyExample(int index, Slice x, int row) {
      copyRow(examples(), index, x, row);
    }
  }

  /** All examples, f32[N, …example]. */
  public final Slice examples() {
    return examples;
  }

  /** All targets, [N, …target]. */
  public final Slice targets() {
    return targets;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Shape example() {
    return example;
  }

  @Override
  public TensorType target() {
    Shape all = targets.type().shape();
    return targets.type().withShape(all.slice(1, all.rank()));
  }

  @Override
  public void copy(int index, Slice x, Slice target, int row) {
    copyRow(examples, index, x, row);
    copyRow(targets, index, target, row);
  }

  final void copyRow(Slice from, int index, Slice to, int row) {
    long bytes = from.memory().byteSize() / size;
    MemorySegment.copy(from.memory(), index * bytes, to.memory(), row * bytes, bytes);
  }

  @Override
  public String checksum() {
    return Checksums.sha256(examples.memory(), targets.memory());
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
