package dev.ballast.train;

import dev.ballast.data.Dataset;
import dev.ballast.nn.Model;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** What makes a run the same run: all that its bits depend on, but for the number of epochs. */
final class RunIdentity {
  private static final String PREFIX = "run.";

  private final SequencedMap<String, String> texts = new LinkedHashMap<>();

  /** Reads all data once, for their checksum. */
  RunIdentity(Model model, TrainingOptions options, Dataset train) {
    put("network and loss", sha256(Graphs.trainingLoss(model, options.loss(), 1).toString()));
    put("optimizer", options.update().toString());
    put("schedule", options.schedule().toString());
    put("batch", Integer.toString(options.batch()));
    put("accumulate", Integer.toString(options.accumulate()));
    put("seed", Long.toString(options.seed()));
    put("shuffle", Boolean.toString(options.shuffle()));
    put("training data", train.checksum());
  }

  private void put(String what, String text) {
    texts.put(PREFIX + what, text);
  }

  SequencedMap<String, String> toTexts() {
    return texts;
  }

  /**
   * @throws IllegalArgumentException where a checkpoint is of another run; names what differs
   */
  void demandSame(Map<String, String> progress) {
    texts.forEach(
        (key, text) -> {
          String saved = progress.getOrDefault(key, "not told");
          if (!saved.equals(text)) {
            throw new IllegalArgumentException(
                "the checkpoint is of another run: its %s is %s, here it is %s; train as it was begun, or begin in another folder"
                    .formatted(key.substring(PREFIX.length()), saved, text));
          }
        });
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
