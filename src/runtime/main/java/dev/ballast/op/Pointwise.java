package dev.ballast.op;

import dev.ballast.ir.Op;
import dev.ballast.kernel.ScalarOp;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The ops that do to each element what a scalar operation does to a number. */
public final class Pointwise {
  /** Made when first asked for: whoever only runs a graph never does. */
  private static final class ByOperation {
    static final Map<ScalarOp, Op> OPS = ops();

    private static Map<ScalarOp, Op> ops() {
      Map<ScalarOp, Op> ops = new EnumMap<>(ScalarOp.class);
      OpRegistry registry = OpRegistry.builtIn();
      registry
          .ops()
          .forEach(
              (name, type) -> {
                if (Unary.class.isAssignableFrom(type)
                    || Binary.class.isAssignableFrom(type)
                    || Selection.class.isAssignableFrom(type)) {
                  Op op = registry.create(name, Map.of());
                  ops.put(operation(op).orElseThrow(), op);
                }
              });
      return ops;
    }
  }

  private Pointwise() {}

  /** The operation that an op is on single numbers, if there is one. */
  public static Optional<ScalarOp> operation(Op op) {
    return switch (op) {
      case Unary u -> Optional.of(ScalarOp.of(u.function()));
      case Binary b -> Optional.of(ScalarOp.of(b.function()));
      case Selection.Select ignored -> Optional.of(ScalarOp.SELECT);
      default -> Optional.empty();
    };
  }

  /**
   * The op that is an operation on each element.
   *
   * @throws IllegalArgumentException where there is none
   */
  public static Op of(ScalarOp operation) {
    return Optional.ofNullable(ByOperation.OPS.get(operation))
        .orElseThrow(() -> new IllegalArgumentException("no op does " + operation));
  }
}
