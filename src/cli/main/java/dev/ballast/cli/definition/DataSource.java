package dev.ballast.cli.definition;

import dev.ballast.data.LabelledDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Where a definition's examples come from. A pixel p becomes (p / 255 − mean) / deviation. */
public sealed interface DataSource permits IdxSource, ImageSource {
  Path folder();

  /** Taken from each pixel, which is scaled to [0, 1] before. */
  double mean();

  /** What the difference is divided by. */
  double deviation();

  /**
   * The bytes that training and test data take in memory; empty where only reading them all would
   * tell, or where they are not there.
   *
   * @throws IOException where a file that is there is not what it should be
   */
  OptionalLong bytes() throws IOException;

  /** The same files in another folder. */
  DataSource in(Path otherFolder);

  /**
   * The classes' names as the data tell them, label 0 first; empty where they do not.
   *
   * @throws IOException where the data are not there
   */
  List<String> classes() throws IOException;

  /**
   * @param remarks hears, line by line, what was wrong with data that were passed over
   */
  LabelledDataset train(Consumer<String> remarks) throws IOException;

  /**
   * @param remarks hears, line by line, what was wrong with data that were passed over
   */
  LabelledDataset test(Consumer<String> remarks) throws IOException;
}
