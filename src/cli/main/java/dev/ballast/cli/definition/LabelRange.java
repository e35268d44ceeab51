package dev.ballast.cli.definition;

import dev.ballast.data.Dataset;
import dev.ballast.data.LabelledDataset;
import dev.ballast.data.Subset;
import dev.ballast.tensor.ShapeException;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Sees to it that each label that counts has an output of the network. */
final class LabelRange {
  private LabelRange() {}

  /**
   * The dataset, or its examples whose labels are in range.
   *
   * @param outputs of the network
   * @param ignored the label that does not count, which needs no output
   * @param skip whether the others are left out and told, or refused
   * @throws ShapeException where a label is out of range and is not to be skipped
   */
  static Dataset of(
      LabelledDataset data,
      int outputs,
      OptionalInt ignored,
      boolean skip,
      Consumer<String> remarks) {
    IntPredicate fits =
        label ->
            label >= 0 && label < outputs || ignored.isPresent() && label == ignored.getAsInt();
    int[] good = IntStream.range(0, data.size()).filter(i -> fits.test(data.label(i))).toArray();
    if (good.length == data.size()) {
      return data;
    }
    for (int i = 0; i < data.size(); i++) {
      if (!fits.test(data.label(i))) {
        String complaint =
            "%s: has label %d, the network has outputs for 0 to %d"
                .formatted(data.place(i), data.label(i), outputs - 1);
        if (!skip) {
          throw new ShapeException(complaint);
        }
        remarks.accept("skipped " + complaint);
      }
    }
    return Subset.of(data, good);
  }
}
