package dev.ballast.pass;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.ir.Value;
import dev.ballast.op.OpRegistry;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The same network in another floating type: inputs, parameters, states, constants, and what ops
 * hold as attributes, such as the type that a cast goes to. Integers stay as they are. In f64 it is
 * what differences are taken of; see {@code GradientCheck}.
 */
public final class Retype {
  private final DType to;
  private final OpRegistry ops;

  private Retype(DType to, OpRegistry ops) {
    this.to = to;
    this.ops = ops;
  }

  /** For graphs whose ops hold types in attributes only where they are built in. */
  public static Graph run(Graph graph, DType to) {
    return run(graph, to, OpRegistry.builtIn());
  }

  /**
   * @param ops must know each op that holds a floating type as an attribute
   * @throws IllegalArgumentException where the type is not floating, or such an op is not known
   */
  public static Graph run(Graph graph, DType to, OpRegistry ops) {
    if (!to.isFloating()) {
      throw new IllegalArgumentException("retype: " + to + " is not floating: use f32 or f64");
    }
    return new Retype(to, ops).run(graph);
  }

  private Graph run(Graph graph) {
    Rewrite r = Rewrite.of(graph, i -> type(i.type()), this::type);
    for (Value.Constant c : graph.constants()) {
      if (c.type().dtype().isFloating()) {
        r.replace(c, r.builder().constant(literal(c.literal())));
      }
    }
    for (Node n : graph.nodes()) {
      r.emit(n, op(n.op()));
    }
    return r.finish();
  }

  private TensorType type(TensorType old) {
    return old.dtype().isFloating() ? old.withDType(to) : old;
  }

  private Literal literal(Literal old) {
    int elements = Math.toIntExact(old.type().elements());
    double[] values = IntStream.range(0, elements).mapToDouble(old::get).toArray();
    return Literal.of(type(old.type()), values);
  }

  private Op op(Op old) {
    if (!old.getClass().isRecord()
        || Arrays.stream(old.getClass().getRecordComponents())
            .noneMatch(c -> c.getType() == DType.class)) {
      return old;
    }
    Map<String, Object> attributes = new LinkedHashMap<>(ops.attributes(old));
    attributes.replaceAll((name, a) -> a instanceof DType d && d.isFloating() ? to : a);
    return ops.create(old.name(), attributes);
  }
}
