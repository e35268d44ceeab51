package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LaneMathTest {
  private static final int CHUNK = 1 << 15;
  private static final int STRIDE = 997;
  private static final float[] SPECIAL = {
    0f,
    -0f,
    1f,
    -1f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    -Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    88.72283f,
    88.72284f,
    89f,
    -87.33654f,
    -87.33655f,
    -103.27893f,
    -103.97207f,
    -103.97208f,
    -104f,
    1e-20f,
    -1e-20f,
    0.625f,
    -0.625f,
    9f,
    20f,
    -13f,
    -13.5f,
    -14f,
    -14.5f,
    -20f,
    0.70710677f,
    0.70710678f,
    1.4142135f,
    1.4142137f,
    16.7f
  };

  private final Operands operands = new Operands();

  @ParameterizedTest
  @CsvSource({
    "NEG, 0",
    "ABS, 0",
    "SQRT, 0.501",
    "RELU, 0",
    "EXP, 1",
    "LOG, 1",
    "SIGMOID, 1.5",
    "TANH, 1.3",
    "SOFTPLUS, 1.5",
    "ERF, 1.2",
    "GELU, 1.9"
  })
  void functionsStayWithinTheirUlpsOverTheWholeRange(UnaryFunction f, double ulps) {
    assumeTrue(Simd.isAvailable());
    Slice x = operands.zeros(CHUNK);
    Slice y = operands.zeros(CHUNK);
    Kernel kernel = Elementwise.unary(f, x, y);
    long patterns = (1L << 32) / STRIDE;
    for (long first = 0; first < patterns; first += CHUNK) {
      for (int i = 0; i < CHUNK; i++) {
        int bits = (int) ((first + i) * STRIDE);
        x.memory().setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, bits);
      }
      kernel.run();
      for (int i = 0; i < CHUNK; i++) {
        Ulps.assertWithin(ulps, f, (float) x.get(i), f.apply(x.get(i)), (float) y.get(i));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(UnaryFunction.class)
  void specialValuesAndTheirNeighboursAreRight(UnaryFunction f) {
    Slice x = operands.zeros(3 * SPECIAL.length);
    Slice y = operands.zeros(3 * SPECIAL.length);
    for (int i = 0; i < SPECIAL.length; i++) {
      x.set(3 * i, SPECIAL[i]);
      x.set(3 * i + 1, Math.nextUp(SPECIAL[i]));
      x.set(3 * i + 2, Math.nextDown(SPECIAL[i]));
    }
    Elementwise.unary(f, x, y).run();
    for (int i = 0; i < x.elements(); i++) {
      Ulps.assertWithin(2, f, (float) x.get(i), f.apply(x.get(i)), (float) y.get(i));
    }
  }

  @Test
  void oddFunctionsKeepTheSignOfZero() {
    Slice x = operands.scalar(-0.0);
    Slice y = operands.scalar(1);
    for (UnaryFunction f : new UnaryFunction[] {UnaryFunction.TANH, UnaryFunction.ERF}) {
      Elementwise.unary(f, x, y).run();
      assertEquals(Integer.MIN_VALUE, Operands.bits(y)[0], f.name());
    }
  }

  @Test
  void exponentialOfZeroIsOneExactly() {
    Slice y = operands.zeros();
    Elementwise.unary(UnaryFunction.EXP, operands.scalar(0), y).run();
    assertEquals(1.0, y.get(0));
  }
}
