package dev.ballast.cli.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** Graphs laid out and written in three languages. */
class DiagramTest {
  private static Diagram random(int nodes) {
    Random random = new Random(7);
    List<Diagram.Node> boxes = new ArrayList<>();
    List<Diagram.Edge> edges = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      List<String> lines = List.of("= " + random.nextInt(1000), "∂L/∂n" + i + " = 3.14159");
      boxes.add(new Diagram.Node("n" + i, lines, Diagram.Kind.FUNCTION));
      for (int k = 0; i > 0 && k < 2; k++) {
        edges.add(new Diagram.Edge(random.nextInt(i), i, k == 0 ? "" : "-0.196612"));
      }
    }
    return new Diagram("random", boxes, edges);
  }

  private record Rect(double x, double y, double right, double bottom) {
    static Rect of(Element e) {
      double x = Drawing.number(e, "x");
      double y = Drawing.number(e, "y");
      return new Rect(x, y, x + Drawing.number(e, "width"), y + Drawing.number(e, "height"));
    }

    boolean overlaps(Rect o) {
      return x < o.right && o.x < right && y < o.bottom && o.y < bottom;
    }
  }

  /** Boxes and labels alike, and all on the sheet. */
  @Test
  void nothingLiesOverAnythingElse() throws Exception {
    Drawing d = Drawing.of(random(40).svg());
    List<Rect> rects =
        d.elements("rect").stream().filter(r -> r.hasAttribute("x")).map(Rect::of).toList();
    assertEquals(40 + 39, rects.size());
    for (int i = 0; i < rects.size(); i++) {
      for (int k = 0; k < i; k++) {
        assertFalse(rects.get(i).overlaps(rects.get(k)), rects.get(i) + " and " + rects.get(k));
      }
    }
    Element svg = d.document().getDocumentElement();
    for (Rect r : rects) {
      assertTrue(r.x >= 0 && r.right <= Drawing.number(svg, "width"), r.toString());
      assertTrue(r.y >= 0 && r.bottom <= Drawing.number(svg, "height"), r.toString());
    }
  }

  @Test
  void arrowsRunToTheRight() throws Exception {
    for (Element e : Drawing.of(random(40).svg()).elements("path")) {
      if (e.getAttribute("class").equals("edge")) {
        String[] numbers = e.getAttribute("d").substring(1).split("[L ]");
        double from = Double.parseDouble(numbers[0]);
        double to = Double.parseDouble(numbers[numbers.length - 2]);
        assertTrue(from < to, e.getAttribute("d"));
      }
    }
  }

  @Test
  void theSameGraphIsDrawnAlike() {
    assertEquals(random(40).svg(), random(40).svg());
  }

  @Test
  void parallelArrowsAreAllDrawn() throws Exception {
    Diagram.Node n = new Diagram.Node("x", List.of(), Diagram.Kind.VARIABLE);
    Diagram.Edge e = new Diagram.Edge(0, 1, "3");
    Drawing d = Drawing.of(new Diagram("square", List.of(n, n), List.of(e, e)).svg());
    List<String> routes =
        d.elements("path").stream()
            .filter(p -> p.getAttribute("class").equals("edge"))
            .map(p -> p.getAttribute("d"))
            .distinct()
            .toList();
    assertEquals(2, routes.size());
  }

  @Test
  void whatTheLanguagesTakeForMarkupIsEscaped() {
    Diagram.Node n = new Diagram.Node("a\"<b>\\", List.of("c & d"), Diagram.Kind.RESULT);
    Diagram d = new Diagram("t", List.of(n), List.of(new Diagram.Edge(0, 0, "[0 < x] \"")));
    assertTrue(d.dot().contains("n0 [label=\"a\\\"<b>\\\\\\nc & d\", "), d.dot());
    assertTrue(d.dot().contains("n0 -> n0 [label=\"[0 < x] \\\"\"];"), d.dot());
    assertTrue(
        d.mermaid().contains("n0[\"a#quot;&lt;b&gt;\\<br/>c &amp; d\"]:::result"), d.mermaid());
    assertTrue(d.mermaid().contains("n0 -->|\"[0 &lt; x] #quot;\"| n0"), d.mermaid());
    assertTrue(d.svg().contains(">a&quot;&lt;b&gt;\\</text>"), d.svg());
  }
}
