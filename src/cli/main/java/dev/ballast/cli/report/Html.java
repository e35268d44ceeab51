package dev.ballast.cli.report;

import dev.ballast.cli.picture.Svg;
import java.util.Locale;
import java.util.OptionalDouble;

/** Numbers as the page writes them, and the elements that recur. */
final class Html {
  private Html() {}

  static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** {@code 97.82 %}; a dash where there is nothing to divide by. */
  static String percent(OptionalDouble share) {
    return share.isPresent() ? percent(share.getAsDouble()) : "–";
  }

  static String percent(double share) {
    return percent(share, 2);
  }

  static String percent(double share, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f %%", 100 * share);
  }

  /** Four digits. */
  static String number(double v) {
    double size = Math.abs(v);
    return size != 0 && (size < 1e-3 || size >= 1e6)
        ? String.format(Locale.ROOT, "%.3e", v)
        : String.format(Locale.ROOT, "%.4g", v);
  }

  static void row(Svg out, String element, String... cells) {
    out.open("tr");
    for (String cell : cells) {
      out.text(element, cell);
    }
    out.close();
  }

  /** Starts a section, whose title is its label. */
  static void section(Svg out, String id, String title) {
    out.open("section", "id", id, "aria-labelledby", id + "-title");
    out.text("h2", title, "id", id + "-title");
  }
}
