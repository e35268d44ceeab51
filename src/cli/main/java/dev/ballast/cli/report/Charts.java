package dev.ballast.cli.report;

import dev.ballast.cli.picture.Svg;

/** Frames of what is drawn. */
final class Charts {
  private Charts() {}

  static void figure(Svg out, String title, String svg) {
    out.open("figure", "class", "chart");
    out.text("figcaption", title);
    out.raw(svg).close();
  }

  static void fact(Svg out, String name, String value, String note) {
    out.open("div").text("dt", name).open("dd").text("b", value);
    if (!note.isEmpty()) {
      out.text("small", note);
    }
    out.close().close();
  }
}
