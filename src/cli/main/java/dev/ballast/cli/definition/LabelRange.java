package dev.ballast.cli.definition;

import dev.ballast.data.Dataset;
import dev.ballast.data.LabelledDataset;
import dev.ballast.data.Subset;
import dev.ballast.tensor.ShapeException;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Sees to it that each label has an output of the network. */
final class LabelRange {
  private LabelRange() {}

  /**
   * The dataset, or its examples whose labels are in range.
   *
   * @param outputs of the network
   * @param skip whether the others are left out and told, or refused
   * @throws ShapeException where a label is out of range and is not to be skipped
   */
  static Dataset of(LabelledDataset data, int outputs, boolean skip, Consumer<String> remarks) {
    int[] good =
        IntStream.range(0, data.size())
            .filter(i -> data.label(i) >= 0 && data.label(i) < outputs)
            .toArray();
    if (good.length == data.size()) {
      return data;
    }
    for (int i = 0; i < data.size(); i++) {
      if (data.label(i) < 0 || data.label(i) >= outputs) {
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
