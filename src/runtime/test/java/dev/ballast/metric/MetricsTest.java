package dev.ballast.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.runtime.Golden;
import dev.ballast.tensor.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Metrics are scikit-learn's, ties and missing classes included, and closed forms. */
class MetricsTest {
  private static final double EXACT = 1e-12;

  @TestFactory
  Stream<DynamicTest> metricsAreScikitLearns() {
    return Golden.read("metrics.txt").stream()
        .map(
            g ->
                dynamicTest(
                    g.name(),
                    () -> {
                      if (g.given().containsKey("labels")) {
                        compareClasses(g);
                      } else if (g.given().containsKey("truth")) {
                        compareAnswers(g);
                      } else {
                        compareNumbers(g);
                      }
                    }));
  }

  private static void compareClasses(Golden g) {
    float[] scores = floats(g.given().get("scores"));
    int[] labels = ints(g.given().get("labels"));
    int classes = scores.length / labels.length;
    int k = (int) g.given().get("k").get(0);
    Classification c = Classification.ofScores(scores, scores, classes, labels, k);
    compareConfusion(g, c.confusion());
    assertSame(g, "accuracy", List.of(c.confusion().accuracy()));
    assertSame(g, "topk", List.of(c.topK()));
    assertSame(g, "auc", c.rocAuc());
  }

  private static void compareAnswers(Golden g) {
    Classification c =
        Classification.ofAnswers(
            floats(g.given().get("answers")),
            g.given().get("threshold").get(0),
            ints(g.given().get("truth")));
    compareConfusion(g, c.confusion());
    assertSame(g, "auc", c.rocAuc());
  }

  private static void compareNumbers(Golden g) {
    float[] truth = floats(g.given().get("y"));
    int outputs = g.given().get("y").type().shape().dim(1);
    Regression r = Regression.of(floats(g.given().get("numbers")), truth, outputs);
    assertSame(g, "mae", List.of(OptionalDouble.of(r.meanAbsoluteError())));
    assertSame(g, "rmse", List.of(OptionalDouble.of(r.rootMeanSquaredError())));
    assertSame(g, "r2", r.rSquared());
    double mean = g.expected().get("r2").get(0);
    mean += g.expected().get("r2").get(1) + g.expected().get("r2").get(2);
    assertEquals(mean / 3, r.meanRSquared().getAsDouble(), EXACT);
  }

  private static void compareConfusion(Golden g, ConfusionMatrix m) {
    Literal expected = g.expected().get("confusion");
    List<ConfusionMatrix.OfClass> scores = List.of(m::precision, m::recall, m::f1);
    List<OptionalDouble> each = new ArrayList<>();
    for (int i = 0; i < m.classes(); i++) {
      for (int j = 0; j < m.classes(); j++) {
        assertEquals(expected.get(i * m.classes() + j), m.count(i, j), "confusion " + i + ", " + j);
        assertEquals(m.count(i, j), m.rows().get(i).get(j));
      }
    }
    scores.forEach(
        s -> {
          for (int c = 0; c < m.classes(); c++) {
            each.add(s.of(c));
          }
        });
    assertSame(g, "each", each);
    assertSame(g, "macro", scores.stream().map(m::macro).toList());
    assertSame(g, "weighted", scores.stream().map(m::weighted).toList());
    assertSame(g, "micro", scores.stream().map(s -> m.micro()).toList());
  }

  private static void assertSame(Golden g, String name, List<OptionalDouble> actual) {
    Literal expected = g.expected().get(name);
    assertEquals(expected.type().elements(), actual.size(), name);
    for (int i = 0; i < actual.size(); i++) {
      double value = actual.get(i).orElse(Double.NaN);
      assertEquals(expected.get(i), value, EXACT, name + " at " + i);
    }
  }

  private static float[] floats(Literal l) {
    float[] f = new float[(int) l.type().elements()];
    for (int i = 0; i < f.length; i++) {
      f[i] = (float) l.get(i);
    }
    return f;
  }

  private static int[] ints(Literal l) {
    int[] n = new int[(int) l.type().elements()];
    for (int i = 0; i < n.length; i++) {
      n[i] = (int) l.get(i);
    }
    return n;
  }

  /** Of one positive among n scores in order, the area is the share of negatives below it. */
  @Test
  void theAreaOfOnePositiveIsItsRank() {
    for (int at = 0; at < 11; at++) {
      float[] scores = new float[11];
      boolean[] positive = new boolean[11];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = i - 5.5f;
      }
      positive[at] = true;
      assertEquals(at / 10.0, Ranking.rocAuc(scores, positive).getAsDouble(), EXACT);
    }
  }

  @Test
  void zerosOfBothSignsAreEqualAndInfinitiesAreOrdered() {
    assertEquals(
        0.5, Ranking.rocAuc(new float[] {0f, -0f}, new boolean[] {true, false}).getAsDouble());
    float inf = Float.POSITIVE_INFINITY;
    assertEquals(
        1,
        Ranking.rocAuc(new float[] {inf, 3e38f, -inf}, new boolean[] {true, false, false})
            .getAsDouble());
  }

  @Test
  void aScoreThatIsNoNumberIsTold() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Ranking.rocAuc(new float[] {1, Float.NaN}, new boolean[] {true, false}));
    assertEquals("the score of example 1 is not a number", e.getMessage());
  }

  @Test
  void whatHasNoValueIsToldWithTheReason() {
    Classification c =
        Classification.ofScores(
            new float[] {3, 1, 2, 3, 1, 2}, new float[6], 3, new int[] {2, 0}, 1);
    assertEquals(
        List.of(
            "class 1 has no recall and no ROC curve: there is no example of it",
            "class 1 has no precision: it is never predicted",
            "class 1 has no F1: there is nothing of it",
            "class 2 has no precision: it is never predicted"),
        c.undefined());
    Regression r = Regression.of(new float[] {1, 2, 3, 4}, new float[] {5, 1, 5, 2}, 2);
    assertEquals(List.of("output 0 has no R²: its targets are all the same"), r.undefined());
    assertEquals(r.rSquared().get(1), r.meanRSquared());
  }

  @Test
  void aLabelOutOfRangeIsNamed() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> ConfusionMatrix.of(new int[] {0, 3}, new int[] {0, 0}, 3));
    assertEquals("label 3 of example 1 is not in [0, 3)", e.getMessage());
  }
}
