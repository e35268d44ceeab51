package dev.ballast.cli.picture;

import dev.ballast.plan.Plan;
import dev.ballast.plan.Region;
import java.util.List;

/**
 * A plan as a picture: time to the right, addresses up, a box for every buffer.
 *
 * <pre>{@code
 * Files.writeString(Path.of("plan.svg"), PlanPicture.svg(plan));
 * }</pre>
 */
public final class PlanPicture {
  private static final String STYLE =
      """
      text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;\
      font-size:12px;fill:#28323e;font-variant-numeric:tabular-nums}
      .title{font-size:26px;font-weight:700;fill:#111820}
      .hero{font-size:38px;font-weight:700;fill:#111820;text-anchor:end}
      .sub{font-size:14px;fill:#5a6675}
      .small{font-size:11px;fill:#5a6675}
      .strong{font-weight:700}
      .end{text-anchor:end}
      .mid{text-anchor:middle}
      .badge{fill:#1d2733}
      .light{fill:#fff;font-weight:700;text-anchor:middle}
      .label{font-size:11px;fill:#10161d;pointer-events:none}
      .grid{stroke:#e3e7ec;stroke-width:1;fill:none}
      .break{stroke:#5a6675;stroke-width:1.25;fill:none}
      .panel{fill:#f7f8fa}
      .axis{stroke:#5a6675;stroke-width:1;fill:none}
      .fan{fill-opacity:.28;stroke:none}
      .divide{stroke:#28323e;stroke-width:1.25;stroke-dasharray:6 4;fill:none}
      .bound{stroke:#c00d1e;stroke-width:1.5;stroke-dasharray:7 4;fill:none}
      .boundtext{fill:#c00d1e;font-weight:700}
      .load{stroke:#1d2733;stroke-width:1.75;fill:none;stroke-linejoin:round}
      .peak{fill:#1d2733;fill-opacity:.13;pointer-events:none}
      .mark{fill:#1d2733}
      .dense{stroke-width:.9}
      .work{fill:url(#hatch);pointer-events:none}
      .thin{stroke-width:.35}
      .fine{stroke:none}
      .solid{fill:#4d5c6d}
      .pale{fill:#c3ccd6}
      """;

  private final Frame frame;
  private final Svg svg = new Svg();

  private PlanPicture(Plan plan) {
    this.frame = new Frame(plan);
  }

  /** The picture, as a file of its own: no script, and nothing it would have to fetch. */
  public static String svg(Plan plan) {
    PlanPicture p = new PlanPicture(plan);
    p.draw();
    return p.svg.toString();
  }

  private void draw() {
    StepAxis axis = new StepAxis(frame, svg);
    double height = axis.bottom();
    svg.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "viewBox",
        Svg.format("0 0 %s %s", Frame.WIDTH, height),
        "width",
        Frame.WIDTH,
        "height",
        height,
        "role",
        "img");
    svg.text("title", "Memory plan of " + frame.plan.graph().name());
    svg.text("style", colours() + STYLE);
    hatch();
    svg.leaf("rect", "width", "100%", "height", "100%", "fill", "#fff");
    new Header(frame, svg).draw();
    new ArenaBar(frame, svg).draw();
    panels();
    axis.grid();
    if (frame.has(Region.SCRATCH)) {
      new LoadCurve(frame, svg).draw();
    }
    Boxes boxes = new Boxes(frame, svg);
    boxes.draw();
    axis.draw();
    if (frame.has(Region.SCRATCH)) {
      new LoadCurve(frame, svg).mark();
    }
    // Above the lines that cross the boxes.
    boxes.label();
    svg.close();
  }

  private static String colours() {
    StringBuilder s = new StringBuilder();
    for (Kind k : Kind.values()) {
      s.append('.').append(k.style).append("{fill:").append(k.fill).append(";stroke:");
      s.append(k.edge).append(";stroke-width:.8}\n.on-").append(k.style).append("{stroke:");
      s.append(k.fill).append(";stroke-width:4;paint-order:stroke;stroke-linejoin:round}\n");
    }
    return s.toString();
  }

  /** A workspace has its phase's colour, and lines across it. */
  private void hatch() {
    svg.open("defs");
    svg.open(
        "pattern",
        "id",
        "hatch",
        "width",
        "6",
        "height",
        "6",
        "patternUnits",
        "userSpaceOnUse",
        "patternTransform",
        "rotate(45)");
    svg.leaf("rect", "width", "2", "height", "6", "fill", "#fff", "fill-opacity", ".55");
    svg.close().close();
  }

  private void panels() {
    for (Region r : frame.regions()) {
      Frame.Span p = frame.panel(r);
      svg.rect("panel", Frame.LEFT, p.top(), Frame.RIGHT - Frame.LEFT, p.height());
      double x = Frame.MARGIN + Frame.BAR_WIDTH + 42;
      svg.write("strong", x, p.top() + 13, r.name());
      svg.write("small", x, p.top() + 28, ByteText.of(frame.bytes(r)));
      if (p.bottom() < frame.bottom()) {
        // Two strokes across the axis, as wherever a scale is interrupted.
        String d = "M%s %sl12 -5m-12 9l12 -5";
        svg.path("break", Svg.format(d, Frame.LEFT - 6, p.bottom() + Frame.GAP / 2));
      }
    }
    if (frame.has(Region.SCRATCH)) {
      addresses();
    }
    frame.regions().stream()
        .filter(r -> r != Region.SCRATCH)
        .findFirst()
        .ifPresent(r -> notes(frame.panel(r).top()));
  }

  private void addresses() {
    for (long tick : ByteText.ticks(frame.bytes(Region.SCRATCH), 8)) {
      double y = frame.scratchY(tick);
      svg.path("grid", Svg.format("M%s %sH%s", Frame.LEFT - 4, y, Frame.RIGHT));
      svg.write("small end", Frame.LEFT - 8, y + 4, tick == 0 ? "0" : ByteText.of(tick));
    }
  }

  private void notes(double y) {
    List<String> lines =
        List.of(
            "kept for the whole",
            "run; not to scale:",
            "a box's height is the",
            "cube root of its bytes");
    for (int i = 0; i < lines.size(); i++) {
      svg.write("small", Frame.RIGHT + 10, y + 12 + 14 * i, lines.get(i));
    }
  }
}
