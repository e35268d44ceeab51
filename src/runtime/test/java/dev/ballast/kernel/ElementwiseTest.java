package dev.ballast.kernel;

import static dev.ballast.kernel.Operands.assertClose;
import static dev.ballast.kernel.Operands.assertSameBits;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ElementwiseTest {
  private static final double CLOSE = 3e-7;

  /** Shapes of two operands: each broadcasts in every way that a loop tells apart. */
  private static final List<int[][]> PAIRS =
      List.of(
          new int[][] {{64, 10}, {10}},
          new int[][] {{10}, {64, 10}},
          new int[][] {{64, 10}, {64, 1}},
          new int[][] {{64, 1}, {64, 10}},
          new int[][] {{5, 33}, {}},
          new int[][] {{}, {5, 33}},
          new int[][] {{}, {}},
          new int[][] {{7, 1}, {1, 65}},
          new int[][] {{1, 65}, {7, 1}},
          new int[][] {{3, 4, 17}, {4, 1}},
          new int[][] {{3, 1, 17}, {4, 17}},
          new int[][] {{3, 1, 17}, {3, 4, 1}},
          new int[][] {{2, 1, 3, 1}, {5, 1, 16}},
          new int[][] {{1}, {1, 1}});

  private final Operands operands = new Operands();

  @ParameterizedTest
  @EnumSource(UnaryFunction.class)
  void unaryEqualsItsReferenceAtEverySize(UnaryFunction f) {
    for (int n : Operands.SIZES) {
      Slice x = operands.normal(n);
      Slice expected = operands.zeros(n);
      Slice actual = operands.unaligned(n);
      Elementwise.referenceUnary(f, x, expected).run();
      Elementwise.unary(f, x, actual).run();
      assertClose(expected, actual, CLOSE, 0);
    }
  }

  @ParameterizedTest
  @EnumSource(UnaryFunction.class)
  void unaryOverItsOperandGivesTheSameBits(UnaryFunction f) {
    for (int n : Operands.SIZES) {
      Slice x = operands.normal(n);
      Slice apart = operands.zeros(n);
      Elementwise.unary(f, x, apart).run();
      Elementwise.unary(f, x, x).run();
      assertSameBits(apart, x, f + " in place, " + n);
    }
  }

  @ParameterizedTest
  @EnumSource(BinaryFunction.class)
  void binaryEqualsItsReferenceAtEverySize(BinaryFunction f) {
    for (int n : Operands.SIZES) {
      check(f, operands.normal(n), operands.normal(n));
    }
  }

  @ParameterizedTest
  @EnumSource(BinaryFunction.class)
  void binaryEqualsItsReferenceHoweverOperandsBroadcast(BinaryFunction f) {
    for (int[][] pair : PAIRS) {
      check(f, operands.normal(pair[0]), operands.normal(pair[1]));
    }
  }

  private void check(BinaryFunction f, Slice a, Slice b) {
    Shape s = Shape.broadcast(a.type().shape(), b.type().shape());
    Slice expected = operands.zeros(s.dims());
    Slice actual = operands.unaligned(s.dims());
    Elementwise.referenceBinary(f, a, b, expected).run();
    Elementwise.binary(f, a, b, actual).run();
    assertSameBits(expected, actual, f + " of " + a.type() + " and " + b.type());
  }

  @ParameterizedTest
  @EnumSource(BinaryFunction.class)
  void binaryTreatsSpecialValuesAsItsReference(BinaryFunction f) {
    float[] special = {
      0f,
      -0f,
      1f,
      -1f,
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.MIN_VALUE,
      Float.MAX_VALUE,
      -Float.MAX_VALUE
    };
    Slice a = operands.zeros(special.length, 1);
    Slice b = operands.zeros(special.length);
    a.copyFrom(special);
    b.copyFrom(special);
    Slice expected = operands.zeros(special.length, special.length);
    Slice actual = operands.zeros(special.length, special.length);
    Elementwise.referenceBinary(f, a, b, expected).run();
    Elementwise.binary(f, a, b, actual).run();
    assertSameNumbers(expected, actual);
  }

  /** The same bits, but for those inside a NaN. */
  private static void assertSameNumbers(Slice expected, Slice actual) {
    for (Slice s : List.of(expected, actual)) {
      for (long i = 0; i < s.elements(); i++) {
        s.set(i, Double.isNaN(s.get(i)) ? Float.NaN : s.get(i));
      }
    }
    assertSameBits(expected, actual, "special values");
  }

  @ParameterizedTest
  @EnumSource(BinaryFunction.class)
  void binaryOverEitherOperandGivesTheSameBits(BinaryFunction f) {
    for (int n : Operands.SIZES) {
      Slice a = operands.normal(3, n);
      Slice b = operands.normal(3, n);
      Slice row = operands.normal(n);
      for (Slice other : List.of(b, row)) {
        Slice apart = operands.zeros(3, n);
        Elementwise.binary(f, a, other, apart).run();
        Slice over = Operands.copyOf(a);
        Elementwise.binary(f, over, other, over).run();
        assertSameBits(apart, over, f + " over its first operand, " + n);
      }
      Slice apart = operands.zeros(3, n);
      Elementwise.binary(f, row, b, apart).run();
      Elementwise.binary(f, row, b, b).run();
      assertSameBits(apart, b, f + " over its second operand, " + n);
    }
  }

  @Test
  void selectEqualsItsReferenceHoweverOperandsBroadcast() {
    for (int n : Operands.SIZES) {
      for (int mask = 0; mask < 8; mask++) {
        Slice c = operands.indices(DType.F32, 2, 3, (mask & 1) == 0 ? n : 1);
        Slice a = operands.normal(3, (mask & 2) == 0 ? n : 1);
        Slice b = operands.normal((mask & 4) == 0 ? n : 1);
        Slice expected = operands.zeros(3, n);
        Slice actual = operands.unaligned(3, n);
        Elementwise.referenceSelect(c, a, b, expected).run();
        Elementwise.select(c, a, b, actual).run();
        assertSameBits(expected, actual, "select " + mask + " of " + n);
      }
    }
  }

  @Test
  void selectTakesTheFirstWhereTheConditionIsNaN() {
    Slice out = operands.zeros();
    Elementwise.select(operands.scalar(Double.NaN), operands.scalar(1), operands.scalar(2), out)
        .run();
    assertSameBits(operands.scalar(1), out, "select");
  }

  @ParameterizedTest
  @EnumSource(UnaryFunction.class)
  void unaryWithoutMasksGivesTheSameBits(UnaryFunction f) {
    Recipe masked = Recipe.of(f, 0);
    assumeTrue(Simd.isAvailable() && Splicer.has(masked.function(), 1));
    Recipe maskless = Recipe.of(f, Recipe.MASKLESS);
    for (int n : Operands.SIZES) {
      Slice x = operands.normal(n);
      Slice expected = operands.zeros(n);
      Slice actual = operands.zeros(n);
      Specialized.of(MapLoop.class, UnaryLoop.class, masked).bind(expected, x).run();
      Specialized.of(MapLoop.class, UnaryLoop.class, maskless).bind(actual, x).run();
      assertSameBits(expected, actual, f + " of " + n);
    }
  }

  @ParameterizedTest
  @EnumSource(BinaryFunction.class)
  void binaryWithoutMasksGivesTheSameBits(BinaryFunction f) {
    assumeTrue(Simd.isAvailable() && Splicer.has(Recipe.of(f, 0).function(), 2));
    for (int stays = 0; stays < 4; stays++) {
      Slice a = operands.normal(3, (stays & 1) == 0 ? 21 : 1);
      Slice b = operands.normal(3, (stays & 2) == 0 ? 21 : 1);
      Slice expected = operands.zeros(3, stays == 3 ? 1 : 21);
      Slice actual = operands.zeros(3, stays == 3 ? 1 : 21);
      int variant = stays == 3 ? 0 : stays;
      Recipe masked = Recipe.of(f, variant);
      Recipe maskless = Recipe.of(f, variant | Recipe.MASKLESS);
      Specialized.of(MapLoop.class, BinaryLoop.class, masked).bind(expected, a, b).run();
      Specialized.of(MapLoop.class, BinaryLoop.class, maskless).bind(actual, a, b).run();
      assertSameBits(expected, actual, f + " " + stays);
    }
  }

  @ParameterizedTest
  @EnumSource(UnaryFunction.class)
  void plainLoopsEqualTheReference(UnaryFunction f) {
    Slice x = operands.normal(33);
    Slice expected = operands.zeros(33);
    Slice actual = operands.zeros(33);
    Elementwise.referenceUnary(f, x, expected).run();
    Recipe plain = new Recipe(f.name(), 0);
    Specialized.of(MapLoop.class, PlainUnaryLoop.class, plain).bind(actual, x).run();
    assertSameBits(expected, actual, f.name());
  }

  @Test
  void otherTypesAreServedByTheReference() {
    Slice a = operands.indices(DType.I64, 100, 5);
    Slice b = operands.indices(DType.I64, 100, 5);
    Slice expected = operands.zeros(TensorType.i64(5));
    Slice actual = operands.zeros(TensorType.i64(5));
    Elementwise.referenceBinary(BinaryFunction.MUL, a, b, expected).run();
    Elementwise.binary(BinaryFunction.MUL, a, b, actual).run();
    assertSameBits(expected, actual, "integers");
  }
}
