package dev.ballast.format;

import static dev.ballast.format.Layout.AttributeType.BOOLEAN;
import static dev.ballast.format.Layout.AttributeType.DOUBLE;
import static dev.ballast.format.Layout.AttributeType.DTYPE;
import static dev.ballast.format.Layout.AttributeType.INT;
import static dev.ballast.format.Layout.AttributeType.INTS;
import static dev.ballast.format.Layout.AttributeType.LONG;
import static dev.ballast.format.Layout.AttributeType.STRING;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.op.OpRegistry;
import dev.ballast.tensor.DType;
import java.util.List;
import java.util.Map;

/** Writes a graph as the GRPH section: the same graph gives the same bytes. */
final class GraphEncoder {
  private final ByteSink out = new ByteSink("the graph");
  private final OpRegistry registry = OpRegistry.builtIn();

  private GraphEncoder() {}

  /**
   * @throws IllegalArgumentException where an op's attributes can't be written
   */
  static byte[] encode(Graph graph) {
    GraphEncoder e = new GraphEncoder();
    e.out.string(graph.name());
    e.out.u32(graph.values().size());
    graph.values().forEach(e::value);
    e.out.u32(graph.nodes().size());
    graph.nodes().forEach(e::node);
    e.out.u32(graph.outputs().size());
    graph.outputs().forEach((name, v) -> e.out.string(name).u32(v.id()));
    e.out.u32(graph.updates().size());
    graph.updates().forEach((target, result) -> e.out.u32(target.id()).u32(result.id()));
    return e.out.toBytes();
  }

  private void value(Value v) {
    out.u8(Layout.VALUE_KINDS.code(Layout.kind(v))).string(v.name());
    TypeCodec.write(v.type(), out);
    if (v instanceof Value.Constant c) {
      out.raw(c.literal().toBytes());
    }
  }

  private void node(Node n) {
    out.string(n.name()).u8(Layout.PHASES.code(n.phase())).string(n.op().name());
    Map<String, Object> attributes = registry.attributes(n.op());
    out.u32(attributes.size());
    attributes.forEach((name, value) -> attribute(n, name, value));
    ids(n.inputs());
    ids(n.results());
  }

  private void ids(List<? extends Value> values) {
    out.u32(values.size());
    values.forEach(v -> out.u32(v.id()));
  }

  private void attribute(Node n, String name, Object value) {
    out.string(name);
    switch (value) {
      case Integer i -> tag(INT).u32(i);
      case Long l -> tag(LONG).u64(l);
      case Double d -> tag(DOUBLE).f64(d);
      case Boolean b -> tag(BOOLEAN).u8(b ? 1 : 0);
      case String s -> tag(STRING).string(s);
      case DType t -> tag(DTYPE).u8(Layout.DTYPES.code(t));
      case List<?> list when list.stream().allMatch(Integer.class::isInstance) -> {
        tag(INTS).u32(list.size());
        list.forEach(i -> out.u32((Integer) i));
      }
      case null, default ->
          throw new IllegalArgumentException(
              "op '%s': attribute %s = %s can't be saved: use %s"
                  .formatted(
                      n.op().name(),
                      name,
                      value,
                      "int, long, double, boolean, String, DType or List<Integer>"));
    }
  }

  private ByteSink tag(Layout.AttributeType type) {
    return out.u8(Layout.ATTRIBUTE_TYPES.code(type));
  }
}
