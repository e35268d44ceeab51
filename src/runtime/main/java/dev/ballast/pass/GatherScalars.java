package dev.ballast.pass;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.kernel.ScalarOp;
import dev.ballast.scalar.ScalarBuilder;
import dev.ballast.scalar.ScalarProgram;
import dev.ballast.scalar.ScalarRule;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes one node of many that each work on single numbers: they then run as a {@link
 * ScalarProgram}, without a kernel, a buffer and 64 bytes for each. For graphs that are about to be
 * planned; a program is not written to model files.
 *
 * <p>Nodes are told apart by stage, so that no program needs what it feeds: a node's stage is the
 * largest of its inputs', and one more where it is no scalar node but reads one. All scalar nodes
 * of a stage and a type become one program.
 */
public final class GatherScalars {
  /** Fewer nodes than this stay as they are: a program copies its inputs and results. */
  static final int LEAST = 32;

  private record Group(int stage, DType dtype) {}

  private final Graph graph;
  private final Set<Value> updates;
  private final int[] stages;
  private final Group[] groups;
  private final Map<Group, List<Node>> members = new HashMap<>();

  private GatherScalars(Graph graph) {
    this.graph = graph;
    this.updates = new HashSet<>(graph.updates().values());
    this.stages = new int[graph.nodes().size()];
    this.groups = new Group[graph.nodes().size()];
  }

  /** The graph itself where there is nothing to gather. */
  public static Graph run(Graph graph) {
    GatherScalars g = new GatherScalars(graph);
    g.tellApart();
    g.members.values().removeIf(nodes -> nodes.size() < LEAST);
    return g.members.isEmpty() ? graph : g.rewritten();
  }

  private void tellApart() {
    Map<Value, Value> targets = new HashMap<>();
    graph.updates().forEach((target, result) -> targets.put(result, target));
    Map<Value, Integer> readUntil = new HashMap<>();
    for (Node n : graph.nodes()) {
      boolean scalar = isScalar(n);
      int stage = 0;
      for (Value in : n.inputs()) {
        stage = Math.max(stage, in instanceof Value.Result r ? stageAfter(r, scalar) : 0);
      }
      // Every other reader of what an update overwrites must stay before it.
      for (Value.Result r : n.results()) {
        if (targets.containsKey(r)) {
          stage = Math.max(stage, readUntil.getOrDefault(targets.get(r), 0));
        }
      }
      stages[n.index()] = stage;
      if (scalar) {
        Group group = new Group(stage, n.results().getFirst().type().dtype());
        groups[n.index()] = group;
        members.computeIfAbsent(group, k -> new ArrayList<>()).add(n);
      }
      for (Value in : n.inputs()) {
        readUntil.merge(graph.viewBase(in), stage + (scalar ? 1 : 0), Math::max);
      }
    }
  }

  private int stageAfter(Value.Result r, boolean readByScalar) {
    boolean leaves = groups[r.node()] != null && !readByScalar;
    return stages[r.node()] + (leaves ? 1 : 0);
  }

  private boolean isScalar(Node n) {
    return ScalarRule.scalarOp(n.op()).isPresent()
        && n.results().getFirst().type().dtype().isFloating()
        && n.results().stream().noneMatch(updates::contains)
        && n.inputTypes().stream()
            .allMatch(t -> t.equals(n.results().getFirst().type()) && t.shape().rank() == 0);
  }

  /** Stage by stage: tensors first, in their order, then what is scalar. */
  private Graph rewritten() {
    Rewrite rewrite = Rewrite.of(graph);
    List<List<Node>> users = graph.users();
    SortedMap<Integer, List<Node>> byStage = new TreeMap<>();
    for (Node n : graph.nodes()) {
      byStage.computeIfAbsent(stages[n.index()], k -> new ArrayList<>()).add(n);
    }
    byStage.forEach(
        (stage, nodes) -> {
          nodes.stream().filter(n -> groups[n.index()] == null).forEach(rewrite::emit);
          nodes.stream()
              .filter(n -> groups[n.index()] != null && !members.containsKey(groups[n.index()]))
              .forEach(rewrite::emit);
          for (DType dtype : DType.values()) {
            Optional.ofNullable(members.get(new Group(stage, dtype)))
                .ifPresent(gathered -> emit(gathered, dtype, users, rewrite));
          }
        });
    return rewrite.finish();
  }

  private void emit(List<Node> nodes, DType dtype, List<List<Node>> users, Rewrite rewrite) {
    Group group = groups[nodes.getFirst().index()];
    ScalarBuilder scalars = new ScalarBuilder(dtype, nodes.size());
    Map<Value, Integer> numbers = new HashMap<>();
    List<Expr> inputs = new ArrayList<>();
    for (Node n : nodes) {
      for (Value in : n.inputs()) {
        boolean within = in instanceof Value.Result r && group.equals(groups[r.node()]);
        if (!within && !(in instanceof Value.Constant) && !numbers.containsKey(in)) {
          numbers.put(in, scalars.input());
          inputs.add(rewrite.get(in));
        }
      }
    }
    List<Value> results = new ArrayList<>();
    Set<Value> outputs = new HashSet<>(graph.outputs().values());
    for (Node n : nodes) {
      int[] operands = n.inputs().stream().mapToInt(v -> number(v, numbers, scalars)).toArray();
      ScalarOp op = ScalarRule.scalarOp(n.op()).orElseThrow();
      Value result = n.results().getFirst();
      numbers.put(result, scalars.apply(op, operands));
      boolean leaves =
          users.get(result.id()).stream().anyMatch(u -> !group.equals(groups[u.index()]));
      if (leaves || outputs.contains(result)) {
        results.add(result);
      }
    }
    int[] numbersOut = results.stream().mapToInt(numbers::get).toArray();
    List<Shape> shapes = Collections.nCopies(results.size(), Shape.SCALAR);
    ScalarProgram program = ScalarProgram.of(scalars.build(numbersOut), shapes);
    List<Expr> emitted =
        rewrite
            .builder()
            .during(nodes.getLast().phase(), () -> rewrite.builder().applyAll(program, inputs));
    for (int k = 0; k < emitted.size(); k++) {
      rewrite.replace(results.get(k), emitted.get(k));
    }
  }

  private static int number(Value v, Map<Value, Integer> numbers, ScalarBuilder scalars) {
    return v instanceof Value.Constant c ? scalars.constant(c.literal().get(0)) : numbers.get(v);
  }
}
