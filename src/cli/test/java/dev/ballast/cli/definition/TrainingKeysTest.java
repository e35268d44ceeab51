package dev.ballast.cli.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.Hinge;
import dev.ballast.loss.Huber;
import dev.ballast.loss.KlDivergence;
import dev.ballast.loss.LabelWeights;
import dev.ballast.loss.Loss;
import dev.ballast.loss.MeanAbsoluteError;
import dev.ballast.loss.Mixed;
import dev.ballast.loss.NegativeLogLikelihood;
import dev.ballast.optim.Adadelta;
import dev.ballast.optim.Adagrad;
import dev.ballast.optim.Adam;
import dev.ballast.optim.Clipping;
import dev.ballast.optim.Lion;
import dev.ballast.optim.Optimizer;
import dev.ballast.optim.ParameterGroup;
import dev.ballast.optim.ParameterGroups;
import dev.ballast.optim.RmsProp;
import dev.ballast.optim.Schedule;
import dev.ballast.optim.Sgd;
import dev.ballast.optim.UpdateRule;
import dev.ballast.optim.WeightAverage;
import dev.ballast.train.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What definitions say of optimizers, schedules, losses and groups. */
class TrainingKeysTest {
  private static final String ADAM = "[optimizer]\nkind = \"adam\"\nlearning_rate = 0.5\n";
  private static final String ENTROPY = "loss = \"cross_entropy\"\n";
  private static final String REST =
      """
      [data]
      kind = "idx"
      folder = "."
      train_images = "a"
      train_labels = "b"
      test_images = "c"
      test_labels = "d"
      [[layer]]
      kind = "linear"
      name = "fc1"
      out = 4
      [[layer]]
      kind = "linear"
      name = "fc2"
      out = 3
      """;

  @TempDir Path folder;

  private TrainingOptions read(String keys, String tables) throws IOException {
    String text = "name = \"keys\"\ninput = [2]\nbatch = 4\nepochs = 2\n" + keys + tables + REST;
    return DefinitionReader.read(Files.writeString(folder.resolve("keys.toml"), text)).options();
  }

  @Test
  void optimizersAreReadWithTheirDefaults() throws IOException {
    Map<String, Optimizer> expected = new LinkedHashMap<>();
    expected.put("\"sgd\"", Sgd.of(0.5));
    expected.put("\"adam\"", Adam.of(0.5));
    expected.put("\"adamw\"", Adam.decoupled(0.5));
    expected.put("\"rmsprop\"", RmsProp.of(0.5));
    expected.put("\"adagrad\"", Adagrad.of(0.5));
    expected.put("\"adadelta\"", Adadelta.of(0.5));
    expected.put("\"lion\"", Lion.of(0.5));
    expected.put(
        "\"rmsprop\"\n"
            + "smoothing = 0.9\n"
            + "epsilon = 0.1\n"
            + "weight_decay = 1\n"
            + "momentum = 2\n"
            + "centered = true",
        new RmsProp(0.5, 0.9, 0.1, 1, 2, true));
    expected.put(
        "\"adagrad\"\nrate_decay = 0.1\nweight_decay = 0.2\ninitial_sum = 0.3\nepsilon = 0.4",
        new Adagrad(0.5, 0.1, 0.2, 0.3, 0.4));
    expected.put(
        "\"adadelta\"\nrho = 0.1\nepsilon = 0.2\nweight_decay = 0.3",
        new Adadelta(0.5, 0.1, 0.2, 0.3));
    expected.put(
        "\"lion\"\nbeta1 = 0.1\nbeta2 = 0.2\nweight_decay = 0.3", new Lion(0.5, 0.1, 0.2, 0.3));
    for (Map.Entry<String, Optimizer> e : expected.entrySet()) {
      String table = "[optimizer]\nlearning_rate = 0.5\nkind = " + e.getKey() + "\n";
      assertEquals(e.getValue(), read(ENTROPY, table).optimizer(), e.getKey());
    }
  }

  @Test
  void schedulesAreReadWithTheirDefaults() throws IOException {
    Map<String, Schedule> expected = new LinkedHashMap<>();
    expected.put("\"constant\"", new Schedule.Constant());
    expected.put("\"step\"\nepochs = 3", new Schedule.StepDecay(3, 0.1));
    expected.put("\"exponential\"\nfactor = 0.5", new Schedule.Exponential(0.5));
    expected.put("\"cosine\"", new Schedule.Cosine(0));
    expected.put(
        "\"cosine\"\nminimum = 0.1\nwarmup = 7",
        new Schedule.WarmUp(7, 1 / 3.0, new Schedule.Cosine(0.1)));
    expected.put("\"one_cycle\"", Schedule.OneCycle.defaults());
    expected.put(
        "\"one_cycle\"\nrising = 0.5\ndivisor = 2\nfinal_divisor = 3",
        new Schedule.OneCycle(0.5, 2, 3));
    expected.put("\"plateau\"", Schedule.Plateau.defaults());
    expected.put(
        "\"plateau\"\nfactor = 0.5\npatience = 1\nthreshold = 0.2\ncooldown = 3\nminimum = 0.1\n"
            + "warmup = 2\nwarmup_start = 0.25",
        new Schedule.WarmUp(2, 0.25, new Schedule.Plateau(0.5, 1, 0.2, 3, 0.1)));
    for (Map.Entry<String, Schedule> e : expected.entrySet()) {
      String table = "[schedule]\nkind = " + e.getKey() + "\n";
      assertEquals(e.getValue(), read(ENTROPY, table + ADAM).schedule(), e.getKey());
    }
    assertEquals(new Schedule.Constant(), read(ENTROPY, ADAM).schedule());
  }

