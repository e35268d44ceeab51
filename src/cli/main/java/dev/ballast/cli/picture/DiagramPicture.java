package dev.ballast.cli.picture;

/** A diagram as SVG; layered by the Eclipse Layout Kernel. */
final class DiagramPicture {
  private static final double SIZE = 14;
  private static final double SMALL = 12;
  private static final double LINE = 18;
  private static final double PADDING = 12;
  private static final double MARGIN = 16;

  private static final String STYLE =
      """
      text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;\
      font-size:12px;fill:#28323e;text-anchor:middle;font-variant-numeric:tabular-nums}
      .title{font-size:14px;font-weight:700;fill:#111820}
      .local{fill:#9b2d00}
      .gap{fill:#fff}
      .edge{stroke:#5a6675;stroke-width:1.4;fill:none}
      .head{fill:#5a6675;stroke:none}
      """;

  private final Diagram diagram;
  private final Svg svg = new Svg();

  DiagramPicture(Diagram diagram) {
    this.diagram = diagram;
  }

  String svg() {
    LayeredLayout layout = new LayeredLayout();
    for (Diagram.Node n : diagram.nodes()) {
      layout.node(width(n), PADDING * 2 + LINE * (1 + n.lines().size()) - 6);
    }
    for (Diagram.Edge e : diagram.edges()) {
      layout.edge(e.from(), e.to(), labelWidth(e.label()), e.label().isEmpty() ? 0 : LINE);
    }
    layout.run();
    double width = layout.width() + 2 * MARGIN;
    double height = layout.height() + 2 * MARGIN;
    svg.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "viewBox",
        Svg.format("0 0 %s %s", width, height),
        "width",
        width,
        "height",
        height,
        "role",
        "img");
    svg.text("title", diagram.title());
    svg.text("style", STYLE + colours());
    svg.leaf("rect", "width", "100%", "height", "100%", "fill", "#fff");
    svg.open("g", "transform", Svg.format("translate(%s %s)", MARGIN, MARGIN));
    edges(layout);
    nodes(layout);
    labels(layout);
    return svg.close().close().toString();
  }

  private static double width(Diagram.Node n) {
    double lines = n.lines().stream().mapToDouble(l -> Frame.textWidth(l, SMALL)).max().orElse(0);
    return 2 * PADDING + Math.max(Frame.textWidth(n.title(), SIZE) * 1.1, lines);
  }

  private static double labelWidth(String label) {
    return label.isEmpty() ? 0 : Frame.textWidth(label, SMALL) + 6;
  }

  private static String colours() {
    StringBuilder s = new StringBuilder();
    for (Diagram.Kind k : Diagram.Kind.values()) {
      s.append('.').append(k.style).append("{fill:").append(k.fill).append(";fill-opacity:.45");
      s.append(";stroke:").append(k.edge).append(";stroke-width:1.4}\n");
    }
    return s.toString();
  }

  private void nodes(LayeredLayout layout) {
    for (int i = 0; i < diagram.nodes().size(); i++) {
      Diagram.Node n = diagram.nodes().get(i);
      LayeredLayout.Box b = layout.box(i);
      svg.open("g", "id", "node-" + i);
      svg.leaf(
          "rect",
          "class",
          n.kind().style,
          "x",
          b.x(),
          "y",
          b.y(),
          "width",
          b.width(),
          "height",
          b.height(),
          "rx",
          8.0);
      double middle = b.x() + b.width() / 2;
      double y = b.y() + PADDING + SIZE - 2;
      svg.write("title", middle, y, n.title());
      for (String line : n.lines()) {
        y += LINE;
        svg.write("line", middle, y, line);
      }
      svg.close();
    }
  }

  private void edges(LayeredLayout layout) {
    for (int i = 0; i < diagram.edges().size(); i++) {
      svg.path("edge", layout.route(i));
      svg.path("head", layout.arrowHead(i));
    }
  }

  private void labels(LayeredLayout layout) {
    for (int i = 0; i < diagram.edges().size(); i++) {
      String label = diagram.edges().get(i).label();
      if (!label.isEmpty()) {
        LayeredLayout.Box b = layout.label(i);
        svg.rect("gap", b.x(), b.y(), b.width(), b.height());
        svg.write("local", b.x() + b.width() / 2, b.y() + SMALL + 1, label);
      }
    }
  }
}
