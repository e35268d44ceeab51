package dev.ballast.cli.picture;

import dev.ballast.ir.Node;
import dev.ballast.plan.Buffer;
import dev.ballast.plan.Plan;
import dev.ballast.plan.Region;
import dev.ballast.plan.Step;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where everything goes on the sheet. Steps run to the right, addresses up, as in the arena:
 * WEIGHTS at the bottom, SCRATCH on top, under the curve of its load.
 *
 * <p>SCRATCH is to scale. The kept regions, which may be a thousand times larger or smaller, and in
 * which nothing moves, have panels of their own, where a buffer's height goes with the cube root of
 * its bytes; the bar on the left shows all regions to scale.
 */
final class Frame {
  static final double WIDTH = 1440;
  static final double MARGIN = 32;
  static final double BAR_WIDTH = 40;

  /** The plots' left and right edges. */
  static final double LEFT = 236;

  static final double RIGHT = 1288;
  static final double LOAD_TOP = 274;
  static final double LOAD_HEIGHT = 96;
  private static final double SCRATCH_TOP = LOAD_TOP + LOAD_HEIGHT + 22;
  private static final double SCRATCH_HEIGHT = 400;
  static final double GAP = 16;

  /** A vertical extent. */
  record Span(double top, double height) {
    double bottom() {
      return top + height;
    }

    double middle() {
      return top + height / 2;
    }
  }

  final Plan plan;
  final int steps;
  final long[] loads;
  private final Map<Region, Span> panels = new EnumMap<>(Region.class);
  private final Map<Region, Long> regionBytes = new EnumMap<>(Region.class);
  private final Span[] spans;
  private final List<List<Stretch>> stretches = new ArrayList<>();

  Frame(Plan plan) {
    this.plan = plan;
    this.steps = Math.max(1, plan.steps().size());
    this.loads = plan.loads(true);
    this.spans = new Span[plan.buffers().size()];
    double top = plan.buffers(Region.SCRATCH).isEmpty() ? LOAD_TOP : SCRATCH_TOP;
    for (Region r : List.of(Region.values()).reversed()) {
      List<Buffer> held = plan.buffers(r);
      regionBytes.put(r, plan.bytes(r));
      if (held.isEmpty()) {
        continue;
      }
      double height =
          r == Region.SCRATCH ? SCRATCH_HEIGHT : Math.clamp(24 + 9 * held.size(), 34, 84);
      panels.put(r, new Span(top, height));
      top += height + GAP;
      if (r == Region.SCRATCH) {
        toScale(held);
      } else {
        compressed(held, panels.get(r));
      }
    }
    Map<Integer, Integer> stepOf = new HashMap<>();
    for (Step s : plan.steps()) {
      stepOf.put(s.node().index(), s.index());
    }
    List<Node> nodes = plan.graph().nodes();
    plan.buffers().forEach(b -> stretches.add(Stretch.of(b, nodes, stepOf)));
  }

  private void toScale(List<Buffer> held) {
    for (Buffer b : held) {
      double top = scratchY(b.offset() + b.alignedBytes());
      spans[b.id()] = new Span(top, scratchY(b.offset()) - top);
    }
  }

  private void compressed(List<Buffer> held, Span panel) {
    double sum = held.stream().mapToDouble(b -> Math.cbrt(b.alignedBytes())).sum();
    double y = panel.bottom();
    for (Buffer b : held) {
      double height = sum == 0 ? 0 : panel.height() * Math.cbrt(b.alignedBytes()) / sum;
      y -= height;
      spans[b.id()] = new Span(y, height);
    }
  }

  /** The regions drawn, from the top. */
  List<Region> regions() {
    return panels.keySet().stream().toList().reversed();
  }

  Span panel(Region r) {
    return panels.get(r);
  }

  boolean has(Region r) {
    return panels.containsKey(r);
  }

  long bytes(Region r) {
    return regionBytes.get(r);
  }

  /** The bytes of the regions that are not reused. */
  long keptBytes() {
    return plan.arenaBytes() - bytes(Region.SCRATCH);
  }

  Span span(Buffer b) {
    return spans[b.id()];
  }

  List<Stretch> stretches(Buffer b) {
    return stretches.get(b.id());
  }

  double x(double step) {
    return LEFT + (RIGHT - LEFT) * step / steps;
  }

  double stepWidth() {
    return (RIGHT - LEFT) / steps;
  }

  /** The height of an address in SCRATCH, counted from the region's start. */
  double scratchY(long offset) {
    double part = (double) offset / Math.max(1, bytes(Region.SCRATCH));
    return SCRATCH_TOP + SCRATCH_HEIGHT * (1 - part);
  }

  double bottom() {
    return panels.values().stream().mapToDouble(Span::bottom).max().orElse(LOAD_TOP);
  }

  /** The number of pixels a text takes at most, whatever sans-serif font there is. */
  static double textWidth(String text, double size) {
    return text.codePointCount(0, text.length()) * size * 0.6;
  }
}
