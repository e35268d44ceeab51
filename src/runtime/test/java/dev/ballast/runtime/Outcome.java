package dev.ballast.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.kernel.Slice;
import dev.ballast.tensor.Literal;
import java.util.Map;

/** Copies of a graph's outputs and of what it updated, by name. */
public record Outcome(Map<String, Literal> contents) {
  void put(String name, Slice slice) {
    contents.put(name, Feed.literal(slice));
  }

  /** The only element, or the first, of an output. */
  public double number(String output) {
    return output(output).get(0);
  }

  public Literal output(String name) {
    return contents.get("output " + name);
  }

  /** A parameter or state after the run. */
  public Literal kept(String name) {
    return contents.get("kept " + name);
  }

  public void assertSameBits(Outcome expected) {
    assertFalse(contents.isEmpty(), "nothing to compare");
    assertEquals(expected.contents, contents);
  }

  /** Demands each element within {@code tolerance} of the expected, relative to what is above 1. */
  public void assertClose(Outcome expected, double tolerance) {
    assertFalse(contents.isEmpty(), "nothing to compare");
    assertEquals(expected.contents.keySet(), contents.keySet());
    contents.forEach((name, l) -> assertClose(name, expected.contents.get(name), l, tolerance));
  }

  public static void assertClose(String name, Literal expected, Literal actual, double tolerance) {
    assertEquals(expected.type(), actual.type(), name);
    for (int i = 0; i < actual.type().elements(); i++) {
      double e = expected.get(i);
      double a = actual.get(i);
      boolean close = Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e));
      boolean same = Double.compare(a, e) == 0 || Double.isNaN(a) && Double.isNaN(e);
      assertTrue(close || same, name + "[" + i + "]: " + a + " is not within reach of " + e);
    }
  }
}
