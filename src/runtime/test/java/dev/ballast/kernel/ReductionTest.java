package dev.ballast.kernel;

import static dev.ballast.kernel.Operands.assertClose;

import dev.ballast.kernel.Reduction.Fold;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReductionTest {
  private final Operands operands = new Operands();

  private void check(Fold fold, List<Integer> axes, int... dims) {
    Slice in = operands.normal(dims);
    int[] kept =
        IntStream.range(0, dims.length)
            .filter(axis -> !axes.contains(axis))
            .map(axis -> dims[axis])
            .toArray();
    Slice expected = operands.zeros(kept);
    Slice actual = operands.unaligned(kept);
    Reduction.referenceReduce(fold, axes, in, expected).run();
    Reduction.reduce(fold, axes, in, actual).run();
    assertClose(expected, actual, 1e-6, 1e-6);
  }

  @ParameterizedTest
  @EnumSource(Fold.class)
  void allRowsAndColumnsEqualTheReferenceAtEverySize(Fold fold) {
    for (int n : Operands.SIZES) {
      check(fold, List.of(0), n);
      check(fold, List.of(0, 1), 3, n);
      check(fold, List.of(1), 5, n);
      check(fold, List.of(0), n, 5);
      check(fold, List.of(0), 5, n);
      check(fold, List.of(1), n, 5);
    }
  }

  @ParameterizedTest
  @EnumSource(Fold.class)
  void anyChoiceOfAxesEqualsTheReference(Fold fold) {
    int[] dims = {3, 5, 1, 4, 18};
    for (int mask = 0; mask < 1 << dims.length; mask++) {
      int chosen = mask;
      List<Integer> axes =
          IntStream.range(0, dims.length).filter(a -> (chosen >> a & 1) != 0).boxed().toList();
      check(fold, axes, dims);
    }
  }

  @Test
  void theLargestOfNegativesIsNotThePaddingOfATail() {
    Slice in = operands.zeros(3, 17);
    in.fill(-5);
    for (int axis = 0; axis < 2; axis++) {
      Slice out = operands.zeros(axis == 0 ? 17 : 3);
      Reduction.reduce(Fold.MAX, List.of(axis), in, out).run();
      Slice expected = operands.zeros(out.type());
      expected.fill(-5);
      Operands.assertSameBits(expected, out, "axis " + axis);
    }
  }

  @Test
  void manySmallTermsAreNotLostInALargeSum() {
    Slice in = operands.zeros(1 << 20);
    in.fill(0.1f);
    Slice out = operands.zeros();
    Reduction.reduce(Fold.SUM, List.of(0), in, out).run();
    Slice expected = operands.scalar((double) 0.1f * (1 << 20));
    Operands.assertSameBits(expected, out, "sum");
  }

  @Test
  void theFirstOfEqualsIsTheArgMax() {
    Slice in = operands.zeros(2, 3);
    in.copyFrom(1f, 3f, 3f, 2f, 2f, 1f);
    Slice out = operands.zeros(TensorType.i64(2));
    Reduction.argMax(1, in, out).run();
    Slice expected = operands.zeros(new TensorType(out.dtype(), Shape.of(2)));
    expected.copyFrom(1L, 0L);
    Operands.assertSameBits(expected, out, "argmax");
  }
}