  @Test
  void lossesAreReadWithTheirDefaults() throws IOException {
    Map<String, Loss> expected = new LinkedHashMap<>();
    LabelWeights weights = LabelWeights.NONE.withClasses(List.of(1.0, 0.5, 2.0));
    for (Loss l : Loss.all()) {
      expected.put("kind = \"" + l.label() + "\"", l);
      assertEquals(l, read("loss = \"" + l.label() + "\"\n", ADAM).loss());
    }
    expected.put(
        "kind = \"cross_entropy\"\n"
            + "label_smoothing = 0.1\n"
            + "class_weights = [1, 0.5, 2]\n"
            + "ignored = -100",
        new CrossEntropy(0.1, weights.withIgnored(-100)));
    expected.put(
        "kind = \"negative_log_likelihood\"\nclass_weights = [1, 0.5, 2]",
        new NegativeLogLikelihood(weights));
    expected.put("kind = \"huber\"\ndelta = 0.25", new Huber(0.25));
    expected.put(
        "kind = \"hinge\"\nmargin = 0.5\npower = 2\nclass_weights = [1, 0.5, 2]",
        new Hinge(0.5, 2, weights.classes()));
    expected.put(
        "kind = \"mixed\"\n"
            + "[[loss.term]]\n"
            + "kind = \"huber\"\n"
            + "[[loss.term]]\n"
            + "kind = \"mae\"\n"
            + "weight = 0.5",
        new Mixed(
            List.of(new Mixed.Term(1, new Huber()), new Mixed.Term(0.5, new MeanAbsoluteError()))));
    assertTrue(expected.containsValue(new KlDivergence()));
    for (Map.Entry<String, Loss> e : expected.entrySet()) {
      assertEquals(e.getValue(), read("", "[loss]\n" + e.getKey() + "\n" + ADAM).loss());
    }
  }

  @Test
  void groupsClippingAccumulationAndAveragesAreRead() throws IOException {
    TrainingOptions o =
        read(
            ENTROPY + "accumulate = 3\nema = 0.99\n",
            """
            [clip]
            norm = 2
            [[group]]
            match = "fc1.*"
            frozen = true
            [[group]]
            match = "*.bias"
            rate_factor = 0.5
            weight_decay = 0
            """
                + ADAM);
    assertEquals(3, o.accumulate());
    assertEquals(
        UpdateRule.of(Adam.of(0.5))
            .withClipping(new Clipping.ByNorm(2))
            .withAverage(new WeightAverage(0.99))
            .withGroups(
                ParameterGroups.of(
                    new ParameterGroup.Frozen("fc1.*"),
                    new ParameterGroup.Tuned("*.bias", 0.5, OptionalDouble.of(0)))),
        o.update());
    TrainingOptions plain = read(ENTROPY, "[clip]\nvalue = 0.5\n" + ADAM);
    assertEquals(new Clipping.ByValue(0.5), plain.update().clipping().get());
    assertEquals(1, plain.accumulate());
    assertTrue(plain.update().average().isEmpty());
  }

