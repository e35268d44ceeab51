package dev.ballast.cli.report;

import dev.ballast.cli.picture.Svg;
import dev.ballast.cli.report.Outcome.Miss;
import dev.ballast.cli.report.Outcome.Mistake;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The examples that a model does worst on, as pictures where they are images. */
final class ExampleSection {
  /** Where there are no pictures, so many rows tell enough. */
  static final int ROWS = 20;

  private final Map<Integer, String> pictures;
  private final Svg out;

  private ExampleSection(Map<Integer, String> pictures, Svg out) {
    this.pictures = pictures;
    this.out = out;
  }

  static void write(Outcome.Labels labels, Map<Integer, String> pictures, Svg out) {
    if (!labels.wrongest().isEmpty()) {
      new ExampleSection(pictures, out).write(labels);
    }
  }

  static void write(Outcome.Numbers numbers, Map<Integer, String> pictures, Svg out) {
    if (!numbers.worst().isEmpty()) {
      new ExampleSection(pictures, out).write(numbers);
    }
  }

  private void write(Outcome.Labels labels) {
    String score = labels.probabilities() ? "probability" : "score";
    Html.section(out, "wrongest", "Wrongest examples");
    String told =
        "%s of %s wrong answers, those with the largest %s. Numbers count from 0 in the %s.";
    long wrong = labels.confusion().examples() - labels.confusion().right();
    soft(told.formatted(shown(labels.wrongest()).size(), Html.count(wrong), score, "test data"));
    if (pictures.isEmpty()) {
      head("example", "true", "said", score);
    } else {
      out.open("div", "class", "tiles");
    }
    for (Mistake m : shown(labels.wrongest())) {
      String value = labels.probabilities() ? Html.percent(m.score(), 1) : Html.number(m.score());
      String truth = labels.name(m.truth());
      String said = labels.name(m.said());
      if (pictures.isEmpty()) {
        Html.row(out, "td", "#" + m.index(), truth, said, value);
        continue;
      }
      out.open("figure", "class", "tile", "data-t", m.truth(), "data-s", m.said());
      picture(m.index(), "true " + truth + ", said " + said);
      out.open("figcaption");
      line("true", truth);
      line("said", said);
      out.text("small", value + " · #" + m.index());
      out.close().close();
    }
    end();
  }

  private void write(Outcome.Numbers numbers) {
    boolean several = numbers.outputs().size() + numbers.more() > 1;
    Html.section(out, "wrongest", "Worst examples");
    soft("The numbers that are missed by most. Examples count from 0 in the test data.");
    if (pictures.isEmpty()) {
      head(cells(several, "example", "output", "true", "said", "missed by"));
    } else {
      out.open("div", "class", "tiles");
    }
    for (Miss m : shown(numbers.worst())) {
      String truth = Html.number(m.truth());
      String said = Html.number(m.said());
      if (pictures.isEmpty()) {
        String by = Html.number(m.said() - m.truth());
        String output = Integer.toString(m.output());
        Html.row(out, "td", cells(several, "#" + m.index(), output, truth, said, by));
        continue;
      }
      out.open("figure", "class", "tile");
      picture(m.index(), "true " + truth + ", said " + said);
      out.open("figcaption");
      line("true", truth);
      line("said", said);
      out.text("small", (several ? "output " + m.output() + " · " : "") + "#" + m.index());
      out.close().close();
    }
    end();
  }

  /** The second tells outputs apart, where there are several. */
  private static String[] cells(boolean several, String example, String output, String... numbers) {
    List<String> cells = new ArrayList<>(List.of(example));
    if (several) {
      cells.add(output);
    }
    cells.addAll(List.of(numbers));
    return cells.toArray(String[]::new);
  }

  private <T> List<T> shown(List<T> worst) {
    return pictures.isEmpty() ? worst.subList(0, Math.min(ROWS, worst.size())) : worst;
  }

  private void soft(String text) {
    out.text("p", text, "class", "soft");
  }

  private void head(String... cells) {
    out.open("div", "class", "wide").open("table", "class", "numbers").open("thead");
    Html.row(out, "th", cells);
    out.close().open("tbody");
  }

  private void end() {
    if (pictures.isEmpty()) {
      out.close().close();
    }
    out.close().close();
  }

  private void picture(int index, String told) {
    out.leaf("img", "src", pictures.get(index), "alt", "example " + index + ": " + told);
  }

  private void line(String name, String value) {
    out.open("span").text("small", name).text("b", value, "title", value).close();
  }
}
