package dev.ballast.kernel;

import static dev.ballast.kernel.Operands.assertClose;
import static dev.ballast.kernel.Operands.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.tensor.TensorType;
import org.junit.jupiter.api.Test;

class RandomnessTest {
  private final Operands operands = new Operands();

  @Test
  void dropoutKeepsExactlyTheElementsOfItsReference() {
    Slice counter = operands.zeros(TensorType.i64(2));
    for (int n : Operands.SIZES) {
      for (double rate : new double[] {0, 0.1, 0.5, 0.99}) {
        counter.copyFrom(0x9E3779B97F4A7C15L * n, 1_000_003L + n);
        Slice x = operands.normal(n);
        Slice expected = operands.zeros(n);
        Slice actual = operands.unaligned(n);
        Randomness.referenceDropout(rate, n, x, counter, expected).run();
        Randomness.dropout(rate, n, x, counter, actual).run();
        assertClose(expected, actual, 2e-7, 0);
        Randomness.dropout(rate, n, x, counter, x).run();
        assertSameBits(actual, x, "dropout in place, " + n);
      }
    }
  }

  @Test
  void dropoutKeepsAboutAsManyAsItsRateSays() {
    Slice counter = operands.zeros(TensorType.i64(2));
    counter.copyFrom(7L, 1L);
    Slice x = operands.zeros(100_000);
    x.fill(1);
    Randomness.dropout(0.25, 3, x, counter, x).run();
    double kept = 0;
    for (float v : x.toFloats()) {
      kept += v != 0 ? 1 : 0;
    }
    assertEquals(75_000, kept, 600);
  }
}
