package dev.ballast.cli.picture;

import dev.ballast.plan.Plan;
import java.util.List;

/** What bytes cost in computation: to the right the arena, upward what is computed again. */
public final class BudgetCurve {
  private static final double WIDTH = 640;
  private static final double HEIGHT = 400;
  private static final double LEFT = 76;
  private static final double RIGHT = 600;
  private static final double TOP = 72;
  private static final double BOTTOM = 330;
  private static final int TICKS = 5;
  private static final String STYLE =
      """
      text{font:12px system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;fill:#28323e}
      .title{font-size:16px;font-weight:700}
      .head{font-weight:700}
      .end{text-anchor:end}
      .mid{text-anchor:middle}
      .panel{fill:#f7f8fa}
      .grid{stroke:#dfe4ea;fill:none}
      .found,.bound{stroke-width:2;fill:none;stroke-linejoin:round}
      .found{stroke:#2f78b7}
      .bound{stroke:#5a6675;stroke-dasharray:4 4}
      .dot{fill:#2f78b7}
      .of-found{fill:#2f78b7;font-weight:700}
      .of-bound{fill:#5a6675;font-weight:700}
      """;

  private final List<Plan> plans;
  private final Svg svg = new Svg();
  private final Scale x;
  private final Scale y;
  private final double flops;

  private BudgetCurve(List<Plan> plans) {
    this.plans = plans;
    this.flops =
        Math.max(
            1, plans.getFirst().graph().flops() - plans.getFirst().recomputation().extraFlops());
    this.x = Scale.over(plans.stream().map(p -> mebibytes(p.arenaBytes())).toList(), TICKS);
    List<Double> percents =
        plans.stream().map(p -> percent(p.recomputation().extraFlops())).toList();
    this.y = Scale.over(percents, TICKS);
  }

  /**
   * The picture, as a file of its own.
   *
   * @param plans in falling order of bytes, the first with nothing computed again
   */
  public static String svg(List<Plan> plans) {
    BudgetCurve c = new BudgetCurve(plans);
    c.draw();
    return c.svg.toString();
  }

  private static double mebibytes(long bytes) {
    return bytes / (double) (1 << 20);
  }

  private double percent(long extra) {
    return 100.0 * extra / flops;
  }

  private void draw() {
    String name = plans.getFirst().graph().name();
    svg.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "viewBox",
        Svg.format("0 0 %s %s", WIDTH, HEIGHT),
        "width",
        WIDTH,
        "height",
        HEIGHT,
        "role",
        "img");
    svg.text("title", "Arena against recomputation of " + name);
    svg.text("style", STYLE);
    svg.leaf("rect", "width", "100%", "height", "100%", "fill", "#fff");
    svg.write("title", LEFT, 30, name);
    svg.rect("panel", LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP);
    svg.write("head", LEFT, TOP - 12, "FLOPs computed again, % of a step");
    svg.write("of-found end", RIGHT, TOP - 12, "found");
    svg.write("of-bound end", RIGHT - 52, TOP - 12, "bound");
    for (double tick : y.ticks()) {
      svg.path("grid", Svg.format("M%s %sH%s", LEFT, at(y, tick), RIGHT));
      svg.write("end", LEFT - 8, at(y, tick) + 4, y.text(tick));
    }
    for (double tick : x.ticks()) {
      svg.write("mid", across(tick), BOTTOM + 18, x.text(tick));
    }
    svg.write("mid", (LEFT + RIGHT) / 2, BOTTOM + 40, "arena, MiB");
    line("bound", true);
    line("found", false);
    for (Plan p : plans) {
      svg.leaf(
          "circle",
          "class",
          "dot",
          "cx",
          across(mebibytes(p.arenaBytes())),
          "cy",
          at(y, percent(p.recomputation().extraFlops())),
          "r",
          3.5);
    }
    svg.close();
  }

  private double across(double value) {
    return LEFT + (RIGHT - LEFT) * x.part(value);
  }

  private static double at(Scale scale, double value) {
    return BOTTOM - (BOTTOM - TOP) * scale.part(value);
  }

  private void line(String style, boolean bound) {
    StringBuilder d = new StringBuilder();
    for (Plan p : plans) {
      long extra = bound ? p.recomputation().boundFlops() : p.recomputation().extraFlops();
      d.append(d.isEmpty() ? 'M' : 'L').append(Svg.number(across(mebibytes(p.arenaBytes()))));
      d.append(' ').append(Svg.number(at(y, percent(extra))));
    }
    svg.path(style, d);
  }
}
