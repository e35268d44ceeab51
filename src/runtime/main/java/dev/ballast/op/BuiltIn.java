package dev.ballast.op;

import dev.ballast.ir.Op;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The ops that come with Ballast: records, nested in the file of their family. A new op has a line
 * in {@link BuiltInNames}; the contract test walks this hierarchy and misses it there.
 */
public sealed interface BuiltIn extends Op
    permits Unary,
        Binary,
        Selection,
        Mask,
        Reduce,
        Normalize,
        Product,
        Packed,
        Image,
        Move,
        Index,
        Classify,
        Regularize,
        Update {

  @Override
  default String name() {
    return BuiltInNames.of(getClass());
  }

  /** Complains in this op's name. */
  default ShapeException misfit(String complaint) {
    return new ShapeException(name() + ": " + complaint);
  }

  /** Demands a number of inputs. */
  default void arity(int n, List<TensorType> inputs) {
    if (inputs.size() != n) {
      throw misfit("takes " + n + " inputs, not " + inputs.size());
    }
  }

  /** Demands a floating type. */
  default void floating(TensorType type) {
    if (!type.dtype().isFloating()) {
      throw misfit("needs f32 or f64, not " + type);
    }
  }

  /** Demands an integer type. */
  default void integral(TensorType type) {
    if (type.dtype().isFloating()) {
      throw misfit("needs i32 or i64, not " + type);
    }
  }

  /** The only result may take the place of any input of its own type. */
  default List<InPlace> overInputsOfSameType(List<TensorType> inputs) {
    TensorType out = infer(inputs).getFirst();
    return IntStream.range(0, inputs.size())
        .filter(i -> inputs.get(i).equals(out))
        .mapToObj(i -> new InPlace(0, i))
        .toList();
  }
}
