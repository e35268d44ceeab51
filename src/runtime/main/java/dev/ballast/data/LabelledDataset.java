package dev.ballast.data;

import dev.ballast.kernel.Slice;
import dev.ballast.tensor.TensorType;

/** A dataset whose targets are the numbers of classes. */
public interface LabelledDataset extends Dataset {
  /** The class of an example, from 0. */
  int label(int index);

  /** Writes example {@code index}, without its label, to row {@code row}. Allocates nothing. */
  void copyExample(int index, Slice x, int row);

  /** Where an example comes from, for complaints about it. */
  default String place(int index) {
    return "example " + index;
  }

  @Override
  default TensorType target() {
    return TensorType.i32();
  }

  @Override
  default void copy(int index, Slice x, Slice target, int row) {
    copyExample(index, x, row);
    target.setLong(row, label(index));
  }
}
