package dev.ballast.plan;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Phase;
import dev.ballast.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the graph in which a tape's ops run in another sequence, some of them twice. Who comes
 * after a second run reads its results. A view is made where it is first read, and again where what
 * it shows was computed again.
 */
final class SequenceGraph {
  private final Graph from;
  private final List<Value> values = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Value, Value> current = new HashMap<>();

  /** For each view its base when it was last made. */
  private final Map<Value, Value> shown = new HashMap<>();

  private SequenceGraph(Graph from) {
    this.from = from;
  }

  static Graph of(Tape tape, int[] sequence) {
    SequenceGraph s = new SequenceGraph(tape.graph());
    for (Value v : s.from.values()) {
      switch (v) {
        case Value.Input i -> s.keep(i, new Value.Input(s.values.size(), i.name(), i.type()));
        case Value.Parameter p ->
            s.keep(p, new Value.Parameter(s.values.size(), p.name(), p.type()));
        case Value.State t -> s.keep(t, new Value.State(s.values.size(), t.name(), t.type()));
        case Value.Constant c ->
            s.keep(c, new Value.Constant(s.values.size(), c.name(), c.literal()));
        case Value.Result ignored -> {}
      }
    }
    boolean[] ran = new boolean[tape.ops()];
    Phase[] reader = readers(tape, sequence);
    for (int at = 0; at < sequence.length; at++) {
      int op = sequence[at];
      Node n = tape.nodes()[op];
      if (ran[op]) {
        s.emit(n, n.name().isEmpty() ? "again" : n.name() + " again", reader[at]);
      } else {
        s.emit(n, n.name(), n.phase());
      }
      ran[op] = true;
    }
    return s.finish();
  }

  /** The phase of each entry, or of the first original after it: clones run on its behalf. */
  private static Phase[] readers(Tape tape, int[] sequence) {
    boolean[] ran = new boolean[tape.ops()];
    boolean[] again = new boolean[sequence.length];
    for (int at = 0; at < sequence.length; at++) {
      again[at] = ran[sequence[at]];
      ran[sequence[at]] = true;
    }
    Phase[] phases = new Phase[sequence.length];
    Phase next = Phase.BACKWARD;
    for (int at = sequence.length - 1; at >= 0; at--) {
      next = again[at] ? next : tape.nodes()[sequence[at]].phase();
      phases[at] = next;
    }
    return phases;
  }

  private void keep(Value old, Value now) {
    values.add(now);
    current.put(old, now);
  }

  private void emit(Node n, String name, Phase phase) {
    List<Value> inputs = n.inputs().stream().map(v -> resolve(v, phase)).toList();
    List<Value.Result> results = new ArrayList<>();
    for (Value.Result r : n.results()) {
      Value.Result now =
          new Value.Result(values.size(), r.name(), r.type(), nodes.size(), r.port());
      values.add(now);
      results.add(now);
      current.put(r, now);
    }
    nodes.add(new Node(nodes.size(), name, phase, n.op(), inputs, results));
  }

  private Value resolve(Value old, Phase phase) {
    Value base = from.viewBase(old);
    if (!base.equals(old) && !current.get(base).equals(shown.get(old))) {
      Node view = from.nodes().get(((Value.Result) old).node());
      boolean first = !shown.containsKey(old);
      emit(view, view.name(), first ? view.phase() : phase);
      shown.put(old, current.get(base));
    }
    return current.get(old);
  }

  private Graph finish() {
    Map<String, Value> outputs = new LinkedHashMap<>();
    from.outputs().forEach((name, v) -> outputs.put(name, resolve(v, Phase.FORWARD)));
    Map<Value, Value.Result> updates = new LinkedHashMap<>();
    from.updates().forEach((t, r) -> updates.put(current.get(t), (Value.Result) current.get(r)));
    return new Graph(from.name(), values, nodes, outputs, updates);
  }
}
