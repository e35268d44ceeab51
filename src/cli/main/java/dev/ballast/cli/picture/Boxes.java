package dev.ballast.cli.picture;

import dev.ballast.plan.Buffer;
import dev.ballast.plan.Step;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A box for each buffer: as long as its life, as high as its bytes, with its name if that fits. */
final class Boxes {
  private static final double TEXT = 11;
  private static final double LINE = 13;
  private static final double PADDING = 4;

  private static final int MAX_VALUES = 8;

  /** Boxes thinner than this have a thin edge. */
  private static final double EDGED = 6;

  /** Boxes thinner than this have none: it would be all that is left of them. */
  private static final double THIN = 2.5;

  private final Frame frame;
  private final Svg svg;
  private final Set<Integer> workspaces;

  Boxes(Frame frame, Svg svg) {
    this.frame = frame;
    this.svg = svg;
    this.workspaces =
        frame.plan.steps().stream()
            .map(Step::workspace)
            .flatMapToInt(w -> w.stream())
            .boxed()
            .collect(Collectors.toSet());
  }

  void draw() {
    // The smallest last: they are drawn a little larger than they are, so as to be seen.
    frame.plan.buffers().stream()
        .sorted(Comparator.comparing(Buffer::bytes).reversed().thenComparing(Buffer::id))
        .forEach(this::box);
  }

  void label() {
    frame.plan.buffers().forEach(this::label);
  }

  private void box(Buffer b) {
    svg.open("g", "id", "buffer-" + b.id());
    svg.text("title", describe(b));
    for (Stretch s : frame.stretches(b)) {
      rect(s.kind().style, b, s);
      if (workspaces.contains(b.id())) {
        rect("work", b, s);
      }
    }
    svg.close();
  }

  private void rect(String style, Buffer b, Stretch s) {
    Frame.Span span = frame.span(b);
    double x = frame.x(s.from());
    double width = frame.x(s.to()) - x;
    double least = Math.min(width, span.height());
    String edge = least < THIN ? " fine" : least < EDGED ? " thin" : "";
    double height = Math.max(1, span.height());
    svg.rect(style + edge, x, span.bottom() - height, Math.max(0.5, width), height);
  }

  /** The name, size, place and life of a buffer, for whoever points at it. */
  private String describe(Buffer b) {
    List<String> values =
        b.values().stream().limit(MAX_VALUES).map(v -> v.label() + ":" + v.type()).toList();
    int more = b.values().size() - values.size();
    return Svg.format(
        "%s\n%s at %s + %d, arena + %d\nsteps %d to %d\nvalues %s%s",
        b.name(),
        ByteText.exact(b.bytes()),
        b.region(),
        b.offset(),
        frame.plan.start(b.region()) + b.offset(),
        b.from(),
        b.to() - 1,
        values.isEmpty() ? "none" : String.join(", ", values),
        more > 0 ? " and " + more + " more" : "");
  }

  private void label(Buffer b) {
    String bytes = ByteText.of(b.bytes());
    String shape = b.values().isEmpty() ? "" : shape(b);
    for (Stretch s : frame.stretches(b)) {
      // Only the first stretch says how large: the bytes are the same all along.
      List<List<String>> candidates =
          s.from() == b.from()
              ? candidates(s, shape, bytes)
              : List.of(List.of(s.chain()), List.of(s.name()));
      label(s, frame.span(b), candidates);
    }
  }

  /** What to write in a box, as lines, the best first. */
  private static List<List<String>> candidates(Stretch s, String shape, String bytes) {
    String size = shape.isEmpty() ? bytes : shape + ", " + bytes;
    return List.of(
        List.of(s.chain() + ", " + size),
        List.of(s.chain(), size),
        List.of(s.name() + ", " + size),
        List.of(s.name(), size),
        List.of(s.name() + ", " + bytes),
        List.of(s.name(), bytes),
        List.of(s.name()));
  }

  private static String shape(Buffer b) {
    String s = b.values().getFirst().type().shape().toString();
    return s.substring(1, s.length() - 1).replace('x', '×');
  }

  /** Writes the first candidate that fits, across or else upwards. */
  private void label(Stretch s, Frame.Span span, List<List<String>> candidates) {
    double width = frame.x(s.to()) - frame.x(s.from());
    for (boolean upwards : new boolean[] {false, true}) {
      double length = upwards ? span.height() : width;
      double height = upwards ? width : span.height();
      for (List<String> lines : candidates) {
        if (fits(lines, length, height)) {
          write(lines, s, span.middle(), upwards);
          return;
        }
      }
    }
  }

  private static boolean fits(List<String> lines, double length, double height) {
    double longest = lines.stream().mapToDouble(l -> Frame.textWidth(l, TEXT)).max().orElse(0);
    return longest + 2 * PADDING <= length && lines.size() * LINE <= height;
  }

  private void write(List<String> lines, Stretch s, double y, boolean upwards) {
    double x = (frame.x(s.from()) + frame.x(s.to())) / 2;
    String style = "label mid on-" + s.kind().style;
    for (int i = 0; i < lines.size(); i++) {
      double down = (i - (lines.size() - 1) / 2.0) * LINE + 4;
      if (upwards) {
        String at = Svg.format("translate(%s %s)rotate(-90)", x + down, y);
        svg.text("text", lines.get(i), "class", style, "transform", at);
      } else {
        svg.write(style, x, y + down, lines.get(i));
      }
    }
  }

  static String shortened(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 1).strip() + "…";
  }
}
