package dev.ballast.bench.peers;

import dev.ballast.bench.Origin;
import dev.ballast.bench.peers.PeerWorkload.Mode;
import dev.ballast.bench.peers.Targets.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/** Results as a section of a page to be kept: {@code bench/RESULTS.md}. */
final class ResultsPage {
  private static final String NOTHING = "–";

  private final Results results;
  private final List<String> sides;
  private final StringBuilder out = new StringBuilder();

  private ResultsPage(Results results) {
    this.results = results;
    this.sides = Sides.NAMES.stream().filter(results.versions()::containsKey).toList();
  }

  /** The section, in Markdown. */
  static String of(Results results, Origin origin) {
    ResultsPage page = new ResultsPage(results);
    page.head(origin);
    page.body();
    return page.out.toString();
  }

  private void head(Origin origin) {
    line("## Beside the peers");
    line("");
    line("How it measures, and why so: [decision 18](../src/docs/decisions/0018-peers.md).");
    line("");
    out.append(origin.lines());
    results.versions().forEach((side, version) -> line("- " + side + ": " + version));
    line("");
    line("A star marks a side whose rounds spread over more than 15 % of their median: noisy.");
    line("– stands where a side was not measured; why, at the end.");
  }

  private void body() {
    speed("Training", "a step: forward pass, backward pass, SGD with momentum", Mode.STEP);
    speed("Inference", "a forward pass", Mode.INFERENCE);
    gradients();
    section("Tails", "p99.9 over the median. Target: no peer has it lower.");
    table(
        c -> true,
        (c, r) -> format("%.2f", r.tail()) + star(r),
        List.of("target"),
        c -> List.of(text(Targets.tail(c))));
    section("Heap", "bytes of heap a run / collections, of sides on a JVM.");
    table(
        c -> c.rows().stream().anyMatch(r -> r.heapBytesPerOp().isPresent()),
        (c, r) -> heap(r.heapBytesPerOp(), r.gcCount()),
        List.of("target"),
        c -> List.of(text(Targets.heap(c))));
    section(
        "Start",
        "milliseconds from no process to the first answer: of one process, and where there is a"
            + " target the median of several (--starts) in turns.");
    table(
        c -> true,
        (c, r) -> format("%.0f", r.startMillis()),
        List.of("target"),
        c -> List.of(text(Targets.start(c))));
    section("Memory", "megabytes resident at the most, of the whole process.");
    table(
        c -> true,
        (c, r) ->
            r.residentBytes().isPresent()
                ? format("%.0f", r.residentBytes().getAsLong() / 1e6)
                : NOTHING,
        List.of(),
        c -> List.of());
    leftOut();
  }

  private void speed(String title, String what, Mode mode) {
    section(title, "median µs of " + what + "; the ratio is Ballast's over the best peer's.");
    table(
        c -> c.workload().mode() == mode,
        (c, r) -> format("%.1f", r.medianMicros()) + star(r),
        List.of("ratio", "target"),
        c -> {
          OptionalDouble ratio =
              c.row(Side.BALLAST).map(c::ratioToBestPeer).orElse(OptionalDouble.empty());
          String shown = ratio.isPresent() ? format("%.2f", ratio.getAsDouble()) : NOTHING;
          return List.of(shown, text(Targets.ratio(c)));
        });
  }

  private void gradients() {
    section(
        "What a gradient costs",
        "(forward + backward) / forward of each side. Target: at most 15 % above the arithmetic,"
            + " and below every peer's.");
    table(
        c -> c.workload().mode() == Mode.GRADIENT,
        (c, r) -> {
          OptionalDouble ratio = results.overForward(c, r);
          return ratio.isPresent() ? format("%.2f", ratio.getAsDouble()) + star(r) : NOTHING;
        },
        List.of("arithmetic", "target"),
        c ->
            List.of(
                format("%.2f", c.workload().net().gradientOverForward()),
                text(Targets.gradient(results, c))));
  }

  private void leftOut() {
    section("Not measured", "");
    PeersTable.reasons(results.all())
        .forEach((reason, where) -> line("- " + reason + " (" + where + ")"));
  }

  private void section(String title, String what) {
    line("");
    line("### " + title);
    line("");
    if (!what.isEmpty()) {
      line(what.substring(0, 1).toUpperCase(Locale.ROOT) + what.substring(1));
      line("");
    }
  }

  /** A row for each comparison, a column for each side that any of them has, and more columns. */
  private void table(
      Predicate<Comparison> which,
      BiFunction<Comparison, PeerRow, String> cell,
      List<String> more,
      Function<Comparison, List<String>> last) {
    List<Comparison> chosen = results.all().stream().filter(which).toList();
    List<String> columns =
        sides.stream()
            .filter(s -> chosen.stream().anyMatch(c -> !cell(c, s, cell).equals(NOTHING)))
            .toList();
    if (columns.isEmpty()) {
      line("Nothing of this was measured.");
      return;
    }
    List<String> head = new ArrayList<>(List.of("workload", "threads"));
    head.addAll(columns);
    head.addAll(more);
    row(head);
    row(head.stream().map(h -> h.equals("workload") ? "---" : "---:").toList());
    for (Comparison c : chosen) {
      List<String> cells =
          new ArrayList<>(List.of(c.workload().name(), Integer.toString(c.threads())));
      columns.forEach(s -> cells.add(cell(c, s, cell)));
      cells.addAll(last.apply(c));
      row(cells);
    }
  }

  private static String cell(
      Comparison c, String side, BiFunction<Comparison, PeerRow, String> cell) {
    return c.row(side).map(r -> cell.apply(c, r)).orElse(NOTHING);
  }

  private void row(List<String> cells) {
    line("| " + String.join(" | ", cells) + " |");
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  private static String heap(OptionalDouble bytes, OptionalLong collections) {
    return bytes.isPresent() && collections.isPresent()
        ? format("%.0f / %d", bytes.getAsDouble(), collections.getAsLong())
        : NOTHING;
  }

  private static String star(PeerRow r) {
    return r.isNoisy() ? "\\*" : "";
  }

  private static String text(Optional<Target> target) {
    return target.map(Target::toString).orElse("");
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
