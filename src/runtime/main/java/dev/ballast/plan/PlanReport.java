package dev.ballast.plan;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A plan as text: totals, the peak and who is live there, and a bar for each buffer's life. */
final class PlanReport {
  private static final int BAR = 48;
  private static final int MAX_ROWS = 200;

  private final Plan plan;
  private final StringBuilder out = new StringBuilder();

  private PlanReport(Plan plan) {
    this.plan = plan;
  }

  static String of(Plan plan) {
    PlanReport r = new PlanReport(plan);
    r.totals();
    r.peak();
    r.table();
    return r.out.toString();
  }

  private void totals() {
    line(
        "plan of %s: %d steps, %d buffers",
        plan.graph().name(), plan.steps().size(), plan.buffers().size());
    for (Region r : Region.values()) {
      if (r != Region.PREPARED || !plan.buffers(r).isEmpty()) {
        line("  %-8s %,14d bytes  %4d buffers", r, plan.bytes(r), plan.buffers(r).size());
      }
    }
    line("  %-8s %,14d bytes  %s", "arena", plan.arenaBytes(), plan.certificate());
    line(
        "  lower bound %,d bytes, alignment %,d; without reuse %,d (%.2f times)",
        plan.lowerBoundBytes(),
        plan.alignmentBytes(),
        plan.noReuseBytes(),
        (double) plan.noReuseBytes() / plan.arenaBytes());
    order();
    plan.options().memoryBudget().ifPresent(this::budget);
  }

  private void order() {
    Ordering o = plan.ordering();
    String proof =
        o.isCertified()
            ? "no order is lower"
            : String.format(
                Locale.ROOT, "any order needs %,d (gap %.1f %%)", o.boundBytes(), 100 * o.gap());
    line("  order: %,d bytes live at the peak, %,d as given; %s", o.bytes(), o.givenBytes(), proof);
  }

  private void budget(long bytes) {
    Recomputation r = plan.recomputation();
    long once = Math.max(1, plan.graph().flops() - r.extraFlops());
    line(
        "  budget %,d bytes: %d nodes run again, %,d FLOPs more (%.1f %%), %,d at the least",
        bytes, r.nodes(), r.extraFlops(), 100.0 * r.extraFlops() / once, r.boundFlops());
  }

  private void peak() {
    if (plan.steps().isEmpty()) {
      return;
    }
    int peak = plan.peakStep();
    line(
        "peak at step %d (%s): %,d bytes of SCRATCH live",
        peak, plan.steps().get(peak).node().op().name(), plan.loads(true)[peak]);
    plan.buffers(Region.SCRATCH).stream()
        .filter(b -> b.isLiveAt(peak))
        .sorted(Comparator.comparing(Buffer::alignedBytes).reversed())
        .forEach(b -> line("  %,14d  %s", b.alignedBytes(), b.name()));
  }

  private void table() {
    List<Buffer> scratch = plan.buffers(Region.SCRATCH);
    line("%12s %12s  %9s  %-" + BAR + "s  %s", "offset", "bytes", "steps", "life", "buffer");
    for (Buffer b : scratch.subList(0, Math.min(MAX_ROWS, scratch.size()))) {
      line(
          "%12d %12d  %4d–%-4d  %s  %s", b.offset(), b.bytes(), b.from(), b.to(), bar(b), b.name());
    }
    if (scratch.size() > MAX_ROWS) {
      line("… and %d more", scratch.size() - MAX_ROWS);
    }
  }

  private String bar(Buffer b) {
    int steps = Math.max(1, plan.steps().size());
    int from = b.from() * BAR / steps;
    int to = Math.max(from + 1, (b.to() * BAR + steps - 1) / steps);
    return "·".repeat(from) + "█".repeat(to - from) + "·".repeat(BAR - to);
  }

  private void line(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
