package dev.ballast.cli.report;

import dev.ballast.cli.picture.ByteText;
import dev.ballast.cli.picture.PlanFacts;
import dev.ballast.cli.picture.PlanPicture;
import dev.ballast.cli.picture.StaticPage;
import dev.ballast.cli.picture.Svg;
import dev.ballast.plan.Plan;
import dev.ballast.train.Epoch;
import dev.ballast.train.TrainingRun;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A run's report as a page that needs nothing but a browser, and for reading not even its script.
 * Its static parts are the resources {@code run.html}, {@code run.css} and {@code run.js}.
 */
public final class RunPage {
  /** Plans of huge models make pictures that no one would wait for. */
  private static final int LARGEST_PICTURE = 1_500_000;

  private final RunReport report;
  private final EpochCharts epochs;
  private final Svg out = new Svg();

  private RunPage(RunReport report) {
    this.report = report;
    this.epochs = new EpochCharts(report);
  }

  public static String html(RunReport report) {
    RunPage page = new RunPage(report);
    page.sections();
    return new StaticPage(RunPage.class, "run.html", "run.css", List.of("run.js"), true)
        .html(
            Map.of(
                "title", Svg.escape("Training of " + report.name()),
                "result", Svg.escape(new Headline(report).text()),
                "end", Svg.escape(new Headline(report).end()),
                "command", Svg.escape(report.command()),
                "body", page.out.toString()));
  }

  private void sections() {
    settings();
    if (!report.run().epochs().isEmpty()) {
      epochs();
    }
    switch (report.outcome()) {
      case Outcome.Labels l -> {
        out.open("div", "class", "beside");
        ConfusionSection.write(l, out);
        out.close();
        ExampleSection.write(l, report.pictures(), out);
      }
      case Outcome.Numbers n -> {
        NumbersSection.write(n, out);
        ExampleSection.write(n, report.pictures(), out);
      }
      case Outcome.Other o -> {
        Html.section(out, "answers", "Answers");
        out.text("p", o.reason() + " So there is no matrix of confusions here.").close();
      }
    }
    report.filters().ifPresent(this::filters);
    memory(report.plan());
  }

  private void settings() {
    Html.section(out, "settings", "Settings, checksums, versions");
    out.open("dl", "class", "pairs");
    report
        .facts()
        .forEach(
            (key, value) -> {
              String style = key.endsWith("sha256") ? "hash" : "text";
              out.open("div").text("dt", key).text("dd", value, "class", style).close();
            });
    out.close();
    if (!report.definition().isEmpty()) {
      out.open("details").text("summary", "The definition");
      out.text("pre", report.definition()).close();
    }
    out.close();
  }

  private void epochs() {
    List<Epoch> run = report.run().epochs();
    Html.section(out, "epochs", "Epochs");
    if (epochs.hasCurves()) {
      out.open("div", "class", "charts");
      epochs.curves().forEach((title, svg) -> Charts.figure(out, title, svg));
      Charts.figure(out, "Time per step", epochs.time());
      out.close();
      out.open("details").text("summary", "All epochs in numbers");
      out.open("div", "class", "wide").raw(epochs.table()).close().close();
    } else {
      out.text("p", "One epoch makes no curve; these are its numbers.", "class", "soft");
      out.open("div", "class", "wide").raw(epochs.table()).close();
    }
    double seconds = run.stream().mapToDouble(Epoch::seconds).sum();
    long steps = run.stream().mapToLong(Epoch::steps).sum();
    out.text(
        "p",
        "%s steps in %s; %s per step on average, %s in the last epoch."
            .formatted(
                Html.count(steps),
                Headline.duration(seconds),
                EpochCharts.time(seconds / Math.max(1, steps)),
                EpochCharts.time(EpochCharts.secondsPerStep(run.getLast()))));
    out.close();
  }

  private void filters(Filters f) {
    Html.section(out, "filters", "What the first layer looks for");
    String told =
        f.strongest()
            ? "Weights of %s: the %d with the largest norm of %d."
            : "Weights of %s: all %2$d.";
    out.text("p", told.formatted(f.layer(), f.pictures().size(), f.total()), "class", "soft");
    out.open("p", "class", "scale");
    out.text("span", "−" + Html.number(f.limit()));
    out.leaf("img", "src", Diverging.scale(201), "alt", "from blue over white to red");
    out.text("span", Html.number(f.limit()));
    out.text(
        "span", "one scale for all; what is beyond it has the colour of its end", "class", "soft");
    out.close();
    out.open("div", "class", "tiles small");
    for (Filters.Tile t : f.pictures()) {
      out.open("figure", "class", "tile");
      String told2 = "weights of unit " + t.name() + ", norm " + Html.number(t.norm());
      out.leaf("img", "src", t.address(), "alt", told2, "title", told2);
      out.open("figcaption").text("small", t.name()).close().close();
    }
    out.close().close();
  }

  private void memory(Plan plan) {
    Html.section(out, "memory", "Memory of a step");
    out.open("dl", "class", "facts");
    PlanFacts.of(plan).forEach(f -> Charts.fact(out, f.name(), f.value(), f.note()));
    String all = ByteText.of(report.segmentBytes());
    Charts.fact(out, "off the heap in all", all, ByteText.exact(report.segmentBytes()));
    TrainingRun run = report.run();
    if (!run.epochs().isEmpty()) {
      String heap = EpochCharts.heap(run.epochs().getLast());
      Charts.fact(out, "heap per step", heap, "mean over the second half of the last epoch");
    }
    out.close();
    String svg = PlanPicture.svg(plan);
    if (svg.length() > LARGEST_PICTURE) {
      out.text("p", "The plan is too large to be drawn here; see ballast plan FILE.toml --html.");
    } else {
      String address =
          "data:image/svg+xml;base64,"
              + Base64.getEncoder().encodeToString(svg.getBytes(StandardCharsets.UTF_8));
      out.open("div", "class", "wide", "tabindex", "0", "role", "region", "aria-label", "plan");
      out.leaf(
          "img",
          "id",
          "plan",
          "src",
          address,
          "alt",
          "The memory plan: steps to the right, addresses up, a box for each buffer");
      out.close();
    }
    out.close();
  }
}
