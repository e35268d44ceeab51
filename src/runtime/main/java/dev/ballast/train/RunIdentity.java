package dev.ballast.train;

import dev.ballast.data.Dataset;
import dev.ballast.kernel.Machine;
import dev.ballast.nn.Model;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What makes a run the same run: all that its bits depend on, but for the number of epochs. Beside
 * it, what the last bits depend on: the machine.
 */
final class RunIdentity {
  private static final String PREFIX = "run.";
  private static final String MACHINE = "machine.";
  private static final String NONE = "none";

  private final SequencedMap<String, String> run = new LinkedHashMap<>();
  private final SequencedMap<String, String> machine = new LinkedHashMap<>();

  /**
   * Reads all data once, for their checksums.
   *
   * @param judging what epochs are judged by, where there is something
   */
  RunIdentity(Model model, TrainingOptions options, Dataset train, Optional<Dataset> judging) {
    run.put("network and loss", sha256(Graphs.trainingLoss(model, options.loss(), 1).toString()));
    run.put("optimizer", options.update().toString());
    run.put("schedule", options.schedule().toString());
    run.put("batch", Integer.toString(options.batch()));
    run.put("accumulate", Integer.toString(options.accumulate()));
    run.put("seed", Long.toString(options.seed()));
    run.put("shuffle", Boolean.toString(options.shuffle()));
    run.put("training data", train.checksum());
    run.put("augmentation", train.changes().orElse(NONE));
    run.put("data that epochs are judged by", judging.map(Dataset::checksum).orElse(NONE));
    machine.putAll(Machine.facts());
  }

  SequencedMap<String, String> toTexts() {
    SequencedMap<String, String> texts = new LinkedHashMap<>();
    run.forEach((what, text) -> texts.put(PREFIX + what, text));
    machine.forEach((what, text) -> texts.put(MACHINE + what, text));
    return texts;
  }

  /**
   * Compares a checkpoint's with what is here. What the checkpoint does not tell, since it is older
   * than the question, is taken to be the same.
   *
   * @return what may differ in the last bits only, or was taken on trust: sentences
   * @throws IllegalArgumentException where a checkpoint is of another run; names what differs
   */
  List<String> demandSame(Map<String, String> progress) {
    List<String> remarks = new ArrayList<>();
    run.forEach(
        (what, text) -> {
          Optional<String> saved = Optional.ofNullable(progress.get(PREFIX + what));
          if (saved.isEmpty()) {
            remarks.add("the checkpoint does not tell its %s; here it is %s".formatted(what, text));
          } else if (!saved.get().equals(text)) {
            throw new IllegalArgumentException(
                "the checkpoint is of another run: its %s is %s, here it is %s; train as it was begun, or begin in another folder"
                    .formatted(what, saved.get(), text));
          }
        });
    machine.forEach(
        (what, text) -> {
          String saved = progress.getOrDefault(MACHINE + what, text);
          if (!saved.equals(text)) {
            remarks.add(
                "the checkpoint was written with another %s, %s, here it is %s: from here on the run may differ from one that never stopped in its last bits"
                    .formatted(what, saved, text));
          }
        });
    return remarks;
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
