package dev.ballast.cli.picture;

import dev.ballast.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The steps: which pass they belong to, and what they do. */
final class StepAxis {
  private static final double BAND_TOP = Frame.LOAD_TOP - 50;
  private static final double STRIP_HEIGHT = 8;
  private static final double LABEL_DISTANCE = 14;
  private static final int LABEL_LENGTH = 30;
  private static final double ANGLE = 60;

  /** A pass over the graph. */
  record Band(String name, String shortName, Kind kind, int from, int to) {}

  private final Frame frame;
  private final Plan plan;
  private final Svg svg;
  private final List<Kind> kinds;

  StepAxis(Frame frame, Svg svg) {
    this.frame = frame;
    this.plan = frame.plan;
    this.svg = svg;
    this.kinds = plan.steps().stream().map(s -> Kind.of(s.node().phase())).toList();
  }

  /** Where the picture ends. */
  double bottom() {
    double longest = 0;
    for (int t = 0; t < plan.steps().size(); t += distance()) {
      longest = Math.max(longest, Frame.textWidth(label(t) + " " + t, 11));
    }
    return frame.bottom() + STRIP_HEIGHT + 36 + longest * Math.sin(Math.toRadians(ANGLE));
  }

  /** Lines between steps where there is room for them. */
  void grid() {
    if (frame.stepWidth() < 8) {
      return;
    }
    StringBuilder d = new StringBuilder();
    for (int t = 0; t <= frame.steps; t++) {
      d.append(Svg.format("M%s %sV%s", frame.x(t), Frame.LOAD_TOP, frame.bottom()));
    }
    svg.path("grid", d);
  }

  void draw() {
    for (Band b : bands(kinds)) {
      band(b);
    }
    strip();
    labels();
  }

  /**
   * What runs once, the forward pass, and what comes after it. Where updates run as soon as their
   * gradient is there, they are part of the backward pass; the strip below tells them apart.
   */
  static List<Band> bands(List<Kind> kinds) {
    List<Band> bands = new ArrayList<>();
    int from = (int) kinds.stream().filter(k -> k == Kind.PREPARE).count();
    if (from > 0) {
      bands.add(new Band("once, before all runs", "once", Kind.PREPARE, 0, from));
    }
    while (from < kinds.size()) {
      int to = from;
      boolean forward = kinds.get(from) == Kind.FORWARD;
      while (to < kinds.size() && (kinds.get(to) == Kind.FORWARD) == forward) {
        to++;
      }
      bands.addAll(forward ? List.of(band(Kind.FORWARD, from, to)) : afterForward(kinds, from, to));
      from = to;
    }
    return bands;
  }

  private static List<Band> afterForward(List<Kind> kinds, int from, int to) {
    List<Kind> part = kinds.subList(from, to);
    int split = part.lastIndexOf(Kind.BACKWARD) + 1;
    int firstUpdate = part.indexOf(Kind.UPDATE);
    if (firstUpdate < 0) {
      return List.of(band(Kind.BACKWARD, from, to));
    }
    if (firstUpdate < split) {
      return List.of(
          new Band("backward pass, updates in between", "backward", Kind.BACKWARD, from, to));
    }
    List<Band> both = new ArrayList<>();
    if (split > 0) {
      both.add(band(Kind.BACKWARD, from, from + split));
    }
    both.add(band(Kind.UPDATE, from + split, to));
    return both;
  }

  private static Band band(Kind k, int from, int to) {
    String name = k.name().toLowerCase(Locale.ROOT);
    return new Band(k == Kind.UPDATE ? name : name + " pass", name, k, from, to);
  }

  private void band(Band b) {
    double x = frame.x(b.from);
    double width = frame.x(b.to) - x;
    svg.rect(b.kind.style + " fine", x, BAND_TOP, width, 20);
    for (String name : List.of(b.name, b.shortName)) {
      if (Frame.textWidth(name, 12) + 12 <= width) {
        svg.write("label strong mid", x + width / 2, BAND_TOP + 14, name);
        break;
      }
    }
    if (b.from > 0 && b.kind != Kind.FORWARD) {
      svg.path("divide", Svg.format("M%s %sV%s", x, BAND_TOP, frame.bottom() + STRIP_HEIGHT + 6));
    }
  }

  private void strip() {
    double y = frame.bottom() + 6;
    int from = 0;
    for (int t = 1; t <= kinds.size(); t++) {
      if (t == kinds.size() || kinds.get(t) != kinds.get(from)) {
        double x = frame.x(from);
        svg.rect(kinds.get(from).style + " fine", x, y, frame.x(t) - x, STRIP_HEIGHT);
        from = t;
      }
    }
  }

  private void labels() {
    double y = frame.bottom() + STRIP_HEIGHT + 20;
    for (int t = 0; t < plan.steps().size(); t += distance()) {
      double x = frame.x(t + 0.5) + 3;
      svg.open(
          "text",
          "class",
          "small end",
          "transform",
          Svg.format("translate(%s %s)rotate(-%s)", x, y, ANGLE));
      svg.text("tspan", label(t));
      svg.text("tspan", Integer.toString(t), "class", "strong", "dx", "5");
      svg.close();
    }
    if (!plan.steps().isEmpty()) {
      svg.write("small end", Frame.LEFT - 8, frame.bottom() + 14, "step");
    }
  }

  private String label(int step) {
    return Boxes.shortened(Stretch.label(plan.steps().get(step).node()), LABEL_LENGTH);
  }

  /** One label for so many steps, that labels do not touch: 1, 2, 5, 10, 20, … */
  private int distance() {
    int[] mantissas = {1, 2, 5};
    int scale = 1;
    while (true) {
      for (int m : mantissas) {
        if (m * scale * frame.stepWidth() >= LABEL_DISTANCE) {
          return m * scale;
        }
      }
      scale *= 10;
    }
  }
}
