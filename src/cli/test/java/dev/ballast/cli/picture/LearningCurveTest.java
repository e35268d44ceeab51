package dev.ballast.cli.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.image.PictureSize;
import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class LearningCurveTest {
  private static List<Epoch> run(int epochs, boolean tested) {
    List<Epoch> run = new ArrayList<>();
    for (int i = 1; i <= epochs; i++) {
      Evaluation e = new Evaluation(0.5 + 1.0 / i, OptionalDouble.of(0.5 + 0.01 * i));
      run.add(new Epoch(i, 1.0 / i, 1, 10, 0, tested ? Optional.of(e) : Optional.empty()));
    }
    return run;
  }

  private static List<String> paths(Drawing d, String style) {
    return d.elements("path").stream()
        .filter(p -> p.getAttribute("class").equals(style))
        .map(p -> p.getAttribute("d"))
        .toList();
  }

  @Test
  void linesHaveAPointForEachEpochAndRunTheRightWay() throws Exception {
    Drawing d =
        Drawing.of(LearningCurve.svg("a < b", run(12, true), "validation", Optional.of(12)));
    assertEquals(1, paths(d, "train").size());
    assertEquals(2, paths(d, "judged").size());
    assertEquals(2, paths(d, "kept").size());
    List<String> named =
        d.elements("text").stream()
            .filter(t -> t.getAttribute("class").startsWith("of-judged"))
            .map(t -> t.getTextContent())
            .toList();
    assertEquals(List.of("validation", "validation"), named);
    for (String path : List.of(paths(d, "train").getFirst(), paths(d, "judged").getLast())) {
      String[] points = path.substring(1).split("L");
      assertEquals(12, points.length);
      double first = Double.parseDouble(points[0].split(" ")[1]);
      double last = Double.parseDouble(points[11].split(" ")[1]);
      boolean falls = path.equals(paths(d, "train").getFirst());
      // Heights count from the top.
      assertEquals(falls, last > first, path);
    }
  }

  @Test
  void withoutTestDataThereIsOnePanel() throws Exception {
    Drawing d = Drawing.of(LearningCurve.svg("plain", run(1, false), "test", Optional.empty()));
    assertEquals(1, paths(d, "train").size());
    assertEquals(0, paths(d, "judged").size() + paths(d, "kept").size());
  }

  @Test
  void axesHaveRoundNumbersAndHoldAllValues() {
    Scale s = Scale.over(List.of(0.613, 0.537, 0.671), 5);
    assertTrue(s.from() <= 0.537 && s.to() >= 0.671, s.toString());
    assertEquals("0.50", s.text(s.ticks().getFirst()));
    assertEquals(0.05, s.step(), 1e-12);
    assertEquals(0.5, Scale.over(List.of(3.0), 5).part(3), 0.51);
    assertEquals("60", Scale.over(List.of(57.0, 66.0), 5).text(60));
    assertEquals(1, Scale.over(List.of(0.0, 1e6), 5).part(1e6), 1e-12);
  }

  @Test
  void heatIsWhiteWhereTheGradientIsLargestAndLeavesTheRestDim() throws Exception {
    byte[] gray = {100, 100, 100, 100, 100, 100};
    byte[] png = HeatMap.png(new PictureSize(3, 2), gray, new double[] {0, 0, 0, 0, 5, 0});
    BufferedImage sheet = ImageIO.read(new ByteArrayInputStream(png));
    int side = 149;
    assertEquals(2 * 3 * side + 16, sheet.getWidth());
    assertEquals(2 * side, sheet.getHeight());
    assertEquals(0xFF646464, sheet.getRGB(5, 5));
    int left = 3 * side + 16;
    assertEquals(0xFFFFFFFF, sheet.getRGB(left + side + 5, side + 5));
    assertEquals(0xFF2D2D2D, sheet.getRGB(left + 5, 5));
    byte[] cold = HeatMap.png(new PictureSize(3, 2), gray, new double[6]);
    assertEquals(0xFF2D2D2D, ImageIO.read(new ByteArrayInputStream(cold)).getRGB(left + 5, 5));
  }
}
