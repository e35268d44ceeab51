package dev.ballast.cli.picture;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;

/** Writes SVG: escapes what people wrote, prints numbers the same way in every country. */
public final class Svg {
  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /** Starts an element; attributes are names and values in turn. */
  public Svg open(String element, Object... attributes) {
    start(element, attributes).append('>');
    open.push(element);
    return this;
  }

  public Svg close() {
    out.append("</").append(open.pop()).append(">\n");
    return this;
  }

  /** An element with nothing in it. */
  public Svg leaf(String element, Object... attributes) {
    start(element, attributes).append("/>\n");
    return this;
  }

  /** An element with text in it. */
  public Svg text(String element, String text, Object... attributes) {
    start(element, attributes).append('>').append(escape(text));
    out.append("</").append(element).append('>');
    return this;
  }

  /** What was written elsewhere, and escaped there. */
  public Svg raw(String markup) {
    out.append(markup);
    return this;
  }

  /** A line of writing; {@code style} is its class. */
  public Svg write(String style, double x, double y, String text) {
    text("text", text, "class", style, "x", x, "y", y);
    out.append('\n');
    return this;
  }

  public Svg rect(String style, double x, double y, double width, double height) {
    return leaf("rect", "class", style, "x", x, "y", y, "width", width, "height", height);
  }

  public Svg path(String style, CharSequence d) {
    return leaf("path", "class", style, "d", d);
  }

  private StringBuilder start(String element, Object... attributes) {
    out.append('<').append(element);
    for (int i = 0; i < attributes.length; i += 2) {
      Object value = attributes[i + 1];
      String s = value instanceof Double d ? number(d) : escape(value.toString());
      out.append(' ').append(attributes[i]).append("=\"").append(s).append('"');
    }
    return out;
  }

  /**
   * Formats for every country alike; {@code %s} of a double is a {@link #number}.
   *
   * @param format as for {@link String#format}
   */
  public static String format(String format, Object... values) {
    Object[] shown =
        Arrays.stream(values).map(v -> v instanceof Double d ? number(d) : v).toArray();
    return String.format(Locale.ROOT, format, shown);
  }

  /** Hundredths of a pixel are finer than anyone sees, and short to write. */
  public static String number(double v) {
    long hundredths = Math.round(v * 100);
    if (hundredths % 100 == 0) {
      return Long.toString(hundredths / 100);
    }
    String s = String.format(Locale.ROOT, "%.2f", hundredths / 100.0);
    return s.endsWith("0") ? s.substring(0, s.length() - 1) : s;
  }

  /** Also replaces what XML cannot hold in any form: control characters and half surrogates. */
  public static String escape(String text) {
    StringBuilder s = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> s.append("&amp;");
                case '<' -> s.append("&lt;");
                case '>' -> s.append("&gt;");
                case '"' -> s.append("&quot;");
                default -> s.appendCodePoint(isXml(c) ? c : 0xFFFD);
              }
            });
    return s.toString();
  }

  private static boolean isXml(int c) {
    boolean control = c < ' ' && c != '\n' && c != '\t';
    return !control && (c < 0xD800 || c > 0xDFFF) && c != 0xFFFE && c != 0xFFFF;
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
