package dev.ballast.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Outcome;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What losses say besides their value: what is right, what counts, what is a probability. */
class LossTest {
  private static Outcome outcome(Loss loss, TensorType type, double[] x, double[] t) {
    GraphBuilder b = new GraphBuilder(loss.label());
    Expr prediction = b.input("x", type);
    Expr target = b.input("t", loss.targetType(type));
    Expr mean = loss.mean(prediction, target);
    b.output("loss", mean);
    b.output("dx", Autodiff.gradients(mean, List.of(prediction)).getFirst());
    loss.correct(prediction, target).ifPresent(c -> b.output("correct", c));
    loss.counted(prediction, target).ifPresent(c -> b.output("counted", c));
    loss.weight(prediction, target).ifPresent(w -> b.output("weight", w));
    loss.probabilities(prediction).ifPresent(p -> b.output("probabilities", p));
    Graph g = b.build();
    return new Feed()
        .with("x", Literal.of(type, x))
        .with("t", Literal.of(loss.targetType(type), t))
        .run(g);
  }

  @Test
  void ignoredLabelsAreNeitherRightNorCounted() {
    double[] scores = {3, 1, 0, 1, 3, 0, 3, 1, 0, 0, 1, 3};
    double[] labels = {0, 0, 1, 2};
    Loss all = new CrossEntropy();
    assertEquals(2, outcome(all, TensorType.f32(4, 3), scores, labels).number("correct"));
    assertEquals(null, outcome(all, TensorType.f32(4, 3), scores, labels).output("counted"));
    for (Loss l :
        List.of(
            new CrossEntropy(0, LabelWeights.NONE.withIgnored(0)),
            new NegativeLogLikelihood(LabelWeights.NONE.withIgnored(0)))) {
      Outcome o = outcome(l, TensorType.f32(4, 3), scores, labels);
      assertEquals(1, o.number("correct"), l.label());
      assertEquals(2, o.number("counted"), l.label());
      assertEquals(2, o.number("weight"), l.label());
    }
  }

  @Test
  void anExampleWithSeveralAnswersCountsForItsShareOfRightOnes() {
    double[] scores = {3, 1, 1, 3, 3, 1, 3, 1};
    Outcome o =
        outcome(new CrossEntropy(), TensorType.f32(2, 2, 2), scores, new double[] {0, 1, 1, 1});
    assertEquals(1, o.number("correct"));
    Outcome binary =
        outcome(
            new BinaryCrossEntropy(),
            TensorType.f32(2, 2),
            new double[] {1, -1, 1, 1},
            new double[] {1, 1, 1, 1});
    assertEquals(1.5, binary.number("correct"));
  }

  @Test
  void sharesOfClassesAreRightWhereTheLargestIs() {
    double[] logs = {Math.log(0.7), Math.log(0.3), Math.log(0.2), Math.log(0.8)};
    Outcome o =
        outcome(new KlDivergence(), TensorType.f32(2, 2), logs, new double[] {0.6, 0.4, 0.9, 0.1});
    assertEquals(1, o.number("correct"));
    assertEquals(0.7, o.output("probabilities").get(0), 1e-6);
  }

  @Test
  void aHingeOfOneScoreIsRightOnTheTargetsSideOfZero() {
    Outcome o =
        outcome(
            new Hinge(), TensorType.f32(3, 1), new double[] {0.1, -0.1, 2}, new double[] {1, 1, 0});
    assertEquals(1, o.number("correct"));
    assertEquals((0.9 + 1.1 + 3) / 3, o.number("loss"), 1e-6);
    assertEquals(null, o.output("probabilities"));
  }

  @Test
  void aBatchOfNothingButIgnoredLabelsHasLossAndGradientZero() {
    for (double smoothing : new double[] {0, 0.1}) {
      Loss loss = new CrossEntropy(smoothing, LabelWeights.NONE.withIgnored(-1));
      Outcome o =
          outcome(loss, TensorType.f32(2, 2), new double[] {1, 2, 3, 4}, new double[] {-1, -1});
      assertEquals(0, Math.abs(o.number("loss")));
      for (int i = 0; i < 4; i++) {
        assertEquals(0, Math.abs(o.output("dx").get(i)));
      }
    }
  }

