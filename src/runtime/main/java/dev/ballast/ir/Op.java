package dev.ballast.ir;

import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * An elementary operation: immutable, compared by its attributes, and open to users' own.
 * Everything that is known of an op stands in the one place that implements this interface.
 */
public interface Op {
  /** The stable name that model files carry, in lower case with underscores. */
  String name();

  /**
   * The types of the results.
   *
   * @throws ShapeException where the inputs do not fit; the message starts with the op's name
   */
  List<TensorType> infer(List<TensorType> inputs);

  /**
   * Emits the gradient rule: for each input that has one, the contribution ∂L/∂input in terms of
   * the inputs, the results and ∂L/∂result. Inputs that receive none have the gradient zero.
   */
  void gradient(Backprop b);

  /** Floating-point operations of one run; an elementary function counts as one. */
  default long flops(List<TensorType> inputs) {
    return infer(inputs).stream().mapToLong(TensorType::elements).sum();
  }

  /** Bytes read and written by one run. */
  default long bytesMoved(List<TensorType> inputs) {
    return inputs.stream().mapToLong(TensorType::bytes).sum()
        + infer(inputs).stream().mapToLong(TensorType::bytes).sum();
  }

  /** Where the only result is a window into an input's bytes: no kernel runs then. */
  default Optional<View> view(List<TensorType> inputs) {
    return Optional.empty();
  }

  /** Results that may take the place of an input of the same type, element by element. */
  default List<InPlace> inPlace(List<TensorType> inputs) {
    return List.of();
  }

  /**
   * Inputs that may be written straight into their part of the only result. The kernel must leave
   * such a part as it is.
   */
  default List<Part> parts(List<TensorType> inputs) {
    return List.of();
  }

  /** Bytes of scratch memory that the kernel wants while it runs. */
  default long workspaceBytes(List<TensorType> inputs) {
    return 0;
  }

  /** The fast kernel; for types that have none, the reference kernel. */
  default Kernel bind(Slices s) {
    return reference(s);
  }

  /** The plain kernel: any dtype, computed in double and rounded once. */
  Kernel reference(Slices s);

  /** The result lies in input {@code input}, {@code byteOffset} from its start. */
  record View(int input, long byteOffset) {}

  /** Input {@code input} may lie in the result, {@code byteOffset} from its start. */
  record Part(int input, long byteOffset) {}

  /**
   * Result {@code result} may be written over input {@code input}.
   *
   * @param alone only where no other input is the same value
   */
  record InPlace(int result, int input, boolean alone) {
    public InPlace(int result, int input) {
      this(result, input, false);
    }

    /** Whether a node with these inputs is one that the op allows this for. */
    public boolean allows(List<Value> inputs) {
      return !alone || Collections.frequency(inputs, inputs.get(input)) == 1;
    }
  }
}
