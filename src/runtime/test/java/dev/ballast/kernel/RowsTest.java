package dev.ballast.kernel;

import static dev.ballast.kernel.Operands.assertClose;
import static dev.ballast.kernel.Operands.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.tensor.DType;
import org.junit.jupiter.api.Test;

class RowsTest {
  private static final int ROWS = 5;

  private final Operands operands = new Operands();

  @Test
  void softmaxEqualsItsReferenceAndRunsInPlace() {
    for (int n : Operands.SIZES) {
      Slice x = operands.normal(ROWS, n);
      Slice expected = operands.zeros(ROWS, n);
      Slice actual = operands.unaligned(ROWS, n);
      Rows.referenceSoftmax(x, expected).run();
      Rows.softmax(x, actual).run();
      assertClose(expected, actual, 1e-6, 0);
      Rows.softmax(x, x).run();
      assertSameBits(actual, x, "softmax in place, " + n);
    }
  }

  @Test
  void logSoftmaxEqualsItsReferenceAndRunsInPlace() {
    for (int n : Operands.SIZES) {
      Slice x = operands.normal(ROWS, n);
      Slice expected = operands.zeros(ROWS, n);
      Slice actual = operands.unaligned(ROWS, n);
      Rows.referenceLogSoftmax(x, expected).run();
      Rows.logSoftmax(x, actual).run();
      assertClose(expected, actual, 1e-6, 1e-7);
      Rows.logSoftmax(x, x).run();
      assertSameBits(actual, x, "log softmax in place, " + n);
    }
  }

  @Test
  void crossEntropyAndItsGradientEqualTheirReferences() {
    for (DType labelType : new DType[] {DType.I32, DType.I64}) {
      for (int n : Operands.SIZES) {
        Slice x = operands.normal(ROWS, n);
        Slice labels = operands.indices(labelType, n, ROWS);
        Slice dloss = operands.normal(ROWS);
        Slice expected = operands.zeros(ROWS);
        Slice actual = operands.unaligned(ROWS);
        Rows.referenceCrossEntropy(x, labels, expected).run();
        Rows.crossEntropy(x, labels, actual).run();
        assertClose(expected, actual, 1e-6, 1e-7);
        Slice expectedGradient = operands.zeros(ROWS, n);
        Slice actualGradient = operands.unaligned(ROWS, n);
        Rows.referenceCrossEntropyGradient(x, labels, dloss, expectedGradient).run();
        Rows.crossEntropyGradient(x, labels, dloss, actualGradient).run();
        assertClose(expectedGradient, actualGradient, 1e-6, 1e-8);
        Slice bothLoss = operands.unaligned(ROWS);
        Rows.crossEntropyWithGradient(x, labels, dloss, bothLoss, x).run();
        assertSameBits(actual, bothLoss, "loss of both, " + n);
        assertSameBits(actualGradient, x, "gradient of both over the scores, " + n);
      }
    }
  }

  @Test
  void largeLogitsNeitherOverflowNorLoseTheLoss() {
    Slice x = operands.zeros(2, 3);
    x.copyFrom(1000f, 990f, -1000f, -500f, -500f, -500f);
    Slice out = operands.zeros(2, 3);
    Slice expected = operands.zeros(2, 3);
    Rows.softmax(x, out).run();
    Rows.referenceSoftmax(x, expected).run();
    assertClose(expected, out, 1e-6, 0);
  }

  @Test
  void aNearlyCertainRowKeepsTheDigitsOfItsSmallLoss() {
    Slice x = operands.zeros(1, 10);
    x.set(0, 20);
    Slice labels = operands.indices(DType.I32, 1, 1);
    Slice dloss = operands.normal(1);
    Slice expected = operands.zeros(1);
    Slice actual = operands.zeros(1);
    Rows.referenceCrossEntropy(x, labels, expected).run();
    Rows.crossEntropy(x, labels, actual).run();
    assertClose(expected, actual, 1e-6, 0);
    Slice expectedGradient = operands.zeros(1, 10);
    Slice actualGradient = operands.zeros(1, 10);
    Rows.referenceCrossEntropyGradient(x, labels, dloss, expectedGradient).run();
    Rows.crossEntropyGradient(x, labels, dloss, actualGradient).run();
    assertClose(expectedGradient, actualGradient, 1e-6, 0);
  }

  @Test
  void oneNaNMakesTheWholeRowNaN() {
    for (int at : new int[] {0, 5, 16, 32}) {
      Slice x = operands.normal(1, 33);
      x.set(at, Double.NaN);
      Slice out = operands.zeros(1, 33);
      Rows.softmax(x, out).run();
      for (float v : out.toFloats()) {
        assertEquals(Float.NaN, v);
      }
    }
  }

  @Test
  void aLabelOutOfRangeIsNamed() {
    Slice x = operands.normal(2, 10);
    Slice labels = operands.indices(DType.I32, 1, 2);
    labels.setLong(1, 10);
    Kernel kernel = Rows.crossEntropy(x, labels, operands.zeros(2));
    assertEquals(
        "cross_entropy: label 10 at row 1 is not in [0, 10)",
        assertThrows(IndexOutOfBoundsException.class, kernel::run).getMessage());
  }
}
