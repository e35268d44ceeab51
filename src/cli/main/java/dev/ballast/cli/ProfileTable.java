package dev.ballast.cli;

import dev.ballast.ir.Node;
import dev.ballast.runtime.StepTime;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where a run's time goes.
 *
 * @param graph its name
 * @param threads of a run
 * @param limits of the machine
 * @param whole nanoseconds of a run that nobody watches
 * @param times of the steps of runs that are watched
 */
record ProfileTable(String graph, int threads, Limits limits, double whole, List<StepTime> times) {
  private static final int NAME_WIDTH = 44;

  /** A line of the table. */
  private record Line(StepTime time, double nanos, double share, Limits limits) {
    Node node() {
      return time.step().node();
    }

    long bytes() {
      return node().op().bytesMoved(node().inputTypes());
    }

    double gigaflops() {
      return node().flops() / nanos;
    }

    double gigabytes() {
      return bytes() / nanos;
    }

    /** How much of its time it would take at the limit. Bytes in a cache come faster than that. */
    double ofLimit() {
      return limits.leastNanos(node().flops(), bytes()) / nanos;
    }

    String label() {
      String name = node().name().isEmpty() ? "" : " " + node().name();
      String label = node().op().name() + name;
      return label.length() <= NAME_WIDTH ? label : label.substring(0, NAME_WIDTH - 1) + "…";
    }

    Map<String, Object> json() {
      Map<String, Object> m = new LinkedHashMap<>();
      m.put("step", time.step().index());
      m.put("op", node().opLabel());
      m.put("name", node().name());
      m.put("phase", node().phase().toString().toLowerCase(Locale.ROOT));
      m.put("micros", nanos / 1e3);
      m.put("share", share);
      m.put("gigaflops", gigaflops());
      m.put("gigabytesPerSecond", gigabytes());
      m.put("shareOfLimit", ofLimit());
      return m;
    }

    String text() {
      return String.format(
          Locale.ROOT,
          "%5d  %-" + NAME_WIDTH + "s %-8s %9.2f %6.1f %% %9.1f %8.1f %6.0f %%%n",
          time.step().index(),
          label(),
          node().phase().toString().toLowerCase(Locale.ROOT),
          nanos / 1e3,
          100 * share,
          gigaflops(),
          gigabytes(),
          100 * ofLimit());
    }
  }

  void print(PrintWriter out, Report.Format format, int top) {
    List<StepTime> ran = times.stream().filter(t -> t.runs() > 0).toList();
    double all = ran.stream().mapToDouble(t -> (double) t.nanos() / t.runs()).sum();
    List<Line> lines = new ArrayList<>();
    for (StepTime t : ran) {
      double nanos = Math.max(1, (double) t.nanos() / t.runs());
      lines.add(new Line(t, nanos, nanos / all, limits));
    }
    lines.sort(Comparator.comparing(Line::nanos).reversed());
    if (format.isJson()) {
      new Report()
          .put("graph", graph)
          .put("threads", threads)
          .put("micros", whole / 1e3)
          .put("microsOfSteps", all / 1e3)
          .put("limitGigaflops", limits.gigaflops())
          .put("limitGigabytesPerSecond", limits.gigabytes())
          .put("steps", lines.stream().map(Line::json).toList())
          .put("ops", ops(lines).stream().map(Total::json).toList())
          .print(out, format);
      return;
    }
    out.printf(
        Locale.ROOT,
        "%s: %.1f µs a run, %.1f µs in its %d steps%n"
            + "limits of this machine now: %.0f GFLOP/s (product of 512³, threads: %d), %.1f GB/s"
            + " (copy)%n%n",
        graph,
        whole / 1e3,
        all / 1e3,
        lines.size(),
        limits.gigaflops(),
        threads,
        limits.gigabytes());
    out.printf(
        " step  %-" + NAME_WIDTH + "s %-8s %9s %8s %9s %8s %8s%n",
        "op",
        "phase",
        "µs",
        "share",
        "GFLOP/s",
        "GB/s",
        "of limit");
    lines.stream().limit(top).forEach(l -> out.print(l.text()));
    if (lines.size() > top) {
      double rest = lines.stream().skip(top).mapToDouble(Line::nanos).sum();
      out.printf(
          Locale.ROOT,
          "       %d more steps: %.2f µs; --top shows them%n",
          lines.size() - top,
          rest / 1e3);
    }
    out.println();
    for (Total t : ops(lines)) {
      out.printf(
          Locale.ROOT,
          "%5d × %-20s %11.2f µs %6.1f %%%n",
          t.steps,
          t.op,
          t.nanos / 1e3,
          100 * t.nanos / all);
    }
    out.flush();
  }

  /** All steps of an op together. */
  private record Total(String op, int steps, double nanos) {
    Map<String, Object> json() {
      Map<String, Object> m = new LinkedHashMap<>();
      m.put("op", op);
      m.put("steps", steps);
      m.put("micros", nanos / 1e3);
      return m;
    }
  }

  private static List<Total> ops(List<Line> lines) {
    Map<String, List<Line>> byOp =
        lines.stream().collect(Collectors.groupingBy(l -> l.node().op().name()));
    return byOp.entrySet().stream()
        .map(
            e ->
                new Total(
                    e.getKey(),
                    e.getValue().size(),
                    e.getValue().stream().mapToDouble(Line::nanos).sum()))
        .sorted(Comparator.comparing(Total::nanos).reversed())
        .toList();
  }
}
