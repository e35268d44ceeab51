package dev.ballast.cli.picture;

import dev.ballast.plan.Buffer;
import dev.ballast.plan.Certificate;
import dev.ballast.plan.Plan;
import dev.ballast.plan.Region;
import java.util.Arrays;
import java.util.List;

/** SCRATCH bytes live at each step, by phase; the peak; and the bound that follows from it. */
final class LoadCurve {
  private static final List<Kind> PHASES =
      List.of(Kind.PREPARE, Kind.FORWARD, Kind.BACKWARD, Kind.UPDATE);
  private static final double BOTTOM = Frame.LOAD_TOP + Frame.LOAD_HEIGHT;

  private final Frame frame;
  private final Plan plan;
  private final Svg svg;
  private final long top;

  LoadCurve(Frame frame, Svg svg) {
    this.frame = frame;
    this.plan = frame.plan;
    this.svg = svg;
    this.top = Math.max(1, plan.certificate().loadBound());
  }

  void draw() {
    svg.rect("panel", Frame.LEFT, Frame.LOAD_TOP, Frame.RIGHT - Frame.LEFT, Frame.LOAD_HEIGHT);
    double x = Frame.MARGIN + Frame.BAR_WIDTH + 42;
    svg.write("strong", x, Frame.LOAD_TOP + 13, "live bytes");
    svg.write("small", x, Frame.LOAD_TOP + 28, "of SCRATCH");
    for (long tick : ByteText.ticks(top, 3)) {
      svg.write("small end", Frame.LEFT - 8, y(tick) + 4, tick == 0 ? "0" : ByteText.of(tick));
    }
    long[] floor = new long[frame.steps];
    for (Kind k : PHASES) {
      long[] ceiling = Arrays.copyOf(floor, floor.length);
      add(k, ceiling);
      if (!Arrays.equals(floor, ceiling)) {
        svg.path(k.style + " fine", area(floor, ceiling));
      }
      floor = ceiling;
    }
    svg.path(frame.stepWidth() < 2 ? "load dense" : "load", line(frame.loads));
  }

  private void add(Kind k, long[] sums) {
    for (Buffer b : plan.buffers(Region.SCRATCH)) {
      for (Stretch s : frame.stretches(b)) {
        for (int t = s.from(); s.kind() == k && t < s.to(); t++) {
          sums[t] += b.alignedBytes();
        }
      }
    }
  }

  /** What must stand above the boxes: the bound, and the step that sets it. */
  void mark() {
    Certificate c = plan.certificate();
    double boundY = frame.scratchY(c.loadBound());
    for (double y : new double[] {y(top), boundY}) {
      svg.path("bound", Svg.format("M%s %sH%s", Frame.LEFT, y, Frame.RIGHT + 6));
    }
    svg.write("boundtext", Frame.RIGHT + 10, y(top) + 4, "lower bound");
    svg.write("small", Frame.RIGHT + 10, y(top) + 19, ByteText.of(c.loadBound()));
    svg.write("boundtext", Frame.RIGHT + 10, boundY + 12, "lower bound");
    List<String> verdict =
        c.bytes() == c.loadBound()
            ? List.of("reached: nothing", "is wasted")
            : List.of(c.toString(), "above it");
    svg.write("small", Frame.RIGHT + 10, boundY + 27, verdict.getFirst());
    svg.write("small", Frame.RIGHT + 10, boundY + 41, verdict.getLast());
    peak();
  }

  private void peak() {
    if (plan.steps().isEmpty()) {
      return;
    }
    int peak = plan.peakStep();
    double width = Math.max(1, frame.stepWidth());
    double x = frame.x(peak);
    double height = frame.panel(Region.SCRATCH).bottom() - Frame.LOAD_TOP;
    boolean narrow = width < 4;
    svg.rect(narrow ? "mark" : "peak", x, Frame.LOAD_TOP, narrow ? 1 : width, height);
    double middle = x + width / 2;
    svg.path("mark", Svg.format("M%s %sl-5 -7h10z", middle, Frame.LOAD_TOP - 1));
    String text =
        Svg.format(
            "peak: %s live at step %d, %s",
            ByteText.of(frame.loads[peak]),
            peak,
            Boxes.shortened(Stretch.label(plan.steps().get(peak).node()), 40));
    boolean left = middle > (Frame.LEFT + Frame.RIGHT) / 2;
    svg.write(left ? "strong end" : "strong", middle + (left ? -10 : 10), Frame.LOAD_TOP - 7, text);
  }

  private double y(long bytes) {
    return BOTTOM - Frame.LOAD_HEIGHT * bytes / top;
  }

  private String area(long[] floor, long[] ceiling) {
    StringBuilder d = new StringBuilder(line(ceiling));
    d.append('V').append(n(y(floor[floor.length - 1])));
    for (int t = floor.length - 1; t > 0; t--) {
      if (floor[t] != floor[t - 1]) {
        d.append('H').append(n(frame.x(t))).append('V').append(n(y(floor[t - 1])));
      }
    }
    return d.append('H').append(n(Frame.LEFT)).append('Z').toString();
  }

  private String line(long[] values) {
    StringBuilder d = new StringBuilder("M").append(n(Frame.LEFT)).append(' ');
    d.append(n(y(values.length == 0 ? 0 : values[0])));
    for (int t = 1; t < values.length; t++) {
      if (values[t] != values[t - 1]) {
        d.append('H').append(n(frame.x(t))).append('V').append(n(y(values[t])));
      }
    }
    return d.append('H').append(n(Frame.RIGHT)).toString();
  }

  private static String n(double v) {
    return Svg.number(v);
  }
}
