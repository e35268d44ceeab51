package dev.ballast.cli.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.cli.picture.LinePlot.Axis;
import dev.ballast.cli.picture.LinePlot.Point;
import dev.ballast.cli.picture.LinePlot.Series;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class LinePlotTest {
  private static Document parsed(LinePlot plot) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(plot.svg())));
  }

  private static List<Element> elements(Document d, String name, String style) {
    List<Element> found = new ArrayList<>();
    NodeList all = d.getElementsByTagName(name);
    for (int i = 0; i < all.getLength(); i++) {
      Element e = (Element) all.item(i);
      if (e.getAttribute("class").equals(style)) {
        found.add(e);
      }
    }
    return found;
  }

  private static List<Double> numbers(List<Element> elements, String attribute) {
    return elements.stream().map(e -> Double.valueOf(e.getAttribute(attribute))).toList();
  }

  private static void rises(List<Double> values) {
    for (int i = 1; i < values.size(); i++) {
      assertTrue(values.get(i) > values.get(i - 1), values::toString);
    }
  }

  private static LinePlot cubic(Axis x, Axis y) {
    List<Point> points = new ArrayList<>();
    for (double v : new double[] {1, 3, 30, 1000, 25_000}) {
      points.add(new Point(v, v * v * v));
    }
    List<Point> bound = List.of(new Point(1, 1), new Point(25_000, 25_000));
    return new LinePlot(
        "a < b & \"c\"",
        x,
        y,
        List.of(new Series("cubic <1>", points, false), new Series("bound", bound, true)));
  }

  @Test
  void pointsStandInTheOrderOfTheirValuesAndInsideTheFrame() throws Exception {
    for (Axis x : List.of(Axis.log("n"), Axis.linear("n"))) {
      for (Axis y : List.of(Axis.log("ns"), Axis.linear("ns"))) {
        Document d = parsed(cubic(x, y));
        Element frame = elements(d, "rect", "frame").getFirst();
        double left = Double.parseDouble(frame.getAttribute("x"));
        double right = left + Double.parseDouble(frame.getAttribute("width"));
        double top = Double.parseDouble(frame.getAttribute("y"));
        double bottom = top + Double.parseDouble(frame.getAttribute("height"));
        List<Double> across = numbers(elements(d, "circle", ""), "cx");
        assertEquals(5, across.size());
        across.forEach(v -> assertTrue(v >= left && v <= right, v + " of " + left));
        numbers(elements(d, "circle", ""), "cy")
            .forEach(v -> assertTrue(v >= top && v <= bottom, v + " of " + top));
        if (x.isLog()) {
          rises(across);
        }
        rises(numbers(elements(d, "text", "tick mid"), "x"));
        rises(numbers(elements(d, "text", "tick end"), "y").reversed());
      }
    }
  }

  @Test
  void onLogarithmicAxesAPowerIsAStraightLine() throws Exception {
    Document d = parsed(cubic(Axis.log("n"), Axis.log("ns")));
    List<Double> x = numbers(elements(d, "circle", ""), "cx");
    List<Double> y = numbers(elements(d, "circle", ""), "cy");
    double slope = (y.getLast() - y.getFirst()) / (x.getLast() - x.getFirst());
    for (int i = 1; i < x.size(); i++) {
      assertEquals(y.getFirst() + slope * (x.get(i) - x.getFirst()), y.get(i), 0.05);
    }
  }

  @Test
  void wordsAreEscapedAndEverySeriesIsInTheLegend() throws Exception {
    LinePlot plot = cubic(Axis.log("n & m"), Axis.linear("ns"));
    Document d = parsed(plot);
    assertEquals("a < b & \"c\"", elements(d, "text", "title").getFirst().getTextContent());
    assertEquals(
        List.of("cubic <1>", "bound"),
        elements(d, "text", "legend").stream().map(Element::getTextContent).toList());
    assertEquals(plot.svg(), cubic(Axis.log("n & m"), Axis.linear("ns")).svg());
  }

  @Test
  void ticksAreRoundAndReachBeyondTheData() {
    assertEquals(List.of(1.0, 2.0, 5.0, 10.0), Ticks.log("x", List.of(1.0, 8.0)).values());
    assertEquals(List.of(1e3, 1e4, 1e5, 1e6, 1e7), Ticks.log("x", List.of(1e3, 1e7)).values());
    assertEquals(List.of(5.0, 10.0), Ticks.log("x", List.of(5.0)).values());
    assertEquals(
        List.of(0.0, 1.0, 2.0, 3.0, 4.0, 5.0), Ticks.linear("y", List.of(4.9, 2.2)).values());
    assertEquals(List.of(0.0, 1.0), Ticks.linear("y", List.of(0.0)).values());
    for (double top : new double[] {1e-7, 0.3, 1, 2, 7, 9.99, 10, 31, 1e9}) {
      List<Double> ticks = Ticks.linear("y", List.of(top)).values();
      assertTrue(ticks.getFirst() == 0 && ticks.getLast() >= top && ticks.size() <= 10, top + "");
    }
    Ticks t = Ticks.log("x", List.of(1.0, 10.0));
    assertEquals(
        List.of("0.01", "500", "1e5", "2e-3"),
        List.of(0.01, 500.0, 1e5, 2e-3).stream().map(t::text).toList());
  }

  @Test
  void whatCannotBeDrawnIsNamed() {
    Series zero = new Series("z", List.of(new Point(0, 1)), false);
    LinePlot plot = new LinePlot("t", Axis.log("nodes"), Axis.linear("y"), List.of(zero));
    Exception e = assertThrows(IllegalArgumentException.class, plot::svg);
    assertEquals("axis 'nodes': can't show 0.0 on a logarithmic scale", e.getMessage());
    Series nan = new Series("n", List.of(new Point(1, Double.NaN)), false);
    LinePlot other = new LinePlot("t", Axis.log("nodes"), Axis.linear("y"), List.of(nan));
    assertThrows(IllegalArgumentException.class, other::svg);
    assertThrows(IllegalArgumentException.class, () -> new Series("s", List.of(), false));
  }
}
