package dev.ballast.format;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.ir.Phase;
import dev.ballast.ir.Value;
import dev.ballast.op.OpRegistry;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.ModelFormatException;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the GRPH section. What it accepts, {@link GraphEncoder} writes back byte for byte. */
final class GraphDecoder {
  /** The fewest bytes that each of these can take, against absurd counts. */
  private static final int VALUE_BYTES = 10;

  private static final int NODE_BYTES = 21;
  private static final int ATTRIBUTE_BYTES = 6;
  private static final int OUTPUT_BYTES = 8;
  private static final int UPDATE_BYTES = 8;

  /** A value as it stands in the file; a result learns its node when the node is read. */
  private record Draft(
      long at, Layout.ValueKind kind, String name, TensorType type, Optional<Literal> literal) {}

  private record NodeDraft(
      String name, Phase phase, Op op, List<Integer> inputs, List<Integer> results) {}

  private final BoundedReader in;
  private final OpRegistry registry;
  private final Set<String> known;
  private final List<Draft> drafts = new ArrayList<>();
  private final List<NodeDraft> nodeDrafts = new ArrayList<>();
  private final List<Optional<Value>> values = new ArrayList<>();

  private GraphDecoder(BoundedReader in, OpRegistry registry) {
    this.in = in;
    this.registry = registry;
    this.known = registry.ops().keySet();
  }

  static Graph decode(BoundedReader in, OpRegistry registry) throws ModelFormatException {
    return new GraphDecoder(in, registry).graph();
  }

  private Graph graph() throws ModelFormatException {
    String name = in.string("the graph's name");
    int valueCount = in.count(VALUE_BYTES, "values");
    for (int i = 0; i < valueCount; i++) {
      drafts.add(value());
    }
    int nodeCount = in.count(NODE_BYTES, "nodes");
    defineSources();
    for (int i = 0; i < nodeCount; i++) {
      nodeDrafts.add(node(i));
    }
    everyResultIsDefined();
    Map<String, Value> outputs = outputs();
    Map<Value, Value.Result> updates = updates();
    in.end();
    List<Value> all = values.stream().map(Optional::orElseThrow).toList();
    List<Node> nodes = new ArrayList<>();
    for (NodeDraft n : nodeDrafts) {
      List<Value> inputs = n.inputs.stream().map(all::get).toList();
      List<Value.Result> results =
          n.results.stream().map(all::get).map(Value.Result.class::cast).toList();
      nodes.add(new Node(nodes.size(), n.name, n.phase, n.op, inputs, results));
    }
    return verified(name, all, nodes, outputs, updates);
  }

  /** An op of the user's own may answer nonsense with any exception, so all of them are caught. */
  private Graph verified(
      String name,
      List<Value> all,
      List<Node> nodes,
      Map<String, Value> outputs,
      Map<Value, Value.Result> updates)
      throws ModelFormatException {
    try {
      return new Graph(name, all, nodes, outputs, updates);
    } catch (RuntimeException e) {
      throw caused(in.failure(in.start(), "expected a valid graph: " + e.getMessage()), e);
    }
  }

  private static ModelFormatException caused(ModelFormatException e, Exception cause) {
    e.initCause(cause);
    return e;
  }

  private Draft value() throws ModelFormatException {
    long at = in.position();
    Layout.ValueKind kind = Layout.VALUE_KINDS.read(in);
    String name = in.string("a value's name");
    TensorType type = TypeCodec.read(in);
    Optional<Literal> literal = Optional.empty();
    if (kind == Layout.ValueKind.CONSTANT) {
      literal = Optional.of(Literal.ofBytes(type, in.bytes(type.bytes(), "a constant " + type)));
    }
    return new Draft(at, kind, name, type, literal);
  }

  private void defineSources() {
    for (Draft d : drafts) {
      int id = values.size();
      values.add(
          switch (d.kind) {
            case INPUT -> Optional.of(new Value.Input(id, d.name, d.type));
            case PARAMETER -> Optional.of(new Value.Parameter(id, d.name, d.type));
            case STATE -> Optional.of(new Value.State(id, d.name, d.type));
            case CONSTANT -> Optional.of(new Value.Constant(id, d.name, d.literal.orElseThrow()));
            case RESULT -> Optional.empty();
          });
    }
  }

  private NodeDraft node(int index) throws ModelFormatException {
    String name = in.string("a node's name");
    Phase phase = Layout.PHASES.read(in);
    Op op = op();
    List<Integer> inputs = new ArrayList<>();
    int inputCount = in.count(4, "inputs");
    for (int i = 0; i < inputCount; i++) {
      inputs.add(in.index(drafts.size(), "a value's id"));
    }
    List<Integer> results = new ArrayList<>();
    int resultCount = in.count(4, "results");
    for (int port = 0; port < resultCount; port++) {
      results.add(result(index, port));
    }
    return new NodeDraft(name, phase, op, inputs, results);
  }

