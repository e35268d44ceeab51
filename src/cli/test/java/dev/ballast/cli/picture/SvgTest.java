package dev.ballast.cli.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SvgTest {
  @Test
  void numbersAreShort() {
    assertEquals("0", Svg.number(0.001));
    assertEquals("12", Svg.number(12));
    assertEquals("12.5", Svg.number(12.5));
    assertEquals("-0.25", Svg.number(-0.25));
    assertEquals("1.33", Svg.number(4 / 3.0));
  }

  @Test
  void whatXmlCannotHoldIsReplaced() {
    assertEquals("&lt;&amp;&gt;&quot;\uFFFD\uFFFD😀", Svg.escape("<&>\"\u0001\uD800😀"));
  }

  @Test
  void elementsNest() {
    String svg = new Svg().open("g", "id", "a&b").text("title", "<").close().toString();
    assertEquals("<g id=\"a&amp;b\"><title>&lt;</title></g>\n", svg);
  }
}
