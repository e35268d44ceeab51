package dev.ballast.cli.picture;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Lines through points on linear or logarithmic axes, as SVG: the same input gives the same bytes.
 *
 * <pre>{@code
 * new LinePlot("time", Axis.log("nodes"), Axis.log("ns per node"), List.of(series)).svg();
 * }</pre>
 */
public record LinePlot(String title, Axis x, Axis y, List<Series> series) {
  private static final double LEFT = 76;
  private static final double RIGHT = 744;
  private static final double TOP = 56;
  private static final double BOTTOM = 396;
  private static final double LEGEND_TOP = 466;
  private static final double LEGEND_ROW = 22;
  private static final List<String> COLOURS =
      List.of("#0b6e99", "#c4482e", "#5b7f1f", "#8a4b9a", "#b7791f", "#3d4a5c");
  private static final String STYLE =
      """
      text{font-family:system-ui,sans-serif;font-size:13px;fill:#222}
      .title{font-size:18px;font-weight:600}
      .tick{fill:#555}
      .mid{text-anchor:middle}.end{text-anchor:end}
      .grid{stroke:#ddd;stroke-width:1}.frame{stroke:#888;stroke-width:1;fill:none}
      .line{fill:none;stroke-width:2;stroke-linejoin:round}
      .dashed{stroke-dasharray:6 4}
      """;

  public LinePlot {
    series = List.copyOf(series);
    if (series.isEmpty()) {
      throw new IllegalArgumentException("plot '" + title + "': there is nothing to draw");
    }
  }

  /** A scale with a name. */
  public record Axis(String label, boolean isLog) {
    public static Axis log(String label) {
      return new Axis(label, true);
    }

    public static Axis linear(String label) {
      return new Axis(label, false);
    }

    private Ticks ticks(List<Double> values) {
      return isLog ? Ticks.log(label, values) : Ticks.linear(label, values);
    }
  }

  /** Values, in the axes' units. */
  public record Point(double x, double y) {}

  /**
   * A line.
   *
   * @param dashed for what belongs to the series before it, whose colour it shares: a bound, an
   *     expectation
   */
  public record Series(String label, List<Point> points, boolean dashed) {
    public Series {
      points = List.copyOf(points);
      if (points.isEmpty()) {
        throw new IllegalArgumentException("series '" + label + "' has no points");
      }
    }
  }

  /** The picture, as a file of its own. */
  public String svg() {
    Ticks across = x.ticks(values(Point::x));
    Ticks up = y.ticks(values(Point::y));
    double height = LEGEND_TOP + LEGEND_ROW * series.size();
    Svg svg = new Svg();
    svg.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "viewBox",
        "0 0 780 " + Svg.number(height),
        "role",
        "img");
    svg.text("title", title);
    svg.text("style", STYLE);
    svg.leaf("rect", "width", "100%", "height", "100%", "fill", "#fff");
    svg.write("title", LEFT, 34, title);
    axes(svg, across, up);
    int colour = -1;
    for (int i = 0; i < series.size(); i++) {
      colour += series.get(i).dashed() && colour >= 0 ? 0 : 1;
      String ink = COLOURS.get(colour % COLOURS.size());
      draw(svg, series.get(i), ink, across, up);
      legend(svg, i, ink);
    }
    return svg.close().toString();
  }

  private List<Double> values(ToDoubleFunction<Point> of) {
    return series.stream().flatMap(s -> s.points().stream()).map(p -> of.applyAsDouble(p)).toList();
  }

  private void axes(Svg svg, Ticks across, Ticks up) {
    for (double v : across.values()) {
      double at = across.place(v, LEFT, RIGHT);
      line(svg, at, TOP, at, BOTTOM);
      svg.write("tick mid", at, BOTTOM + 20, across.text(v));
    }
    for (double v : up.values()) {
      double at = up.place(v, BOTTOM, TOP);
      line(svg, LEFT, at, RIGHT, at);
      svg.write("tick end", LEFT - 8, at + 4, up.text(v));
    }
    svg.rect("frame", LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP);
    svg.write("mid", (LEFT + RIGHT) / 2, BOTTOM + 46, x.label());
    double middle = (TOP + BOTTOM) / 2;
    String turned = Svg.format("rotate(-90 %s %s)", 20.0, middle);
    svg.text("text", y.label(), "class", "mid", "x", 20.0, "y", middle, "transform", turned);
  }

  private static void line(Svg svg, double x1, double y1, double x2, double y2) {
    svg.leaf("line", "class", "grid", "x1", x1, "y1", y1, "x2", x2, "y2", y2);
  }

  private static void draw(Svg svg, Series s, String ink, Ticks across, Ticks up) {
    StringBuilder d = new StringBuilder();
    for (Point p : s.points()) {
      double px = across.place(p.x(), LEFT, RIGHT);
      double py = up.place(p.y(), BOTTOM, TOP);
      d.append(d.isEmpty() ? "M" : " L").append(Svg.format("%s %s", px, py));
      if (!s.dashed()) {
        svg.leaf("circle", "cx", px, "cy", py, "r", 3.5, "fill", ink);
      }
    }
    svg.leaf("path", "class", style(s), "stroke", ink, "d", d);
  }

  private static String style(Series s) {
    return s.dashed() ? "line dashed" : "line";
  }

  private void legend(Svg svg, int row, String ink) {
    double at = LEGEND_TOP + LEGEND_ROW * row;
    Series s = series.get(row);
    String d = Svg.format("M%s %s h30", LEFT, at);
    svg.leaf("path", "class", style(s), "stroke", ink, "d", d);
    svg.write("legend", LEFT + 40, at + 4, s.label());
  }
}
