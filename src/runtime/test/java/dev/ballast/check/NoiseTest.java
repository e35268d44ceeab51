package dev.ballast.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.tensor.Philox;
import org.junit.jupiter.api.Test;

class NoiseTest {
  @Test
  void theDeviationOfAddedNoiseIsFound() {
    for (double sigma : new double[] {1e-3, 1e-7, 1e-11}) {
      double squares = 0;
      for (int seed = 0; seed < 50; seed++) {
        Philox random = new Philox(seed, 0);
        double found = Noise.deviation(t -> 2 + 3 * t + sigma * random.nextGaussian());
        assertTrue(found > sigma / 10 && found < 10 * sigma, found + " for " + sigma);
        squares += Math.log(found / sigma);
      }
      assertEquals(0, squares / 50, 0.7, "right on average, up to a factor of two");
    }
  }

  @Test
  void aSmoothFunctionHasTheNoiseOfItsRounding() {
    assertEquals(Math.ulp(5.0) / 2, Noise.deviation(t -> 5));
    double found = Noise.deviation(t -> Math.exp(1 + 1e4 * t));
    assertTrue(found < 8 * Math.ulp(Math.E), found + "");
  }
}
