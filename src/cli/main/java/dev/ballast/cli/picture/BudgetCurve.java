package dev.ballast.cli.picture;

import dev.ballast.cli.picture.LinePlot.Axis;
import dev.ballast.cli.picture.LinePlot.Point;
import dev.ballast.cli.picture.LinePlot.Series;
import dev.ballast.plan.Plan;
import java.util.List;
import java.util.function.ToLongFunction;

/** What bytes cost in computation: to the right the arena, upward what is computed again. */
public final class BudgetCurve {
  private BudgetCurve() {}

  /**
   * The picture, as a file of its own.
   *
   * @param plans in falling order of bytes, the first with nothing computed again
   */
  public static String svg(List<Plan> plans) {
    Plan first = plans.getFirst();
    double flops = Math.max(1, first.graph().flops() - first.recomputation().extraFlops());
    return new LinePlot(
            first.graph().name(),
            Axis.linear("arena, MiB"),
            Axis.linear("FLOPs computed again, % of a step"),
            List.of(
                new Series(
                    "found", points(plans, flops, p -> p.recomputation().extraFlops()), false),
                new Series(
                    "no plan within so many bytes, its steps in this order, needs less",
                    points(plans, flops, p -> p.recomputation().boundFlops()),
                    true)))
        .svg();
  }

  private static List<Point> points(List<Plan> plans, double flops, ToLongFunction<Plan> extra) {
    return plans.stream()
        .map(
            p -> new Point(p.arenaBytes() / (double) (1 << 20), 100 * extra.applyAsLong(p) / flops))
        .toList();
  }
}
