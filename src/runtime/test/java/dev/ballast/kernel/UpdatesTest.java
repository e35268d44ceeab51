package dev.ballast.kernel;

import static dev.ballast.kernel.Operands.assertClose;
import static dev.ballast.kernel.Operands.assertSameBits;
import static dev.ballast.kernel.Operands.copyOf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.kernel.Updates.AdamRule;
import dev.ballast.kernel.Updates.SgdRule;
import dev.ballast.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpdatesTest {
  private static final List<SgdRule> SGD =
      List.of(
          new SgdRule(0, false, 0),
          new SgdRule(0, false, 0.01),
          new SgdRule(0.9, false, 0),
          new SgdRule(0.9, false, 0.01),
          new SgdRule(0.9, true, 0),
          new SgdRule(0.9, true, 0.01));
  private static final List<AdamRule> ADAM =
      List.of(
          new AdamRule(0.9, 0.999, 1e-8, 0, false),
          new AdamRule(0.9, 0.999, 1e-8, 0.01, false),
          new AdamRule(0.9, 0.999, 1e-8, 0.01, true));

  private final Operands operands = new Operands();

  @Test
  void sgdEqualsItsReferenceAndRunsInPlace() {
    for (SgdRule rule : SGD) {
      for (int n : Operands.SIZES) {
        Slice p = operands.normal(n);
        Slice g = operands.normal(n);
        Slice v = operands.normal(n);
        Slice rate = operands.scalar(0.1);
        Slice[] expected = {operands.zeros(n), operands.zeros(n)};
        Slice[] actual = {operands.unaligned(n), operands.unaligned(n)};
        Updates.referenceSgd(rule, p, g, rate, v, expected[0], expected[1]).run();
        Updates.sgd(rule, p, g, rate, v, actual[0], actual[1]).run();
        assertClose(expected[0], actual[0], 1e-6, 1e-6);
        assertClose(expected[1], actual[1], 1e-6, 1e-6);
        Slice p2 = copyOf(p);
        Slice v2 = copyOf(v);
        Updates.sgd(rule, p2, g, rate, v2, p2, v2).run();
        assertSameBits(actual[0], p2, rule + " in place, " + n);
        if (rule.momentum() != 0) {
          assertSameBits(actual[1], v2, rule + " in place, " + n);
        }
      }
    }
  }

  @Test
  void adamEqualsItsReferenceAndRunsInPlace() {
    Slice t = operands.zeros(TensorType.i64());
    for (AdamRule rule : ADAM) {
      for (int n : Operands.SIZES) {
        t.setLong(0, 1 + n % 5);
        Slice p = operands.normal(n);
        Slice g = operands.normal(n);
        Slice m = operands.normal(n);
        Slice v = operands.zeros(n);
        Elementwise.referenceUnary(UnaryFunction.ABS, operands.normal(n), v).run();
        Slice rate = operands.scalar(0.1);
        Slice[] expected = {operands.zeros(n), operands.zeros(n), operands.zeros(n)};
        Slice[] actual = {operands.unaligned(n), operands.unaligned(n), operands.unaligned(n)};
        Updates.referenceAdam(rule, p, g, rate, m, v, t, expected[0], expected[1], expected[2])
            .run();
        Updates.adam(rule, p, g, rate, m, v, t, actual[0], actual[1], actual[2]).run();
        Updates.adam(rule, p, g, rate, m, v, t, p, m, v).run();
        List<Slice> inPlace = List.of(p, m, v);
        for (int k = 0; k < 3; k++) {
          assertClose(expected[k], actual[k], 1e-6, 1e-6);
          assertSameBits(actual[k], inPlace.get(k), rule + " in place, " + n);
        }
      }
    }
  }

  @Test
  void aVelocityBelowTheNormalNumbersBecomesZero() {
    assumeTrue(Simd.isAvailable(), Simd.description());
    for (int n : new int[] {1, 16, 19}) {
      Slice p = operands.zeros(n);
      Slice v = operands.zeros(n);
      v.fill(Float.MIN_NORMAL);
      SgdRule rule = new SgdRule(0.5, false, 0);
      Updates.sgd(rule, p, operands.zeros(n), operands.scalar(0.1), v, p, v).run();
      assertArrayEquals(new float[n], v.toFloats());
    }
  }
}
