package dev.ballast.cli.definition;

import dev.ballast.data.Augmentation;
import dev.ballast.data.AugmentedDataset;
import dev.ballast.data.Dataset;
import dev.ballast.data.LabelledDataset;
import dev.ballast.data.Partition.Shares;
import java.io.IOException;
import java.util.Optional;

/**
 * What is done to images before they are trained with.
 *
 * @param shares how they are dealt out to training and validation
 * @param augmentation how those for training are changed in each epoch; the others never are
 */
public record Preparation(Shares shares, Optional<Augmentation> augmentation) {

  Preparation withoutChanges() {
    return new Preparation(shares, Optional.empty());
  }

  /**
   * @param black a black pixel as the network takes it, which comes from beyond the edge
   */
  DataSource.Training training(LabelledDataset all, float black) throws IOException {
    DataSource.Training parts = DataSource.Training.of(all, shares);
    if (augmentation.isEmpty() || !(parts.train() instanceof LabelledDataset images)) {
      return parts;
    }
    Dataset changed = new AugmentedDataset(images, augmentation.get(), black);
    return new DataSource.Training(changed, parts.validation());
  }
}
