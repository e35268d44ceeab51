package dev.ballast.bench.peers;

import dev.ballast.cli.picture.Svg;
import java.util.List;
import java.util.Locale;

/**
 * Medians as bars, in units of the best peer's: a group for each workload and number of threads, a
 * bar for each side. A line marks the best peer; what ends before it is faster.
 */
final class BarPlot {
  private static final double LEFT = 220;
  private static final double RIGHT = 700;
  private static final double TOP = 84;
  private static final double BAR = 14;
  private static final double GAP = 12;

  /** Longer bars are cut off; their number says how long they are. */
  private static final double MOST = 4;

  private static final List<String> COLOURS =
      List.of("#c4482e", "#0b6e99", "#7fb2c9", "#5b7f1f", "#8a4b9a", "#b7791f");
  private static final String STYLE =
      """
      text{font-family:system-ui,sans-serif;font-size:12px;fill:#222}
      .title{font-size:18px;font-weight:600}
      .end{text-anchor:end}
      .tick{fill:#555;text-anchor:middle}
      .grid{stroke:#ddd;stroke-width:1}.best{stroke:#222;stroke-width:1.5}
      """;

  private BarPlot() {}

  /**
   * @throws IllegalArgumentException where nothing has a peer to be compared with
   */
  static String svg(Results results) {
    List<Comparison> shown = results.all().stream().filter(c -> c.bestPeer().isPresent()).toList();
    if (shown.isEmpty()) {
      throw new IllegalArgumentException("there is nothing to draw: no peer was measured");
    }
    double height = TOP + GAP;
    for (Comparison c : shown) {
      height += BAR * c.rows().size() + GAP;
    }
    Svg svg = new Svg();
    String box = "0 0 780 " + Svg.number(height + 24);
    svg.open("svg", "xmlns", "http://www.w3.org/2000/svg", "viewBox", box, "role", "img");
    svg.text("title", "Medians in units of the best peer's");
    svg.text("style", STYLE);
    svg.leaf("rect", "width", "100%", "height", "100%", "fill", "#fff");
    svg.write("title", 20, 32, "Medians in units of the best peer's: shorter is faster");
    legend(svg);
    for (int tick = 0; tick <= MOST; tick++) {
      double x = place(tick);
      String style = tick == 1 ? "best" : "grid";
      svg.leaf("line", "class", style, "x1", x, "y1", TOP, "x2", x, "y2", height);
      svg.write("tick", x, height + 16, Integer.toString(tick));
    }
    double y = TOP + GAP;
    for (Comparison c : shown) {
      String label = c.workload().name() + " ×" + c.threads();
      svg.write("end", LEFT - 10, y + BAR * c.rows().size() / 2 + 4, label);
      for (PeerRow r : c.rows()) {
        bar(svg, c, r, y);
        y += BAR;
      }
      y += GAP;
    }
    return svg.close().toString();
  }

  private static void legend(Svg svg) {
    double x = 20;
    for (String side : Sides.NAMES) {
      svg.leaf("rect", "x", x, "y", 50.0, "width", 12.0, "height", 12.0, "fill", colour(side));
      svg.write("legend", x + 17, 60, side);
      x += 35 + 7.5 * side.length();
    }
  }

  private static void bar(Svg svg, Comparison c, PeerRow r, double y) {
    double ratio = c.ratioToBestPeer(r).orElseThrow();
    double end = place(Math.min(ratio, MOST));
    svg.leaf(
        "rect",
        "x",
        LEFT,
        "y",
        y,
        "width",
        end - LEFT,
        "height",
        BAR - 2,
        "fill",
        colour(r.side()));
    String text = String.format(Locale.ROOT, "%.2f", ratio) + (r.isNoisy() ? " noisy" : "");
    svg.write("value", end + 5, y + BAR - 4, text);
  }

  private static String colour(String side) {
    return COLOURS.get(Math.max(0, Sides.NAMES.indexOf(side)) % COLOURS.size());
  }

  private static double place(double ratio) {
    return LEFT + ratio / MOST * (RIGHT - LEFT);
  }
}
