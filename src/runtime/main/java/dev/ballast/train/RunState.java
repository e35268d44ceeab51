package dev.ballast.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SequencedMap;

/**
 * The numbers of a training run beside its tensors: where it is, and what it has given. Order and
 * dropout follow from them and the seed.
 */
final class RunState {
  private static final String EPOCH = "epoch.";
  private static final String ABSENT = "-";
  private static final int EPOCH_FIELDS = 6;

  private final List<Epoch> epochs = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();

  /** Batches done in the epoch that runs. */
  private int steps;

  /** Examples seen in it. */
  private int seen;

  /** The sum of their losses. */
  private double lossSum;

  private double seconds;
  private OptionalInt bestEpoch = OptionalInt.empty();
  private Optional<Evaluation> best = Optional.empty();

  List<Epoch> epochs() {
    return epochs;
  }

  /** By epoch: on the test data where there are any, else on the training data. */
  List<Double> losses() {
    return losses;
  }

  /** The number of the epoch that runs, from 1. */
  int epoch() {
    return epochs.size() + 1;
  }

  int steps() {
    return steps;
  }

  int seen() {
    return seen;
  }

  double meanLoss() {
    return lossSum / seen;
  }

  /** In steps of the epoch that runs. */
  double seconds() {
    return seconds;
  }

  double totalSeconds() {
    return seconds + epochs.stream().mapToDouble(Epoch::seconds).sum();
  }

  OptionalInt bestEpoch() {
    return bestEpoch;
  }

  void stepDone(int examples, double loss, double time) {
    steps++;
    seen += examples;
    lossSum += loss * examples;
    seconds += time;
  }

  /**
   * @return whether it is the best so far
   */
  boolean epochDone(Epoch e) {
    epochs.add(e);
    losses.add(e.evaluation().map(Evaluation::loss).orElse(e.trainLoss()));
    steps = 0;
    seen = 0;
    lossSum = 0;
    seconds = 0;
    boolean better =
        e.evaluation().isPresent() && (best.isEmpty() || e.evaluation().get().beats(best.get()));
    if (better) {
      best = e.evaluation();
      bestEpoch = OptionalInt.of(e.number());
    }
    return better;
  }

  /** Exact: numbers that need not be whole are in hexadecimal. */
  SequencedMap<String, String> toTexts() {
    SequencedMap<String, String> texts = new LinkedHashMap<>();
    texts.put("epochs", Integer.toString(epochs.size()));
    texts.put("steps", Integer.toString(steps));
    texts.put("seen", Integer.toString(seen));
    texts.put("loss_sum", Double.toHexString(lossSum));
    texts.put("seconds", Double.toHexString(seconds));
    texts.put("best_epoch", bestEpoch.isPresent() ? "" + bestEpoch.getAsInt() : ABSENT);
    for (Epoch e : epochs) {
      texts.put(EPOCH + e.number(), text(e));
    }
    return texts;
  }

  private static String text(Epoch e) {
    return String.join(
        " ",
        Double.toHexString(e.trainLoss()),
        Double.toHexString(e.seconds()),
        Integer.toString(e.steps()),
        Double.toHexString(e.heapBytesPerStep()),
        e.evaluation().map(v -> Double.toHexString(v.loss())).orElse(ABSENT),
        e.evaluation().map(Evaluation::accuracy).orElse(OptionalDouble.empty()).stream()
            .mapToObj(Double::toHexString)
            .findFirst()
            .orElse(ABSENT));
  }

  /**
   * @throws IllegalArgumentException where a text is missing or is not as {@link #toTexts} makes it
   */
  static RunState of(Map<String, String> texts) {
    RunState s = new RunState();
    int count = Integer.parseInt(text(texts, "epochs"));
    for (int n = 1; n <= count; n++) {
      s.epochDone(epoch(n, text(texts, EPOCH + n)));
    }
    s.steps = Integer.parseInt(text(texts, "steps"));
    s.seen = Integer.parseInt(text(texts, "seen"));
    s.lossSum = Double.parseDouble(text(texts, "loss_sum"));
    s.seconds = Double.parseDouble(text(texts, "seconds"));
    return s;
  }

  private static String text(Map<String, String> texts, String key) {
    String text = texts.get(key);
    if (text == null) {
      throw new IllegalArgumentException("the checkpoint's progress has no '" + key + "'");
    }
    return text;
  }

  private static Epoch epoch(int number, String text) {
    String[] fields = text.split(" ");
    if (fields.length != EPOCH_FIELDS) {
      throw new IllegalArgumentException(
          "the checkpoint's progress has '%s' as its epoch %d".formatted(text, number));
    }
    Optional<Evaluation> evaluation =
        optional(fields[4]).stream()
            .mapToObj(loss -> new Evaluation(loss, optional(fields[5])))
            .findFirst();
    return new Epoch(
        number,
        Double.parseDouble(fields[0]),
        Double.parseDouble(fields[1]),
        Integer.parseInt(fields[2]),
        Double.parseDouble(fields[3]),
        evaluation);
  }

  private static OptionalDouble optional(String text) {
    return text.equals(ABSENT)
        ? OptionalDouble.empty()
        : OptionalDouble.of(Double.parseDouble(text));
  }
}
