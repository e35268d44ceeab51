package dev.ballast.data;

import dev.ballast.kernel.Slice;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;

/**
 * Some examples of a dataset, in an order of their own; nothing is copied. Closing it closes the
 * dataset, and so all its subsets.
 */
public sealed class Subset implements Dataset {
  private final Dataset all;
  private final int[] indices;

  private Subset(Dataset all, int[] indices) {
    if (indices.length == 0) {
      throw new ShapeException("a dataset needs at least one example");
    }
    for (int i : indices) {
      Objects.checkIndex(i, all.size());
    }
    this.all = all;
    this.indices = indices.clone();
  }

  /**
   * Labelled where the dataset is.
   *
   * @throws ShapeException where there is no index
   */
  public static Subset of(Dataset all, int[] indices) {
    return all instanceof LabelledDataset labelled
        ? new Labelled(labelled, indices)
        : new Subset(all, indices);
  }

  /** Some examples of a labelled dataset. */
  public static final class Labelled extends Subset implements LabelledDataset {
    private final LabelledDataset all;

    private Labelled(LabelledDataset all, int[] indices) {
      super(all, indices);
      this.all = all;
    }

    @Override
    public int label(int index) {
      return all.label(original(index));
    }

    @Override
    public void copyExample(int index, Slice x, int row) {
      all.copyExample(original(index), x, row);
    }

    @Override
    public String place(int index) {
      return all.place(original(index));
    }
  }

  /** The index in the dataset that this is of. */
  public final int original(int index) {
    return indices[index];
  }

  @Override
  public void beginEpoch(long seed, int epoch) {
    all.beginEpoch(seed, epoch);
  }

  @Override
  public boolean isCostly() {
    return all.isCostly();
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public Shape example() {
    return all.example();
  }

  @Override
  public boolean fills(DType dtype) {
    return all.fills(dtype);
  }

  @Override
  public TensorType target() {
    return all.target();
  }

  @Override
  public void copy(int index, Slice x, Slice target, int row) {
    all.copy(indices[index], x, target, row);
  }

  @Override
  public Optional<String> changes() {
    return all.changes();
  }

  /** Over the dataset's own checksum and the indices. */
  @Override
  public String checksum() {
    byte[] whole = all.checksum().getBytes(StandardCharsets.UTF_8);
    ByteBuffer chosen = ByteBuffer.allocate(indices.length * Integer.BYTES);
    chosen.asIntBuffer().put(indices);
    return Checksums.sha256(MemorySegment.ofArray(whole), MemorySegment.ofBuffer(chosen));
  }

  @Override
  public void close() {
    all.close();
  }
}
