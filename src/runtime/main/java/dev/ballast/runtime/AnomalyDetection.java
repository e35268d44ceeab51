package dev.ballast.runtime;

import dev.ballast.ir.Node;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slice;
import dev.ballast.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * A kernel that looks at every element before and after another, and throws where that one made the
 * first NaN or the first infinity. Inputs are looked at before, since a result may take their
 * place.
 */
final class AnomalyDetection implements Kernel {
  private static final long NOWHERE = -1;

  private final Node node;
  private final Kernel kernel;
  private final List<Slice> inputs;
  private final List<Slice> results;

  AnomalyDetection(Node node, Kernel kernel, List<Slice> inputs, List<Slice> results) {
    this.node = node;
    this.kernel = kernel;
    this.inputs = inputs.stream().filter(s -> s.dtype().isFloating()).toList();
    this.results = results.stream().filter(s -> s.dtype().isFloating()).toList();
  }

  @Override
  public void run() {
    boolean nan = inputs.stream().anyMatch(s -> firstNaN(s) != NOWHERE);
    boolean infinity = inputs.stream().anyMatch(s -> firstInfinity(s) != NOWHERE);
    kernel.run();
    for (Slice r : results) {
      demand(r, nan ? NOWHERE : firstNaN(r));
      demand(r, nan || infinity ? NOWHERE : firstInfinity(r));
    }
  }

  private void demand(Slice result, long at) {
    if (at != NOWHERE) {
      String name = node.name().isEmpty() ? "" : " of '" + node.name() + "'";
      throw new AnomalyException(
          "%s%s, in the %s, made the first %s from finite inputs: element %s of its result %s"
              .formatted(
                  node.op().name(),
                  name,
                  phase(),
                  Double.isNaN(result.get(at)) ? "NaN" : "infinity",
                  place(result.type().shape(), at),
                  result.type()));
    }
  }

  private String phase() {
    return switch (node.phase()) {
      case PREPARE -> "preparation";
      case FORWARD -> "forward pass";
      case BACKWARD -> "backward pass";
      case UPDATE -> "update";
    };
  }

  /** The indices of an element, row-major. */
  private static String place(Shape shape, long at) {
    long[] place = new long[shape.rank()];
    long rest = at;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      place[axis] = rest % shape.dim(axis);
      rest /= shape.dim(axis);
    }
    return Arrays.toString(place);
  }

  private static long firstNaN(Slice s) {
    for (long i = 0; i < s.elements(); i++) {
      if (Double.isNaN(s.get(i))) {
        return i;
      }
    }
    return NOWHERE;
  }

  private static long firstInfinity(Slice s) {
    for (long i = 0; i < s.elements(); i++) {
      if (Double.isInfinite(s.get(i))) {
        return i;
      }
    }
    return NOWHERE;
  }
}
