package dev.ballast.pass;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.kernel.LaneCost;
import dev.ballast.op.Fused;
import dev.ballast.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes one op of elementwise ops that feed each other, forward and backward: one loop over memory
 * instead of several, and no bytes for what is between. What others read of it is a result too.
 *
 * <p>The one op runs where the last of its members ran, so nobody may have read a result before
 * that. It keeps the inputs of the others until then, which must not cost more bytes than it saves.
 * For graphs that are about to be planned; it changes no bit.
 */
public final class FuseElementwise {
  /** A loop with more operands than this would spill vectors. */
  static final int MOST_OPERANDS = 12;

  private final Graph graph;
  private final List<List<Node>> users;
  private final Set<Value> kept;
  private final Fusible fusible = new Fusible();
  private final Map<Node, List<Node>> groups = new HashMap<>();

  private FuseElementwise(Graph graph) {
    this.graph = graph;
    this.users = graph.users();
    this.kept = new HashSet<>(graph.outputs().values());
    this.kept.addAll(graph.updates().values());
  }

  /** The graph itself where there is nothing to fuse. */
  public static Graph run(Graph graph) {
    FuseElementwise f = new FuseElementwise(graph);
    graph.nodes().stream().filter(f::isMember).forEach(f::join);
    return f.groups.values().stream().allMatch(g -> g.size() == 1) ? graph : f.rewritten();
  }

  private boolean isMember(Node n) {
    return fusible.accepts(n);
  }

  private void join(Node n) {
    groups.put(n, List.of(n));
    for (Value in : n.inputs()) {
      if (in instanceof Value.Result r && groups.containsKey(graph.nodes().get(r.node()))) {
        List<Node> union = union(groups.get(n), groups.get(graph.nodes().get(r.node())));
        if (union.size() > groups.get(n).size() && isAllowed(union)) {
          union.forEach(m -> groups.put(m, union));
        }
      }
    }
  }

  /** In their order. */
  private static List<Node> union(List<Node> a, List<Node> b) {
    TreeMap<Integer, Node> byIndex = new TreeMap<>();
    a.forEach(n -> byIndex.put(n.index(), n));
    b.forEach(n -> byIndex.put(n.index(), n));
    return List.copyOf(byIndex.values());
  }

  private boolean isAllowed(List<Node> union) {
    Node last = union.getLast();
    Shape space = Fusible.space(last);
    boolean alike =
        union.stream().allMatch(m -> m.phase() == last.phase() && Fusible.space(m).equals(space));
    return alike
        && nobodyReadsBefore(union)
        && nothingIsOverwritten(union)
        && isSmall(union)
        && savesBytes(union);
  }

  private boolean nobodyReadsBefore(List<Node> union) {
    int last = union.getLast().index();
    return union.stream()
        .flatMap(m -> m.results().stream())
        .flatMap(r -> users.get(r.id()).stream())
        .allMatch(u -> u.index() > last || union.contains(u));
  }

  /** Whether every member still finds what it reads in the place where it is to run. */
  private boolean nothingIsOverwritten(List<Node> union) {
    return union.stream()
        .flatMap(m -> m.inputs().stream())
        .allMatch(v -> isThereUntilTheEnd(v, union));
  }

  /**
   * An update among the members writes each element when all of them have read it, but only of what
   * they read in its own shape: of a slice that broadcasts, the first element is written first.
   */
  private boolean isThereUntilTheEnd(Value v, List<Node> union) {
    Value base = graph.viewBase(v);
    Value.Result update = graph.updates().get(base);
    return update == null
        || update.node() > union.getLast().index()
        || v.equals(base) && union.contains(graph.nodes().get(update.node()));
  }

  private boolean isSmall(List<Node> union) {
    int operations = union.stream().mapToInt(Fusible::operations).sum();
    return operations <= LaneCost.MOST
        && chain(union) <= LaneCost.LONGEST_CHAIN
        && inputs(union).size() + results(union).size() <= MOST_OPERANDS
        && fusible.bitsFit(union, inputs(union));
  }

  private static int chain(List<Node> union) {
    Map<Value, Integer> ends = new HashMap<>();
    int longest = 0;
    for (Node m : union) {
      int before = m.inputs().stream().mapToInt(v -> ends.getOrDefault(v, 0)).max().orElse(0);
      int end = before + Fusible.operations(m);
      m.results().forEach(r -> ends.put(r, end));
      longest = Math.max(longest, end);
    }
    return longest;
  }

  /**
   * Where others run between the members: whether the inputs that are kept longer are no larger
   * than the results that vanish.
   */
  private boolean savesBytes(List<Node> union) {
    Node last = union.getLast();
    if (last.index() - union.getFirst().index() == union.size() - 1) {
      return true;
    }
    long kept =
        inputs(union).stream()
            .filter(Value.Result.class::isInstance)
            .filter(v -> users.get(v.id()).getLast().index() < last.index())
            .mapToLong(v -> v.type().bytes())
            .sum();
    Set<Value> results = new HashSet<>(results(union));
    long saved =
        union.stream()
            .flatMap(m -> m.results().stream())
            .filter(r -> !results.contains(r))
            .mapToLong(r -> r.type().bytes())
            .sum();
    return kept <= saved;
  }

  /** What the members read of others, each once, in their order. */
  private List<Value> inputs(List<Node> group) {
    Set<Value> own = new HashSet<>();
    group.forEach(m -> own.addAll(m.results()));
    return group.stream()
        .flatMap(m -> m.inputs().stream())
        .filter(v -> !own.contains(v))
        .distinct()
        .toList();
  }

  /** What others read of the members, or is kept. */
  private List<Value> results(List<Node> group) {
    List<Value> results = new ArrayList<>();
    for (Node m : group) {
      for (Value.Result r : m.results()) {
        if (kept.contains(r) || !group.containsAll(users.get(r.id()))) {
          results.add(r);
        }
      }
    }
    return results;
  }

  private Graph rewritten() {
    Rewrite r = Rewrite.of(graph);
    for (Node n : graph.nodes()) {
      List<Node> group = groups.getOrDefault(n, List.of(n));
      if (group.size() == 1) {
        r.emit(n);
      } else if (group.getLast().equals(n)) {
        emit(group, r);
      }
    }
    return r.finish();
  }

  private void emit(List<Node> group, Rewrite r) {
    List<Value> results = results(group);
    ProgramOf program = ProgramOf.group(group, inputs(group), results);
    List<Expr> inputs = program.inputs().stream().map(r::get).toList();
    Node last = group.getLast();
    List<Expr> emitted =
        r.builder()
            .named(
                last.name(),
                () ->
                    r.builder()
                        .during(
                            last.phase(),
                            () -> r.builder().applyAll(new Fused(program.program()), inputs)));
    for (int k = 0; k < results.size(); k++) {
      r.replace(results.get(k), emitted.get(k));
    }
  }
}
