package dev.ballast.cli.picture;

import dev.ballast.plan.Region;
import java.util.List;
import java.util.Locale;

/** The whole arena to scale, each region fanning out to its panel. */
final class ArenaBar {
  private static final double LABEL_HEIGHT = 16;
  private static final double FAN_WIDTH = 34;

  private final Frame frame;
  private final Svg svg;

  ArenaBar(Frame frame, Svg svg) {
    this.frame = frame;
    this.svg = svg;
  }

  void draw() {
    List<Region> regions = frame.regions();
    if (regions.isEmpty()) {
      return;
    }
    double top = frame.panel(regions.getFirst()).top();
    double height = frame.bottom() - top;
    double x = Frame.MARGIN;
    double right = x + Frame.BAR_WIDTH;
    svg.write("strong", x, top - 22, "arena");
    svg.write("small", x, top - 8, "to scale");
    double y = top;
    for (Region r : regions) {
      double part = height * frame.bytes(r) / Math.max(1, frame.plan.arenaBytes());
      Frame.Span panel = frame.panel(r);
      double end = right + FAN_WIDTH;
      svg.path(
          style(r) + " fan",
          Svg.format(
              "M%s %sL%s %sV%sL%s %sZ",
              right, y, end, panel.top(), panel.bottom(), right, y + part));
      svg.rect(style(r), x, y, Frame.BAR_WIDTH, part);
      if (part >= LABEL_HEIGHT) {
        svg.write(
            r == Region.SCRATCH ? "light" : "mid",
            x + Frame.BAR_WIDTH / 2,
            y + part / 2 + 4,
            percent(r));
      }
      y += part;
    }
  }

  private String percent(Region r) {
    double p = 100.0 * frame.bytes(r) / frame.plan.arenaBytes();
    return String.format(Locale.ROOT, p > 99.5 && p < 100 ? "%.1f %%" : "%.0f %%", p);
  }

  /** The bar's colour of a region: SCRATCH, which has all phases' colours, is dark. */
  static String style(Region r) {
    return switch (r) {
      case WEIGHTS -> Kind.WEIGHTS.style;
      case PREPARED -> Kind.PREPARE.style;
      case STATE -> Kind.STATE.style;
      case IO -> Kind.IO.style;
      case SCRATCH -> "solid";
    };
  }
}