  @Test
  void aLabelOutOfRangeIsToldByEveryLossThatTakesLabels() {
    for (Loss l :
        List.of(
            new CrossEntropy(),
            new CrossEntropy(0, LabelWeights.NONE.withClasses(List.of(1.0, 1.0))),
            new NegativeLogLikelihood(),
            new OneHot(new MeanSquaredError()),
            new Hinge())) {
      IndexOutOfBoundsException e =
          assertThrows(
              IndexOutOfBoundsException.class,
              () -> outcome(l, TensorType.f32(1, 2), new double[] {1, 2}, new double[] {7}));
      assertTrue(e.getMessage().contains("7"), e.getMessage());
    }
  }

  @Test
  void whatAMixedLossIsMadeOfMustTakeTheSameTargets() {
    Loss mixed =
        new Mixed(List.of(new Mixed.Term(1, new CrossEntropy()), new Mixed.Term(1, new Huber())));
    ShapeException e =
        assertThrows(ShapeException.class, () -> mixed.targetType(TensorType.f32(4, 3)));
    assertEquals(
        "a mixed loss needs losses of the same targets: cross_entropy takes i32[4], huber takes"
            + " f32[4x3]",
        e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new Mixed(List.of()));
  }

  /**
   * Worked by hand: (0.3² + 0.1² + 0.2²)/6 for the one row and (0.5² + 0.5² + 0.1²)/6 for the
   * other.
   */
  @Test
  void meanSquaresOfClassesAreRightWhereTheLargestIs() {
    Loss loss = new MeanSquaredError().ofClasses(3, TensorType.f32(2, 3));
    double[] outputs = {0.7, 0.1, 0.2, 0.5, 0.5, 0.1};
    Outcome o = outcome(loss, TensorType.f32(2, 3), outputs, new double[] {0, 1});
    assertEquals((0.14 + 0.51) / 6, o.number("loss"), 1e-7);
    assertEquals(1, o.number("correct"));
    assertEquals(0.7, o.output("probabilities").get(0), 1e-7);
    assertEquals(2 * (0.7 - 1) / 6, o.output("dx").get(0), 1e-7);
  }

  @Test
  void onlyWhatMeanSquaresEstimateAreProbabilities() {
    for (Loss l : List.of(new MeanAbsoluteError(), new Huber())) {
      Loss loss = l.ofClasses(2, TensorType.f32(1, 2));
      Outcome o = outcome(loss, TensorType.f32(1, 2), new double[] {-2, 3}, new double[] {1});
      assertEquals(1, o.number("correct"), l.label());
      assertEquals(null, o.output("probabilities"), l.label());
    }
  }

  @Test
  void aLossOfNumbersLearnsClassesWhereTheNetworkHasAnOutputForEach() {
    Loss squares = new MeanSquaredError();
    Loss oneHot = new OneHot(squares);
    assertEquals(oneHot, squares.ofClasses(3, TensorType.f32(4, 3)));
    assertEquals(oneHot, oneHot.ofClasses(3, TensorType.f32(4, 3)));
    assertEquals(new MeanSquaredError(true), squares.ofClasses(2, TensorType.f32(4, 1)));
    assertEquals(squares, squares.ofClasses(3, TensorType.f32(4, 1)));
    assertEquals(squares, squares.ofClasses(2, TensorType.f32(4, 3)));
    assertEquals(new CrossEntropy(), new CrossEntropy().ofClasses(3, TensorType.f32(4, 3)));
    Loss mixed =
        new Mixed(List.of(new Mixed.Term(2, new CrossEntropy()), new Mixed.Term(1, squares)));
    assertEquals(
        new Mixed(List.of(new Mixed.Term(2, new CrossEntropy()), new Mixed.Term(1, oneHot))),
        mixed.ofClasses(3, TensorType.f32(4, 3)));
    assertThrows(IllegalArgumentException.class, () -> new OneHot(new Hinge()));
  }
}
