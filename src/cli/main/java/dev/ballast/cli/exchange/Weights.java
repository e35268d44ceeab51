package dev.ballast.cli.exchange;

import dev.ballast.cli.exchange.SafetensorsFile.Tensor;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A model's weights under PyTorch's names. The layouts are the same: linear (out, in), convolutions
 * (out, in / groups, rows, columns).
 */
public final class Weights {
  /** What batch normalization counts in PyTorch; nothing here depends on it. */
  private static final String BATCHES = ".num_batches_tracked";

  private Weights() {}

  /**
   * Copies a file's tensors to the graph's parameters.
   *
   * @param parameters by our names
   * @throws IOException where a tensor is missing, left over, or not of its parameter's shape
   */
  public static void read(
      SafetensorsFile file, Graph graph, TensorNames names, Function<String, Slice> parameters)
      throws IOException {
    TreeSet<String> left = new TreeSet<>(file.tensors().keySet());
    left.removeIf(n -> n.endsWith(BATCHES));
    for (Value.Parameter p : graph.parameters()) {
      String theirs = names.ofTheirs(p.name());
      Tensor tensor = file.tensors().get(theirs);
      if (tensor == null) {
        throw new IOException(
            "%s: has no tensor '%s', of %s, only %s; --rename THEIRS=OURS tells of other names"
                .formatted(file.path(), theirs, p.type(), file.tensors().keySet()));
      }
      if (!tensor.shape().equals(p.type().shape()) || !tensor.format().isFloating()) {
        throw new IOException(
            "%s: tensor '%s' is %s%s, the model's '%s' is %s"
                .formatted(
                    file.path(), theirs, tensor.format(), tensor.shape(), p.name(), p.type()));
      }
      tensor.copyTo(parameters.apply(p.name()));
      left.remove(theirs);
    }
    if (!left.isEmpty()) {
      throw new IOException(file.path() + ": has tensors that the model has no place for: " + left);
    }
  }

  /**
   * A graph's parameters by their names in PyTorch.
   *
   * @param memory of a parameter, by our name
   */
  public static Map<String, Slice> named(
      Graph graph, TensorNames names, Function<String, MemorySegment> memory) {
    Map<String, Slice> tensors = new LinkedHashMap<>();
    for (Value.Parameter p : graph.parameters()) {
      tensors.put(names.ofTheirs(p.name()), new Slice(p.type(), memory.apply(p.name())));
    }
    return tensors;
  }
}
