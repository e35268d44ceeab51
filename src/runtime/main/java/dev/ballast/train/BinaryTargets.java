package dev.ballast.train;

import dev.ballast.data.Dataset;
import dev.ballast.data.LabelledDataset;
import dev.ballast.kernel.Slice;
import dev.ballast.loss.Loss;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.Optional;

/** The two classes of a labelled dataset as the numbers 0 and 1, for a network with one output. */
public final class BinaryTargets implements Dataset {
  private final LabelledDataset labelled;

  private BinaryTargets(LabelledDataset labelled) {
    this.labelled = labelled;
  }

  /**
   * The dataset as a loss wants it: with numbers for labels where the network has one output and
   * the loss takes numbers; itself elsewhere. Closing the one closes the other.
   *
   * @param prediction the type of the network's result for a batch
   * @throws ShapeException where numbers are wanted and a label is neither 0 nor 1
   */
  public static Dataset where(Dataset data, Loss loss, TensorType prediction) {
    TensorType target = loss.targetType(prediction);
    boolean oneNumber =
        target.dtype() == DType.F32
            && target.shape().rank() == 2
            && target.elements() == target.shape().dim(0);
    if (!oneNumber || !(data instanceof LabelledDataset labelled)) {
      return data;
    }
    for (int i = 0; i < labelled.size(); i++) {
      int label = labelled.label(i);
      if (label != 0 && label != 1) {
        throw new ShapeException(
            "a network with one output tells two classes apart, 0 and 1, but example "
                + i
                + " has label "
                + label
                + ": give the last layer an output for each class, and take the loss"
                + " cross_entropy");
      }
    }
    return new BinaryTargets(labelled);
  }

  @Override
  public void beginEpoch(long seed, int epoch) {
    labelled.beginEpoch(seed, epoch);
  }

  @Override
  public boolean isCostly() {
    return labelled.isCostly();
  }

  @Override
  public int size() {
    return labelled.size();
  }

  @Override
  public Shape example() {
    return labelled.example();
  }

  @Override
  public boolean fills(DType dtype) {
    return labelled.fills(dtype);
  }

  @Override
  public TensorType target() {
    return TensorType.f32(1);
  }

  @Override
  public void copy(int index, Slice x, Slice target, int row) {
    labelled.copyExample(index, x, row);
    target.set(row, labelled.label(index));
  }

  @Override
  public Optional<String> changes() {
    return labelled.changes();
  }

  @Override
  public String checksum() {
    return labelled.checksum();
  }

  @Override
  public void close() {
    labelled.close();
  }
}
