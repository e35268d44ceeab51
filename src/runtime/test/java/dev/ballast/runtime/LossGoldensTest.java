package dev.ballast.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.loss.BinaryCrossEntropy;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.Hinge;
import dev.ballast.loss.Huber;
import dev.ballast.loss.KlDivergence;
import dev.ballast.loss.LabelWeights;
import dev.ballast.loss.Loss;
import dev.ballast.loss.MeanAbsoluteError;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.loss.Mixed;
import dev.ballast.loss.NegativeLogLikelihood;
import dev.ballast.loss.OneHot;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every loss and its gradient are PyTorch's, ties and corners included. */
class LossGoldensTest {
  private static final LabelWeights WEIGHTS =
      LabelWeights.NONE.withClasses(List.of(0.5, 2.0, 0.0, 1.25));
  private static final LabelWeights IGNORING = LabelWeights.NONE.withIgnored(-1);
  private static final LabelWeights BOTH = WEIGHTS.withIgnored(-1);

  private static final Map<String, Loss> LOSSES =
      Map.ofEntries(
          Map.entry("cross_entropy", new CrossEntropy()),
          Map.entry("cross_entropy_smoothed", new CrossEntropy(0.125, LabelWeights.NONE)),
          Map.entry("cross_entropy_weighted", new CrossEntropy(0, WEIGHTS)),
          Map.entry("cross_entropy_ignoring", new CrossEntropy(0, IGNORING)),
          Map.entry(
              "cross_entropy_ignoring_a_class",
              new CrossEntropy(0, LabelWeights.NONE.withIgnored(1))),
          Map.entry("cross_entropy_smoothed_weighted", new CrossEntropy(0.25, WEIGHTS)),
          Map.entry("cross_entropy_smoothed_ignoring", new CrossEntropy(0.25, IGNORING)),
          Map.entry("cross_entropy_all", new CrossEntropy(0.25, BOTH)),
          Map.entry("cross_entropy_of_sequences", new CrossEntropy(0.125, BOTH)),
          Map.entry("nll", new NegativeLogLikelihood()),
          Map.entry("nll_weighted", new NegativeLogLikelihood(WEIGHTS)),
          Map.entry("nll_all", new NegativeLogLikelihood(BOTH)),
          Map.entry("kl", new KlDivergence()),
          Map.entry("binary_cross_entropy", new BinaryCrossEntropy()),
          Map.entry("mse", new MeanSquaredError()),
          Map.entry("mae", new MeanAbsoluteError()),
          Map.entry("huber", new Huber()),
          Map.entry("huber_delta", new Huber(0.375)),
          Map.entry("mse_of_classes", new OneHot(new MeanSquaredError())),
          Map.entry("mse_of_classes_in_sequences", new OneHot(new MeanSquaredError())),
          Map.entry("mae_of_classes", new OneHot(new MeanAbsoluteError())),
          Map.entry("huber_of_classes", new OneHot(new Huber(0.375))),
          Map.entry("hinge", new Hinge()),
          Map.entry("hinge_squared", new Hinge(1.5, 2, List.of())),
          Map.entry("hinge_weighted", new Hinge(0.5, 1, WEIGHTS.classes())),
          Map.entry("hinge_of_one_score", new Hinge()),
          Map.entry("hinge_of_one_score_squared", new Hinge(1, 2, List.of())),
          Map.entry(
              "mixed",
              new Mixed(
                  List.of(
                      new Mixed.Term(0.75, new MeanSquaredError()),
                      new Mixed.Term(0.5, new MeanAbsoluteError()),
                      new Mixed.Term(2, new Huber())))));

  private static final List<Golden> GOLDENS = Golden.read("losses.txt");

  @Test
  void everyGoldenHasItsLoss() {
    assertEquals(LOSSES.keySet(), GOLDENS.stream().map(Golden::name).collect(Collectors.toSet()));
  }

  @TestFactory
  Stream<DynamicTest> lossAndGradientArePyTorchs() {
    return GOLDENS.stream()
        .map(
            g -> {
              Loss loss = LOSSES.get(g.name());
              return dynamicTest(
                  g.name(),
                  () -> TorchGoldensTest.compare(g, t -> loss.mean(t.apply("x"), t.apply("t"))));
            });
  }
}
