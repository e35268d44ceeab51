package dev.ballast.nn;

import dev.ballast.kernel.Slice;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import java.util.Arrays;

/**
 * First contents of a parameter. Fan-in and fan-out are PyTorch's: for a weight of shape [out, in,
 * …kernel] they are in and out times the kernel's places.
 */
@FunctionalInterface
public interface Initializer {
  void fill(Slice target, Philox random);

  static Initializer zeros() {
    return constant(0);
  }

  static Initializer constant(double value) {
    return (target, random) -> target.fill(value);
  }

  /**
   * Given values in row-major order.
   *
   * @throws ShapeException when it fills, where their number is not the parameter's
   */
  static Initializer values(float... values) {
    double[] copy = new double[values.length];
    Arrays.setAll(copy, i -> values[i]);
    return (target, random) -> target.copyFrom(Literal.of(target.type(), copy));
  }

  static Initializer uniform(double low, double high) {
    return (target, random) -> {
      for (long i = 0; i < target.elements(); i++) {
        target.set(i, low + (high - low) * random.nextDouble());
      }
    };
  }

  static Initializer normal(double mean, double deviation) {
    return (target, random) -> {
      for (long i = 0; i < target.elements(); i++) {
        target.set(i, mean + deviation * random.nextGaussian());
      }
    };
  }

  /** U(±√(6 / (fan-in + fan-out))): Glorot and Bengio 2010; torch's xavier_uniform_. */
  static Initializer glorotUniform() {
    return (target, random) -> {
      Shape s = target.type().shape();
      symmetric(Math.sqrt(6.0 / (fanIn(s) + fanOut(s)))).fill(target, random);
    };
  }

  /** N(0, 2 / (fan-in + fan-out)): torch's xavier_normal_. */
  static Initializer glorotNormal() {
    return (target, random) -> {
      Shape s = target.type().shape();
      normal(0, Math.sqrt(2.0 / (fanIn(s) + fanOut(s)))).fill(target, random);
    };
  }

  /** U(±√(6 / fan-in)), for ReLU: He et al. 2015; torch's kaiming_uniform_ with gain √2. */
  static Initializer heUniform() {
    return (target, random) ->
        symmetric(Math.sqrt(6.0 / fanIn(target.type().shape()))).fill(target, random);
  }

  /** N(0, 2 / fan-in), for ReLU: torch's kaiming_normal_ with gain √2. */
  static Initializer heNormal() {
    return (target, random) ->
        normal(0, Math.sqrt(2.0 / fanIn(target.type().shape()))).fill(target, random);
  }

  /**
   * U(±1/√fan): what torch.nn.Linear takes by default for weight and bias, fan being its inputs.
   */
  static Initializer torchLinear(int fan) {
    return symmetric(1.0 / Math.sqrt(fan));
  }

  private static Initializer symmetric(double bound) {
    return uniform(-bound, bound);
  }

  private static long fanIn(Shape s) {
    demandMatrix(s);
    return s.slice(1, s.rank()).elements();
  }

  private static long fanOut(Shape s) {
    demandMatrix(s);
    return s.dim(0) * s.slice(2, s.rank()).elements();
  }

  private static void demandMatrix(Shape s) {
    if (s.rank() < 2) {
      throw new ShapeException("initializer: fan-in and fan-out need two dimensions, not " + s);
    }
  }
}