  private int result(int node, int port) throws ModelFormatException {
    long at = in.position();
    int id = in.index(drafts.size(), "a value's id");
    Draft d = drafts.get(id);
    if (d.kind != Layout.ValueKind.RESULT || values.get(id).isPresent()) {
      throw in.failure(at, "expected a result that no node has yet, found value " + id);
    }
    values.set(id, Optional.of(new Value.Result(id, d.name, d.type, node, port)));
    return id;
  }

  private void everyResultIsDefined() throws ModelFormatException {
    for (int id = 0; id < values.size(); id++) {
      if (values.get(id).isEmpty()) {
        throw in.failure(drafts.get(id).at, "expected a node for result " + id + ", found none");
      }
    }
  }

  private Op op() throws ModelFormatException {
    long at = in.position();
    String name = in.string("an op's name");
    Map<String, Object> attributes = new LinkedHashMap<>();
    int count = in.count(ATTRIBUTE_BYTES, "attributes");
    for (int i = 0; i < count; i++) {
      long attributeAt = in.position();
      String key = in.string("an attribute's name");
      if (attributes.put(key, attribute()) != null) {
        throw in.failure(attributeAt, "expected another attribute, found '" + key + "' twice");
      }
    }
    if (!known.contains(name)) {
      throw in.failure(
          at,
          "expected a known op, found '%s': if it is your own, register it with %s; if not, %s"
              .formatted(
                  name,
                  "ModelFile.open(file, ReadOptions.defaults().withOp(YourOp.class))",
                  "a newer version of Ballast may know it"));
    }
    return made(at, name, attributes);
  }

  /**
   * An op whose own attributes are those in the file: neither widened on the way, as an int where a
   * long is meant, nor put into another form by the op.
   */
  private Op made(long at, String name, Map<String, Object> attributes)
      throws ModelFormatException {
    try {
      Op op = registry.create(name, attributes);
      Map<String, Object> own = registry.attributes(op);
      if (own.equals(attributes)) {
        return op;
      }
      String types = "types or values that differ from " + own;
      throw in.failure(at, "expected op '" + name + "' as it is written, found " + types);
    } catch (RuntimeException e) {
      String expectation = "expected op '" + name + "' and its attributes: " + e.getMessage();
      throw caused(in.failure(at, expectation), e);
    }
  }

  private Object attribute() throws ModelFormatException {
    return switch (Layout.ATTRIBUTE_TYPES.read(in)) {
      case INT -> in.i32("an int");
      case LONG -> in.i64("a long");
      case DOUBLE -> in.f64("a double");
      case BOOLEAN -> in.bool("a boolean");
      case STRING -> in.string("a string");
      case DTYPE -> Layout.DTYPES.read(in);
      case INTS -> ints();
    };
  }

  private List<Integer> ints() throws ModelFormatException {
    List<Integer> ints = new ArrayList<>();
    int count = in.count(4, "ints");
    for (int i = 0; i < count; i++) {
      ints.add(in.i32("an int"));
    }
    return Collections.unmodifiableList(ints);
  }

  private Map<String, Value> outputs() throws ModelFormatException {
    Map<String, Value> outputs = new LinkedHashMap<>();
    int count = in.count(OUTPUT_BYTES, "outputs");
    for (int i = 0; i < count; i++) {
      long at = in.position();
      String name = in.string("an output's name");
      int id = in.index(values.size(), "a value's id");
      if (outputs.put(name, values.get(id).orElseThrow()) != null) {
        throw in.failure(at, "expected another output, found '" + name + "' twice");
      }
    }
    return outputs;
  }

  private Map<Value, Value.Result> updates() throws ModelFormatException {
    Map<Value, Value.Result> updates = new LinkedHashMap<>();
    int count = in.count(UPDATE_BYTES, "updates");
    for (int i = 0; i < count; i++) {
      long at = in.position();
      Value target = values.get(in.index(values.size(), "a value's id")).orElseThrow();
      long resultAt = in.position();
      int id = in.index(values.size(), "a value's id");
      if (!(values.get(id).orElseThrow() instanceof Value.Result r)) {
        throw in.failure(resultAt, "expected the id of a result, found " + id);
      }
      if (updates.put(target, r) != null) {
        throw in.failure(at, "expected another target, found " + target.label() + " twice");
      }
    }
    return updates;
  }
}
