package dev.ballast.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.kernel.Slice;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Bounds and deviations by the formulas of torch.nn.init, on a weight of 300 out, 200 in. */
class InitializerTest {
  private static final int OUT = 300;
  private static final int IN = 200;

  private static double[] draw(Initializer i) {
    try (Arena arena = Arena.ofConfined()) {
      Slice s = Slice.allocate(TensorType.f32(OUT, IN), arena);
      i.fill(s, new Philox(3, 0));
      return s.toDoubles();
    }
  }

  private static void isUniform(double bound, double[] values) {
    double largest = Arrays.stream(values).map(Math::abs).max().orElse(0);
    double mean = Arrays.stream(values).average().orElse(1);
    assertTrue(largest <= bound && largest > 0.999 * bound, largest + " of " + bound);
    assertEquals(0, mean, 0.01 * bound);
    assertEquals(bound / Math.sqrt(3), deviation(values), 0.01 * bound);
  }

  private static double deviation(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElse(0));
  }

  @Test
  void uniformOnesHaveTorchsBounds() {
    isUniform(Math.sqrt(6.0 / (IN + OUT)), draw(Initializer.glorotUniform()));
    isUniform(Math.sqrt(6.0 / IN), draw(Initializer.heUniform()));
    isUniform(1 / Math.sqrt(IN), draw(Initializer.torchLinear(IN)));
  }

  @Test
  void normalOnesHaveTorchsDeviations() {
    double glorot = Math.sqrt(2.0 / (IN + OUT));
    double he = Math.sqrt(2.0 / IN);
    assertEquals(glorot, deviation(draw(Initializer.glorotNormal())), 0.01 * glorot);
    assertEquals(he, deviation(draw(Initializer.heNormal())), 0.01 * he);
  }

  @Test
  void givenValuesMustFit() {
    try (Arena arena = Arena.ofConfined()) {
      Slice s = Slice.allocate(TensorType.f32(3), arena);
      Initializer.values(1, 2, 3).fill(s, new Philox(0, 0));
      assertArrayEquals(new float[] {1, 2, 3}, s.toFloats());
      assertThrows(ShapeException.class, () -> Initializer.values(1, 2).fill(s, new Philox(0, 0)));
    }
  }

  @Test
  void fanNeedsTwoDimensions() {
    try (Arena arena = Arena.ofConfined()) {
      Slice s = Slice.allocate(TensorType.f32(3), arena);
      ShapeException e =
          assertThrows(
              ShapeException.class, () -> Initializer.heUniform().fill(s, new Philox(0, 0)));
      assertEquals("initializer: fan-in and fan-out need two dimensions, not [3]", e.getMessage());
    }
  }
}
