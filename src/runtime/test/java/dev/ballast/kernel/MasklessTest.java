package dev.ballast.kernel;

import static dev.ballast.kernel.Operands.assertClose;
import static dev.ballast.kernel.Operands.assertSameBits;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.kernel.Reduction.Fold;
import dev.ballast.kernel.Reduction.ReduceKernels;
import dev.ballast.kernel.Rows.RowKernels;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The loops for machines without masked stores, on this one. */
class MasklessTest {
  private final Operands operands = new Operands();

  @BeforeEach
  void needsTheVectorApi() {
    assumeTrue(Simd.isAvailable());
  }

  private static <T> T loop(Class<T> type, Class<? extends T> template, int variant) {
    return Specialized.of(type, template, new Recipe("", variant | Recipe.MASKLESS));
  }

  @Test
  void rowsEqualTheReference() {
    RowKernels rows = loop(RowKernels.class, RowLoops.class, 0);
    for (int n : Operands.SIZES) {
      Slice x = operands.normal(3, n);
      Slice labels = operands.indices(DType.I32, n, 3);
      Slice[] expected = {operands.zeros(3, n), operands.zeros(3, n), operands.zeros(3)};
      Slice[] actual = {operands.zeros(3, n), operands.zeros(3, n), operands.zeros(3)};
      Rows.referenceSoftmax(x, expected[0]).run();
      rows.softmax(x, actual[0]).run();
      Rows.referenceLogSoftmax(x, expected[1]).run();
      rows.logSoftmax(x, actual[1]).run();
      Rows.referenceCrossEntropy(x, labels, expected[2]).run();
      rows.crossEntropy(x, labels, actual[2]).run();
      for (int k = 0; k < expected.length; k++) {
        assertClose(expected[k], actual[k], 1e-6, 1e-7);
      }
      Rows.referenceCrossEntropyGradient(x, labels, expected[2], expected[0]).run();
      rows.crossEntropyGradient(x, labels, expected[2], actual[0]).run();
      assertClose(expected[0], actual[0], 1e-6, 1e-8);
      rows.crossEntropyWithGradient(x, labels, expected[2], actual[2], actual[1]).run();
      assertClose(expected[0], actual[1], 1e-6, 1e-8);
    }
  }

  @Test
  void reductionsEqualTheReference() {
    for (Fold fold : new Fold[] {Fold.SUM, Fold.MAX}) {
      int variant = fold == Fold.MAX ? ReduceLoop.MAX : 0;
      ReduceKernels loops = loop(ReduceKernels.class, ReduceLoop.class, variant);
      for (int n : Operands.SIZES) {
        Slice in = operands.normal(3, n);
        Odometer lines = new Odometer(Shape.of(3), new long[] {n});
        Odometer line = new Odometer(Shape.of(n), new long[] {1});
        Slice expectedRows = operands.zeros(3);
        Slice actualRows = operands.zeros(3);
        Reduction.referenceReduce(fold, List.of(1), in, expectedRows).run();
        loops.rows(lines, line, 1, in, actualRows).run();
        assertClose(expectedRows, actualRows, 1e-6, 1e-6);
        Slice expectedColumns = operands.zeros(n);
        Slice actualColumns = operands.zeros(n);
        Reduction.referenceReduce(fold, List.of(0), in, expectedColumns).run();
        loops.columns(line, lines, 1, in, actualColumns).run();
        assertClose(expectedColumns, actualColumns, 1e-6, 1e-6);
      }
    }
  }

  @Test
  void selectGivesTheBitsOfTheMaskedLoop() {
    for (int stays = 0; stays < 8; stays++) {
      Slice c = operands.indices(DType.F32, 2, 3, (stays & 1) == 0 ? 21 : 1);
      Slice a = operands.normal(3, (stays & 2) == 0 ? 21 : 1);
      Slice b = operands.normal(3, (stays & 4) == 0 ? 21 : 1);
      Slice masked = operands.zeros(3, 21);
      Slice maskless = operands.zeros(3, 21);
      Elementwise.select(c, a, b, masked).run();
      if (stays != 7) {
        loop(MapLoop.class, SelectLoop.class, stays).bind(maskless, c, a, b).run();
        assertSameBits(masked, maskless, "select " + stays);
      }
    }
  }
}
