package dev.ballast.cli.report;

import dev.ballast.plan.Plan;
import dev.ballast.train.Evaluation;
import dev.ballast.train.TrainingRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * All that a page about a training run says, as numbers, texts and small pictures.
 *
 * <pre>{@code
 * String page = RunPage.html(RunReport.of(material));
 * }</pre>
 *
 * @param result of the kept weights on the test data
 * @param examples of the test data
 * @param judgedOn the data that each epoch was evaluated on, in a word
 * @param facts settings, checksums and versions
 * @param definition the text of the model's definition, or empty
 * @param pictures of the examples that {@code outcome} names, by their numbers; where they are
 *     images
 * @param filters of the first layer, where it sees images
 * @param segmentBytes all that training took off the heap
 */
public record RunReport(
    String name,
    Evaluation result,
    int examples,
    TrainingRun run,
    String judgedOn,
    SequencedMap<String, String> facts,
    String command,
    String definition,
    Outcome outcome,
    Map<Integer, String> pictures,
    Optional<Filters> filters,
    Plan plan,
    long segmentBytes) {
  private static final String DEFINITION = "definition";

  /** What stands elsewhere in the page, or is not for people. */
  private static final Set<String> HIDDEN =
      Set.of("name", "classes", "epochs", "test.loss", "test.accuracy", "history", DEFINITION);

  private static final int LONGEST = 300;

  /** Runs the trained model over the test data once. */
  public static RunReport of(RunMaterial m) {
    Outcome outcome = Judge.judge(m.file(), m.test(), m.batch(), m.classes(), m.ignored());
    Optional<PictureShape> shape =
        m.pictures() && m.model().input().isFloating()
            ? PictureShape.of(m.model().example())
            : Optional.empty();
    return new RunReport(
        m.model().name(),
        m.result(),
        m.test().size(),
        m.run(),
        m.judgedOn(),
        facts(m),
        m.command(),
        m.file().metadata().getOrDefault(DEFINITION, ""),
        outcome,
        shape.map(s -> ExamplePictures.of(s, m.test(), shown(outcome))).orElse(Map.of()),
        shape.flatMap(s -> FirstLayer.of(m.model(), s, m.file())),
        m.plan(),
        m.segmentBytes());
  }

  private static List<Integer> shown(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Labels l -> l.wrongest().stream().map(Outcome.Mistake::index).toList();
      case Outcome.Numbers n -> n.worst().stream().map(Outcome.Miss::index).distinct().toList();
      case Outcome.Other _ -> List.of();
    };
  }

  private static SequencedMap<String, String> facts(RunMaterial m) {
    SequencedMap<String, String> facts = new LinkedHashMap<>();
    facts.put("parameters", Html.count(m.file().graph().parameterCount()));
    facts.put("weights.sha256", m.file().weightsChecksum());
    facts.put("model file", m.file().path().toString());
    facts.put("test data", m.dataPlace());
    facts.put("test.examples", Html.count(m.test().size()));
    facts.put("test.sha256", m.test().checksum());
    List<String> known = new ArrayList<>(facts.keySet());
    m.file()
        .metadata()
        .forEach(
            (key, value) -> {
              if (!HIDDEN.contains(key) && !known.contains(key) && !value.isBlank()) {
                facts.put(
                    key, value.length() > LONGEST ? value.substring(0, LONGEST) + " …" : value);
              }
            });
    return facts;
  }
}
