package dev.ballast.ir;

import dev.ballast.tensor.TensorType;
import java.util.List;

/** One application of an op. {@code name} is the user's word for it, often the layer's. */
public record Node(
    int index, String name, Phase phase, Op op, List<Value> inputs, List<Value.Result> results) {
  public Node {
    inputs = List.copyOf(inputs);
    results = List.copyOf(results);
  }

  public List<TensorType> inputTypes() {
    return inputs.stream().map(Value::type).toList();
  }

  public List<TensorType> resultTypes() {
    return results.stream().map(Value::type).toList();
  }

  /** Whether it runs once before the first run and not in each. */
  public boolean prepares() {
    return phase == Phase.PREPARE;
  }

  public long flops() {
    return op.flops(inputTypes());
  }

  /** Whether the result is a window into an input, so that nothing runs. */
  public boolean isView() {
    return op.view(inputTypes()).isPresent();
  }

  /** The op's name with its attributes: {@code sum[axes=[0], keepDims=false]}. */
  public String opLabel() {
    String record = op.toString();
    int attributes = record.indexOf('[');
    return attributes < 0 || record.endsWith("[]")
        ? op.name()
        : op.name() + record.substring(attributes);
  }
}
