package dev.ballast.plan;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A plan for other programs. */
public final class PlanExport {
  private PlanExport() {}

  /**
   * The SCRATCH buffers in MiniMalloc's form, which other allocators read and its validator checks:
   * {@code id,lower,upper,size,offset}, lifetimes half-open, sizes rounded to the alignment.
   */
  public static String csv(Plan plan) {
    StringBuilder s = new StringBuilder("id,lower,upper,size,offset\n");
    for (Buffer b : plan.buffers(Region.SCRATCH)) {
      s.append(
          String.format(
              Locale.ROOT,
              "%d,%d,%d,%d,%d%n",
              b.id(),
              b.from(),
              b.to(),
              b.alignedBytes(),
              b.offset()));
    }
    return s.toString().replace(System.lineSeparator(), "\n");
  }

  /** Totals, steps and every buffer with its place in the arena, as one JSON object. */
  public static String json(Plan plan) {
    return "{\n"
        + "  \"graph\": "
        + quoted(plan.graph().name())
        + ",\n"
        + "  \"arenaBytes\": "
        + plan.arenaBytes()
        + ",\n"
        + "  \"lowerBoundBytes\": "
        + plan.lowerBoundBytes()
        + ",\n"
        + "  \"alignmentBytes\": "
        + plan.alignmentBytes()
        + ",\n"
        + "  \"noReuseBytes\": "
        + plan.noReuseBytes()
        + ",\n"
        + "  \"certificate\": "
        + quoted(plan.certificate().toString())
        + ",\n"
        + "  \"peakStep\": "
        + plan.peakStep()
        + ",\n"
        + "  \"steps\": "
        + array(plan.steps().stream().map(PlanExport::json).toList())
        + ",\n"
        + "  \"buffers\": "
        + array(plan.buffers().stream().map(b -> json(plan, b)).toList())
        + "\n}\n";
  }

  private static String json(Step s) {
    return "{\"op\": "
        + quoted(s.node().op().name())
        + ", \"name\": "
        + quoted(s.node().name())
        + ", \"phase\": "
        + quoted(s.node().phase().name().toLowerCase(Locale.ROOT))
        + "}";
  }

  private static String json(Plan plan, Buffer b) {
    String values =
        b.values().stream().map(v -> quoted(v.label())).collect(Collectors.joining(", ", "[", "]"));
    return "{\"id\": "
        + b.id()
        + ", \"region\": "
        + quoted(b.region().name())
        + ", \"name\": "
        + quoted(b.name())
        + ", \"phase\": "
        + quoted(b.phase().name().toLowerCase(Locale.ROOT))
        + ", \"offset\": "
        + (plan.start(b.region()) + b.offset())
        + ", \"bytes\": "
        + b.bytes()
        + ", \"from\": "
        + b.from()
        + ", \"to\": "
        + b.to()
        + ", \"values\": "
        + values
        + "}";
  }

  private static String array(List<String> items) {
    return items.isEmpty()
        ? "[]"
        : items.stream().collect(Collectors.joining(",\n    ", "[\n    ", "\n  ]"));
  }

  private static String quoted(String s) {
    StringBuilder q = new StringBuilder("\"");
    for (char c : s.toCharArray()) {
      if (c == '"' || c == '\\') {
        q.append('\\').append(c);
      } else if (c < ' ') {
        q.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        q.append(c);
      }
    }
    return q.append('"').toString();
  }
}
