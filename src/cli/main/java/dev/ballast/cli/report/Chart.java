package dev.ballast.cli.report;

import dev.ballast.cli.picture.Scale;
import dev.ballast.cli.picture.Svg;
import java.util.List;

/** A small chart without colours of its own: the page's style has them, for light and dark. */
final class Chart {
  private static final double WIDTH = 440;
  private static final double HEIGHT = 262;
  private static final double LEFT = 62;
  private static final double RIGHT = 428;
  private static final double TOP = 32;
  private static final double BOTTOM = 214;

  /** A chart with more points than this shows lines alone. */
  private static final int DOTS = 200;

  private final Svg svg = new Svg();
  private final Scale x;
  private final Scale y;
  private double legend = RIGHT;

  /** A point, and what is told of it where one points at it. */
  record Point(double x, double y, String told) {}

  /**
   * @param told what the chart shows, for those who can't see it
   * @param xTicks where the axis below has numbers
   */
  Chart(String told, Scale x, List<Double> xTicks, String xName, Scale y) {
    this.x = x;
    this.y = y;
    svg.open("svg", "viewBox", Svg.format("0 0 %s %s", WIDTH, HEIGHT), "role", "img");
    svg.text("title", told);
    svg.rect("ground", LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP);
    for (double tick : y.ticks()) {
      svg.path("grid", Svg.format("M%s %sH%s", LEFT, down(tick), RIGHT));
      svg.write("end", LEFT - 7, down(tick) + 4, y.text(tick));
    }
    for (double tick : xTicks) {
      svg.write("mid", right(tick), BOTTOM + 17, x.text(tick));
    }
    svg.write("mid soft", (LEFT + RIGHT) / 2, BOTTOM + 38, xName);
  }

  private double right(double v) {
    return LEFT + 6 + (RIGHT - LEFT - 12) * x.part(v);
  }

  private double down(double v) {
    return BOTTOM - (BOTTOM - TOP) * y.part(v);
  }

  /** Points joined by a line, named above the chart where there is a name. */
  Chart line(String style, String name, List<Point> points) {
    StringBuilder d = new StringBuilder();
    for (Point p : points) {
      d.append(d.isEmpty() ? 'M' : 'L');
      d.append(Svg.number(right(p.x))).append(' ').append(Svg.number(down(p.y)));
    }
    svg.path("line " + style, d);
    if (points.size() <= DOTS) {
      dots("dot " + style, 3.5, points);
    }
    if (!name.isEmpty()) {
      svg.write("end strong of-" + style, legend, TOP - 11, name);
      legend -= 8 * name.length() + 14;
    }
    return this;
  }

  Chart dots(String style, double radius, List<Point> points) {
    for (Point p : points) {
      svg.open("circle", "class", style, "cx", right(p.x), "cy", down(p.y), "r", radius);
      svg.text("title", p.told).close();
    }
    return this;
  }

  /** A bar from 0 up, between two places of the axis below. */
  Chart bar(String style, double from, double to, double height, String told) {
    double top = down(height);
    double left = right(from) + 0.5;
    svg.open(
        "rect",
        "class",
        style,
        "x",
        left,
        "y",
        top,
        "width",
        Math.max(0.5, right(to) - left - 0.5),
        "height",
        BOTTOM - top);
    svg.text("title", told).close();
    return this;
  }

  /** A line straight up, which is told of above the chart. */
  Chart upright(String style, double at, String name) {
    svg.path(style, Svg.format("M%s %sV%s", right(at), TOP, BOTTOM));
    svg.write("soft", LEFT, TOP - 11, name);
    return this;
  }

  /** Where both axes say the same. */
  Chart diagonal(String style) {
    double from = Math.max(x.from(), y.from());
    double to = Math.min(x.to(), y.to());
    svg.path(style, Svg.format("M%s %sL%s %s", right(from), down(from), right(to), down(to)));
    return this;
  }

  String done() {
    return svg.close().toString();
  }
}