  /** Keys above the tables, a table from line 7 on, and the complaint behind the file's name. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          accumulate = 0 | | 5:1: accumulate: must be at least 1 and fit 32 bits, not 0
          ema = 1.5 | | 5:1: ema: must be in [0, 1], not 1.5
          seed = 1 | [schedule]\\nkind = "linear" | 8:1: schedule.kind: unknown schedule 'linear': constant, step, exponential, cosine, one_cycle or plateau
          seed = 1 | [schedule]\\nkind = "step" | schedule.epochs: is missing: a whole number is needed
          seed = 1 | [schedule]\\nkind = "step"\\nepochs = 2\\nfactor = 0 | 10:1: schedule.factor: must be a finite number above 0, not 0.0
          seed = 1 | [schedule]\\nkind = "cosine"\\nfactor = 2 | 9:1: schedule.factor: there is no such key here, only [kind, minimum, warmup]
          seed = 1 | [schedule]\\nkind = "cosine"\\nwarmup = 3\\nwarmup_start = 2 | 10:1: schedule.warmup_start: must be in [0, 1], not 2.0
          seed = 1 | [schedule]\\nkind = "plateau"\\nfactor = 1 | 9:1: schedule.factor: must be in [0, 1), not 1.0
          seed = 1 | [clip] | clip.norm: either norm or value is needed, and not both
          seed = 1 | [clip]\\nvalue = 1\\nnorm = 1 | 9:1: clip.norm: either norm or value is needed, and not both
          seed = 1 | [clip]\\nvalue = -1 | 8:1: clip.value: must be a finite number above 0, not -1.0
          seed = 1 | [[group]]\\nmatch = "conv*" | 8:1: group.match: no parameter is left for this group among [fc1.weight, fc1.bias, fc2.weight, fc2.bias]
          seed = 1 | [[group]]\\nmatch = "*"\\nfrozen = true | 7:1: group: all parameters are frozen: [fc1.weight, fc1.bias, fc2.weight, fc2.bias]
          seed = 1 | [[group]]\\nmatch = "*"\\nfrozen = true\\nrate_factor = 2 | 9:1: group.frozen: a frozen group has neither a rate_factor nor a weight_decay
          seed = 1 | [[group]]\\nmatch = "*"\\nrate_factor = -2 | 9:1: group.rate_factor: must be a finite number of at least 0, not -2.0
          """)
  void aMistakeIsToldWithItsPlace(String key, String table, String complaint) {
    String tables = table == null ? ADAM : table.replace("\\n", "\n") + "\n" + ADAM;
    assertComplaint(complaint, key + "\n" + ENTROPY, tables);
  }

  /** The optimizer's further keys, from line 9 on, and the complaint. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          kind = "adam"\\nbeta2 = 1 | 9:1: optimizer.beta2: must be in [0, 1), not 1.0
          kind = "adam"\\nmomentum = 1 | 9:1: optimizer.momentum: there is no such key here, only [kind, learning_rate, beta1, beta2, epsilon, weight_decay]
          kind = "sgd"\\nnesterov = true | 9:1: optimizer.nesterov: needs a momentum above 0
          kind = "sgd"\\nweight_decay = -1 | 9:1: optimizer.weight_decay: must be a finite number of at least 0, not -1.0
          kind = "rmsprop"\\nsmoothing = 2 | 9:1: optimizer.smoothing: must be in [0, 1], not 2.0
          kind = "adagrad"\\ninitial_sum = inf | 9:1: optimizer.initial_sum: must be a finite number of at least 0, not Infinity
          """)
  void aMistakeInAnOptimizerIsTold(String keys, String complaint) {
    String table = "[optimizer]\nlearning_rate = 0.5\n" + keys.replace("\\n", "\n") + "\n";
    assertComplaint(complaint, ENTROPY, table);
  }

  /** The loss's keys, from line 6 on, and the complaint. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          kind = "entropy" | 6:1: loss.kind: unknown loss 'entropy', only [cross_entropy, negative_log_likelihood, kl_divergence, binary_cross_entropy, hinge, mse, mae, huber]
          kind = "mse"\\ndelta = 1 | 7:1: loss.delta: there is no such key here, only [kind]
          kind = "huber"\\ndelta = 0 | 7:1: loss.delta: must be a finite number above 0, not 0.0
          kind = "hinge"\\npower = 3 | 7:1: loss.power: must be 1 or 2, not 3
          kind = "cross_entropy"\\nlabel_smoothing = -1 | 7:1: loss.label_smoothing: must be in [0, 1], not -1.0
          kind = "cross_entropy"\\nclass_weights = [1, -1, 1] | 7:1: loss.class_weights: must be finite numbers of at least 0, not -1.0
          kind = "cross_entropy"\\nclass_weights = [1, 1] | 5:1: loss: class weights: there are 2, but scores f32[1x3]
          kind = "mixed" | loss.term: is missing: an array of tables, written [[loss.term]] is needed
          kind = "mixed"\\n[[loss.term]]\\nkind = "mae"\\n[[loss.term]]\\nkind = "hinge" | 5:1: loss: a mixed loss needs losses of the same targets: mae takes f32[1x3], hinge takes i32[1]
          kind = "mixed"\\n[[loss.term]]\\nkind = "mae"\\nweight = nan | 9:1: loss.term.weight: must be a finite number, not NaN
          kind = "mixed"\\n[[loss.term]]\\nkind = "mixed" | 8:1: loss.term.kind: unknown loss 'mixed', only [cross_entropy, negative_log_likelihood, kl_divergence, binary_cross_entropy, hinge, mse, mae, huber]
          """)
  void aMistakeInALossIsTold(String keys, String complaint) {
    assertComplaint(complaint, "", "[loss]\n" + keys.replace("\\n", "\n") + "\n" + ADAM);
  }

  @Test
  void aMixedLossThatWeighsLabelsInTwoWaysIsNotAccumulated() {
    String terms =
        "[loss]\nkind = \"mixed\"\n[[loss.term]]\nkind = \"cross_entropy\"\nignored = 0\n"
            + "[[loss.term]]\nkind = \"cross_entropy\"\n";
    assertComplaint(
        "5:1: accumulate: terms of a mixed loss that weigh labels differently can't be accumulated:"
            + " give all the same class weights and ignored label, or leave out accumulate",
        "accumulate = 2\n",
        terms + ADAM);
  }

  private void assertComplaint(String complaint, String keys, String tables) {
    DefinitionException e = assertThrows(DefinitionException.class, () -> read(keys, tables));
    String file = folder.resolve("keys.toml").toString();
    assertEquals(complaint, e.getMessage().substring(file.length() + 1).strip());
  }
}
