package dev.ballast.cli.picture;

import dev.ballast.plan.Certificate;
import dev.ballast.plan.Ordering;
import dev.ballast.plan.Plan;
import dev.ballast.plan.Recomputation;
import java.util.ArrayList;
import java.util.List;

/** A plan in a few numbers, each with its name and what there is to say about it. */
public final class PlanFacts {
  private PlanFacts() {}

  /** A number. */
  public record Fact(String name, String value, String note) {}

  public static List<Fact> of(Plan plan) {
    Ordering o = plan.ordering();
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("arena", ByteText.of(plan.arenaBytes()), ByteText.exact(plan.arenaBytes())));
    facts.add(new Fact("lower bound", ByteText.of(plan.lowerBoundBytes()), "live at once"));
    facts.add(placement(plan.certificate()));
    facts.add(
        new Fact(
            "order",
            ByteText.of(o.bytes()) + " live",
            ByteText.of(o.givenBytes())
                + " as given; "
                + (o.isCertified()
                    ? "none is lower"
                    : o.boundBytes() == 0
                        ? "no bound known"
                        : ByteText.of(o.boundBytes()) + " at least")));
    facts.add(
        new Fact(
            "steps",
            Svg.format("%d", plan.steps().size()),
            Svg.format("%d buffers", plan.buffers().size())));
    facts.add(
        new Fact(
            "without reuse",
            ByteText.of(plan.noReuseBytes()),
            plan.noReuseBytes() == plan.arenaBytes()
                ? "as it is here"
                : Svg.format(
                    "%s times this arena", (double) plan.noReuseBytes() / plan.arenaBytes())));
    plan.options().memoryBudget().ifPresent(b -> facts.add(again(b, plan.recomputation())));
    return List.copyOf(facts);
  }

  private static Fact placement(Certificate c) {
    String note =
        c.isOptimal()
            ? c.bytes() == c.loadBound() ? "the bound is reached" : "a search ruled out less"
            : ByteText.of(c.provenBytes()) + " at least";
    return new Fact("placement", c.toString(), note);
  }

  private static Fact again(long budget, Recomputation r) {
    return new Fact(
        "computed again",
        Svg.format("%d nodes", r.nodes()),
        Svg.format(
            "to fit %s: %,d FLOPs more, %,d at the least",
            ByteText.of(budget), r.extraFlops(), r.boundFlops()));
  }
}
