package dev.ballast.cli.picture;

import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanRule;
import dev.ballast.plan.Region;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is planned, what it takes, what it would take at least and at most, and the legend. */
final class Header {
  private static final double BARS_LEFT = 132;
  private static final double BARS_WIDTH = 640;
  private static final double BARS_TOP = 94;
  private static final double LEGEND_Y = 196;

  private final Frame frame;
  private final Plan plan;
  private final Svg svg;

  Header(Frame frame, Svg svg) {
    this.frame = frame;
    this.plan = frame.plan;
    this.svg = svg;
  }

  void draw() {
    svg.write("title", Frame.MARGIN, 48, Boxes.shortened(plan.graph().name(), 56));
    svg.write(
        "sub",
        Frame.MARGIN,
        72,
        Svg.format(
            "%s and %s in one arena, %s",
            count(plan.steps().size(), "step"),
            count(plan.buffers().size(), "buffer"),
            plan.options().has(PlanRule.REUSE)
                ? "each placed before the first run"
                : "without reuse"));
    double right = Frame.WIDTH - Frame.MARGIN;
    svg.write("hero", right, 56, ByteText.of(plan.arenaBytes()));
    badge(right);
    bars();
    legend();
  }

  private void badge(double right) {
    String proven = plan.certificate().toString();
    double width = Frame.textWidth(proven, 13) + 20;
    svg.leaf(
        "rect",
        "class",
        "badge",
        "x",
        right - width,
        "y",
        72.0,
        "width",
        width,
        "height",
        24.0,
        "rx",
        12.0);
    svg.write("light", right - width / 2, 88, proven);
    svg.write("sub end", right - width - 10, 89, ByteText.exact(plan.arenaBytes()));
    String claim =
        plan.certificate().isOptimal()
            ? "no placement of these lifetimes takes less"
            : "above the lower bound";
    svg.write("small end", right, 114, claim);
  }

  /** One scale for all three, so that what reuse saves can be seen. */
  private void bars() {
    long kept = frame.keptBytes();
    long scratch = frame.bytes(Region.SCRATCH);
    long without = Math.max(0, plan.noReuseBytes() - kept);
    long bound = plan.certificate().loadBound();
    double scale = BARS_WIDTH / Math.max(1, kept + Math.max(scratch, without));
    bar(0, "this plan", scale, scratch, ByteText.of(kept + scratch));
    barWords("mid", "kept", 0, scale * kept);
    barWords("light", "SCRATCH", scale * kept, scale * scratch);
    bar(
        1,
        "lower bound",
        scale,
        bound,
        Svg.format(
            "%s, and %s of alignment",
            ByteText.of(plan.lowerBoundBytes()), ByteText.of(plan.alignmentBytes())));
    String times =
        scratch == 0 || without == scratch
            ? ""
            : ": SCRATCH would be %s, %s times what it is"
                .formatted(ByteText.of(without), times((double) without / scratch));
    bar(2, "without reuse", scale, without, ByteText.of(kept + without) + times);
  }

  private void bar(int row, String name, double scale, long scratch, String text) {
    double y = BARS_TOP + 25 * row;
    double split = BARS_LEFT + scale * frame.keptBytes();
    svg.write("strong", Frame.MARGIN, y + 13, name);
    svg.rect("pale", BARS_LEFT, y, split - BARS_LEFT, 17);
    svg.rect("solid", split, y, scale * scratch, 17);
    svg.write("", split + scale * scratch + 8, y + 13, text);
  }

  private void barWords(String style, String words, double from, double width) {
    if (Frame.textWidth(words, 12) + 8 <= width) {
      svg.write(style, BARS_LEFT + from + width / 2, BARS_TOP + 13, words);
    }
  }

  private static String times(double factor) {
    return String.format(Locale.ROOT, factor >= 10 ? "%,.0f" : "%.2f", factor);
  }

  private static String count(int n, String what) {
    return Svg.format("%,d %s%s", n, what, n == 1 ? "" : "s");
  }

  private void legend() {
    double x = Frame.MARGIN;
    List<Kind> kinds =
        Arrays.stream(Kind.values())
            .filter(k -> plan.buffers().stream().anyMatch(b -> holds(b.id(), k)))
            .toList();
    for (Kind k : kinds) {
      x = entry(x, k.style, k.meaning);
    }
    if (plan.steps().stream().anyMatch(s -> s.workspace().isPresent())) {
      svg.rect(Kind.FORWARD.style, x, LEGEND_Y - 11, 14, 14);
      x = entry(x, "work", "workspace");
    }
    boolean changes =
        plan.buffers().stream()
            .anyMatch(b -> b.region() != Region.IO && frame.stretches(b).size() > 1);
    if (changes) {
      svg.write("small", x + 4, LEGEND_Y, "a box that changes colour is written over in place");
    }
  }

  private boolean holds(int buffer, Kind k) {
    return frame.stretches(plan.buffers().get(buffer)).stream().anyMatch(s -> s.kind() == k);
  }

  private double entry(double x, String style, String meaning) {
    svg.rect(style, x, LEGEND_Y - 11, 14, 14);
    svg.write("", x + 20, LEGEND_Y, meaning);
    return x + 20 + Frame.textWidth(meaning, 11) + 16;
  }
}
