package dev.ballast.pass;

import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.kernel.LaneCost;
import dev.ballast.kernel.Programs;
import dev.ballast.op.Mask;
import dev.ballast.op.Pointwise;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import java.util.List;

/** Which nodes can be part of a fused loop, and what they cost there. */
final class Fusible {
  Fusible() {}

  /** Elementwise on floats, with vector code for the function; numbers alone are for others. */
  boolean accepts(Node n) {
    return isElementwise(n) && space(n).rank() > 0;
  }

  private static boolean isElementwise(Node n) {
    return switch (n.op()) {
      case Mask.PositiveBits ignored -> n.inputs().getFirst().type().dtype() == DType.F32;
      case Mask.SelectBits ignored -> n.results().getFirst().type().dtype() == DType.F32;
      default ->
          Pointwise.operation(n.op()).filter(Programs::hasLanes).isPresent()
              && n.inputTypes().stream().allMatch(t -> t.dtype() == DType.F32);
    };
  }

  static boolean isMask(Node n) {
    return n.op() instanceof Mask;
  }

  /** The index space that a node runs over. */
  static Shape space(Node n) {
    return n.op() instanceof Mask.PositiveBits
        ? n.inputs().getFirst().type().shape()
        : n.results().getFirst().type().shape();
  }

  /** Bits go by the element's number alone: beside them no operand may broadcast but a scalar. */
  boolean bitsFit(List<Node> group, List<Value> inputs) {
    if (group.stream().noneMatch(Fusible::isMask)) {
      return true;
    }
    long elements = space(group.getLast()).elements();
    return inputs.stream()
        .filter(v -> v.type().dtype().isFloating())
        .allMatch(v -> v.type().elements() == elements || v.type().elements() == 1);
  }

  /** Vector operations of a node, roughly. */
  static int operations(Node n) {
    return Pointwise.operation(n.op()).map(LaneCost::of).orElse(3);
  }
}
