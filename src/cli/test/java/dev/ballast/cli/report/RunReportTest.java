package dev.ballast.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.cli.report.Outcome.Mistake;
import dev.ballast.data.Dataset;
import dev.ballast.loss.BinaryCrossEntropy;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.LabelWeights;
import dev.ballast.loss.Loss;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.metric.ConfusionMatrix;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Conv2d;
import dev.ballast.nn.Flatten;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Window;
import dev.ballast.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportTest {
  @TempDir Path folder;

  @Test
  void theMatrixCountsWhatTheEvaluationCounts() throws Exception {
    TinyRun.Reported r = images(3).run(folder, labelled(200, 3, 1), labelled(150, 3, 2));
    Outcome.Labels l = assertInstanceOf(Outcome.Labels.class, r.report().outcome());
    ConfusionMatrix c = l.confusion();
    assertEquals(150, c.examples());
    assertEquals(r.evaluation().accuracy().orElseThrow(), c.right() / 150.0, 1e-12);
    assertEquals(50, c.support(0));
    assertTrue(c.right() < 150, "nothing to look at");
  }

  /** As the evaluation does, though the label is a class that the network has an output for. */
  @Test
  void theIgnoredLabelIsNotCounted() throws Exception {
    TinyRun plain = images(3);
    Loss ignoring = new CrossEntropy(0, LabelWeights.NONE.withIgnored(1));
    TinyRun t =
        new TinyRun(
            plain.name(), plain.classes(), true, plain.model(), ignoring, 2, plain.metadata());
    TinyRun.Reported r = t.run(folder, labelled(200, 3, 1), labelled(150, 3, 2));
    Outcome.Labels l = assertInstanceOf(Outcome.Labels.class, r.report().outcome());
    assertEquals(100, l.confusion().examples());
    assertEquals(0, l.confusion().support(1));
    assertEquals(r.evaluation().accuracy().orElseThrow(), l.confusion().right() / 100.0, 1e-6);
    assertTrue(l.wrongest().stream().noneMatch(m -> m.truth() == 1));
  }

  @Test
  void theWrongestAreWrongAndSortedAndDrawn() throws Exception {
    RunReport r = images(3).run(folder, labelled(200, 3, 1), labelled(150, 3, 2)).report();
    Outcome.Labels l = assertInstanceOf(Outcome.Labels.class, r.outcome());
    long wrong = l.confusion().examples() - l.confusion().right();
    assertEquals(Math.min(Judge.EXAMPLES, wrong), l.wrongest().size());
    double last = 1;
    for (Mistake m : l.wrongest()) {
      assertEquals(m.index() % 3, m.truth());
      assertFalse(m.truth() == m.said());
      assertTrue(m.score() <= last && m.score() > 1 / 3.0, m.toString());
      assertTrue(r.pictures().get(m.index()).startsWith("data:image/png;base64,"));
      last = m.score();
    }
  }

  @Test
  void theFirstLayerIsDrawnWhereItSeesTheImage() throws Exception {
    Filters folded =
        images(3).run(folder, labelled(64, 3, 1), labelled(32, 3, 2)).report().filters().get();
    assertEquals("fc1", folded.layer());
    assertEquals(FirstLayer.TILES, folded.pictures().size());
    assertEquals(80, folded.total());
    assertTrue(folded.strongest());
    double before = Double.POSITIVE_INFINITY;
    for (Filters.Tile t : folded.pictures()) {
      assertTrue(t.norm() <= before);
      before = t.norm();
    }
    Filters kernels =
        TinyRun.of(
                "kernels",
                List.of(),
                true,
                Shape.of(1, 6, 6),
                new CrossEntropy(),
                Conv2d.of("c", 1, 5, Window.of(3)),
                Activation.RELU,
                new Flatten(),
                Linear.of("out", 5 * 4 * 4, 3))
            .run(folder, TinyRun.labelled(Shape.of(1, 6, 6), 64, 3, 1), labelled(32, 3, 2))
            .report()
            .filters()
            .get();
    assertEquals("c", kernels.layer());
    assertEquals(5, kernels.pictures().size());
    assertFalse(kernels.strongest());
  }

  @Test
  void whatIsNoImageIsNotDrawn() throws Exception {
    TinyRun t = images(3);
    TinyRun plain = new TinyRun(t.name(), t.classes(), false, t.model(), t.loss(), 1, t.metadata());
    RunReport r = plain.run(folder, labelled(64, 3, 1), labelled(32, 3, 2)).report();
    assertTrue(r.pictures().isEmpty());
    assertTrue(r.filters().isEmpty());
    String page = RunPage.html(r);
    assertTrue(page.contains("<td>#"), "wrong examples as numbers");
    assertTrue(page.contains("One epoch makes no curve"));
    assertFalse(page.contains("Time per step</figcaption>"));
  }

  @Test
  void oneProbabilityTellsTwoClassesApart() throws Exception {
    Loss loss = new BinaryCrossEntropy();
    TinyRun run =
        TinyRun.of(
            "two",
            List.of("a", "b"),
            true,
            Shape.of(6, 6),
            loss,
            new Flatten(),
            Linear.of("f", 36, 1));
    TinyRun.Reported r = run.run(folder, binary(200, 1), binary(100, 2));
    Outcome.Labels l = assertInstanceOf(Outcome.Labels.class, r.report().outcome());
    assertEquals("b", l.name(1));
    assertEquals(50, l.confusion().support(1));
    assertEquals(r.evaluation().accuracy().orElseThrow(), l.confusion().right() / 100.0, 1e-6);
    assertTrue(l.wrongest().stream().allMatch(m -> m.score() >= 0.5));
  }

  @Test
  void numbersAreComparedWithTheTrueOnes() throws Exception {
    TinyRun.Reported r =
        TinyRun.of(
                "line", List.of(), false, Shape.of(2), new MeanSquaredError(), Linear.of("f", 2, 1))
            .withEpochs(30)
            .run(folder, TinyRun.numbers(200, 1), TinyRun.numbers(100, 2));
    Outcome.Numbers n = assertInstanceOf(Outcome.Numbers.class, r.report().outcome());
    Estimates e = n.outputs().getFirst();
    double meanSquare = Math.pow(e.errors().rootMeanSquaredError(), 2);
    assertEquals(r.evaluation().loss(), meanSquare, 1e-5 * meanSquare);
    assertEquals(36, n.worst().size());
    Outcome.Miss worst = n.worst().getFirst();
    assertEquals(e.residual(worst.index()), worst.said() - worst.truth(), 1e-12);
    assertTrue(RunPage.html(r.report()).contains("Said against true"));
  }

  @Test
  void aThousandClassesMakeAPageThatCanBeRead() throws Exception {
    Shape wide = Shape.of(1100);
    RunReport r =
        TinyRun.of("many", List.of(), false, wide, new CrossEntropy(), Linear.of("f", 1100, 1000))
            .withEpochs(0)
            .run(folder, TinyRun.labelled(wide, 20, 1000, 1), TinyRun.labelled(wide, 2000, 1000, 2))
            .report();
    String page = RunPage.html(r);
    assertFalse(page.contains("id=\"matrix\""));
    String pairs = page.split("id=\"pairs\"")[1].split("</table>")[0];
    assertEquals(ConfusionSection.PAIRS + 1, pairs.split("<tr>").length - 1);
    assertTrue(page.contains("classes with the lowest F1"));
    assertTrue(page.contains("with no epoch of training"));
    assertTrue(page.length() < 300_000, "bytes: " + page.length());
  }

  private static TinyRun images(int classes) {
    return TinyRun.of(
        "images",
        List.of("left", "middle", "right"),
        true,
        Shape.of(6, 6),
        new CrossEntropy(),
        new Flatten(),
        Linear.of("fc1", 36, 80),
        Activation.RELU,
        Linear.of("fc2", 80, classes));
  }

  private static Dataset labelled(int size, int classes, long seed) {
    return TinyRun.labelled(Shape.of(6, 6), size, classes, seed);
  }

  private static Dataset binary(int size, long seed) {
    return TinyRun.binary(Shape.of(6, 6), size, seed);
  }
}
