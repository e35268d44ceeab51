package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Elementary functions in f32 beside values of NumPy and mpmath, and over all floats. */
class ElementaryFunctionsTest {
  private static final double ULPS = 2;
  private static final int CHUNK = 1 << 16;

  private final Operands operands = new Operands();

  private record Row(float x, double exact) {}

  @TestFactory
  Stream<DynamicTest> functionsAreWithinTwoUlpsOfNumPysValues() throws IOException {
    return tests("numpy-functions.txt", 1_000);
  }

  @TestFactory
  Stream<DynamicTest> functionsAreWithinTwoUlpsOfMpmathsValues() throws IOException {
    return tests("mpmath-functions.txt", 700);
  }

  /** What the soak test and others go by. */
  @TestFactory
  Stream<DynamicTest> theReferenceInDoubleHasTwelveDigitsOfMpmaths() throws IOException {
    return rows("mpmath-functions.txt").entrySet().stream()
        .map(e -> dynamicTest(e.getKey().name(), () -> checkReference(e.getKey(), e.getValue())));
  }

  private static void checkReference(UnaryFunction f, List<Row> rows) {
    for (Row r : rows) {
      double tolerance = Math.max(1e-12 * Math.abs(r.exact()), 1e-300);
      assertEquals(r.exact(), f.apply(r.x()), tolerance, () -> f + " of " + r.x());
    }
  }

  private Stream<DynamicTest> tests(String file, int least) throws IOException {
    Map<UnaryFunction, List<Row>> rows = rows(file);
    int count = rows.values().stream().mapToInt(List::size).sum();
    assertTrue(count >= least, file + " has " + count + " rows");
    return rows.entrySet().stream()
        .map(e -> dynamicTest(e.getKey().name(), () -> check(e.getKey(), e.getValue())));
  }

  private void check(UnaryFunction f, List<Row> rows) {
    Slice x = operands.zeros(rows.size());
    Slice y = operands.zeros(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      x.set(i, rows.get(i).x());
    }
    Elementwise.unary(f, x, y).run();
    for (int i = 0; i < rows.size(); i++) {
      Ulps.assertWithin(ULPS, f, rows.get(i).x(), rows.get(i).exact(), (float) y.get(i));
    }
  }

  /** A result in hexadecimal is the bits of a float, rightly rounded; else it is a number. */
  private static Map<UnaryFunction, List<Row>> rows(String file) throws IOException {
    Map<UnaryFunction, List<Row>> rows = new EnumMap<>(UnaryFunction.class);
    try (InputStream in = ElementaryFunctionsTest.class.getResourceAsStream("/goldens/" + file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().filter(l -> !l.startsWith("#")).toList()) {
        String[] words = line.split(" ");
        boolean bits = file.startsWith("numpy");
        double exact = bits ? fromBits(words[2]) : Double.parseDouble(words[2]);
        rows.computeIfAbsent(UnaryFunction.valueOf(words[0]), f -> new ArrayList<>())
            .add(new Row(fromBits(words[1]), exact));
      }
    }
    return rows;
  }

  private static float fromBits(String hexadecimal) {
    return Float.intBitsToFloat(Integer.parseUnsignedInt(hexadecimal, 16));
  }

  /** Whole vectors, the masked rest, and on other machines the rest one by one. */
  @ParameterizedTest
  @EnumSource(UnaryFunction.class)
  void aNumberGivesTheSameBitsWhereverItStands(UnaryFunction f) {
    Random random = new Random(f.ordinal());
    Slice x = operands.zeros(47);
    Slice y = operands.zeros(47);
    Kernel kernel = Elementwise.unary(f, x, y);
    for (int k = 0; k < 2_000; k++) {
      boolean small = k % 2 == 0;
      x.fill(small ? random.nextGaussian() * 10 : Float.intBitsToFloat(random.nextInt()));
      kernel.run();
      // NaN is NaN, whatever its bits.
      int first = Float.floatToIntBits((float) y.get(0));
      for (long i = 1; i < y.elements(); i++) {
        assertEquals(first, Float.floatToIntBits((float) y.get(i)), f + " of " + x.get(i));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = UnaryFunction.class,
      names = {"EXP", "LOG", "SIGMOID", "TANH", "SOFTPLUS", "ERF", "GELU"})
  void limitsAreThoseOfTheFunctions(UnaryFunction f) {
    double[] expected =
        switch (f) {
          case EXP -> new double[] {0, Double.POSITIVE_INFINITY, 1};
          case LOG -> new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
          case SIGMOID -> new double[] {0, 1, 0.5};
          case SOFTPLUS -> new double[] {0, Double.POSITIVE_INFINITY, (float) Math.log(2)};
          case GELU -> new double[] {0, Double.POSITIVE_INFINITY, 0};
          default -> new double[] {-1, 1, 0};
        };
    Slice x = operands.zeros(4);
    Slice y = operands.zeros(4);
    x.copyFrom(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 0, Float.NaN);
    Elementwise.unary(f, x, y).run();
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], y.get(i) + 0.0, f + " of " + x.get(i));
    }
    assertTrue(Double.isNaN(y.get(3)), f + " of NaN");
  }

  /** Each run takes other floats, as many as it has time for; all patterns of bits count. */
  @ParameterizedTest
  @EnumSource(
      value = UnaryFunction.class,
      names = {"EXP", "LOG", "SIGMOID", "TANH", "SOFTPLUS", "ERF", "GELU"})
  @Tag("soak")
  void functionsAreWithinTwoUlpsOverAllFloats(UnaryFunction f) {
    assumeTrue(Simd.isAvailable());
    Duration bound = Duration.ofMinutes(Long.getLong("ballast.soak.minutes", 1));
    long end = System.nanoTime() + bound.toNanos();
    int start = (int) System.nanoTime();
    Slice x = operands.zeros(CHUNK);
    Slice y = operands.zeros(CHUNK);
    Kernel kernel = Elementwise.unary(f, x, y);
    // An odd stride meets every pattern once before it meets one again.
    int stride = 0x9E3779B1;
    for (long done = 0; done < 1L << 32 && System.nanoTime() < end; done += CHUNK) {
      for (int i = 0; i < CHUNK; i++) {
        int bits = start + (int) (done + i) * stride;
        x.memory().setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, bits);
      }
      kernel.run();
      for (int i = 0; i < CHUNK; i++) {
        float at = (float) x.get(i);
        Ulps.assertWithin(ULPS, f, at, f.apply(at), (float) y.get(i));
      }
    }
  }
}
