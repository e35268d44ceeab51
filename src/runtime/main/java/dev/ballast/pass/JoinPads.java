package dev.ballast.pass;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.op.Binary;
import dev.ballast.op.Move;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes a concatenation of a sum of paddings that do not overlap. Such a sum is the gradient of a
 * value that was read slice by slice, and has as many summands of the whole value's size as there
 * are slices: a network unrolled over T steps would add T² of them. What else is summed up is added
 * to the concatenation.
 *
 * <p>Only the sign of a zero may change with it, and changes for every plan of the graph alike.
 */
public final class JoinPads {
  private final Graph graph;
  private final List<List<Node>> users;
  private final Set<Value> kept;

  /** What a sum is made of instead. */
  private record Sum(List<Node> pads, List<Value> others) {}

  private JoinPads(Graph graph) {
    this.graph = graph;
    this.users = graph.users();
    this.kept = new HashSet<>(graph.outputs().values());
    this.kept.addAll(graph.updates().values());
  }

  /** The graph itself where there is nothing to join. */
  public static Graph run(Graph graph) {
    return new JoinPads(graph).rewritten();
  }

  private Graph rewritten() {
    Map<Node, Sum> sums = new HashMap<>();
    Set<Node> gone = new HashSet<>();
    for (Node n : graph.nodes().reversed()) {
      if (n.op() instanceof Binary.Add && !gone.contains(n)) {
        find(n, sums, gone);
      }
    }
    if (sums.isEmpty()) {
      return graph;
    }
    Rewrite r = Rewrite.of(graph);
    for (Node n : graph.nodes()) {
      if (sums.containsKey(n)) {
        emit(n, sums.get(n), r);
      } else if (!gone.contains(n)) {
        r.emit(n);
      }
    }
    return DeadCode.run(r.finish());
  }

  /** Looks through the additions that end in this one and are read by nobody else. */
  private void find(Node root, Map<Node, Sum> sums, Set<Node> gone) {
    List<Node> inner = new ArrayList<>();
    List<Node> pads = new ArrayList<>();
    List<Value> others = new ArrayList<>();
    Deque<Value> open = new ArrayDeque<>(root.inputs());
    while (!open.isEmpty()) {
      Value v = open.pop();
      if (!(v instanceof Value.Result result)) {
        others.add(v);
        continue;
      }
      Node maker = graph.nodes().get(result.node());
      if (maker.op() instanceof Binary.Add && isReadOnce(v) && isAlike(maker, root)) {
        inner.add(maker);
        maker.inputs().reversed().forEach(open::push);
      } else if (maker.op() instanceof Move.Pad p && isAlike(maker, root) && sharesAxis(p, pads)) {
        pads.add(maker);
      } else {
        others.add(v);
      }
    }
    pads.sort(Comparator.comparingInt(n -> pad(n).before()));
    boolean fit = others.stream().allMatch(v -> fits(v, root) && staysAsItIs(v));
    boolean stay = pads.stream().allMatch(p -> staysAsItIs(p.inputs().getFirst()));
    if (pads.size() > 1 && areApart(pads) && fit && stay) {
      sums.put(root, new Sum(pads, others));
      gone.addAll(inner);
    }
  }

  private boolean isReadOnce(Value v) {
    return !kept.contains(v) && users.get(v.id()).size() == 1;
  }

  /** Whether it may be read later: the sum takes its summands where the last addition stood. */
  private boolean staysAsItIs(Value v) {
    return !graph.updates().containsKey(graph.viewBase(v));
  }

  private static boolean fits(Value v, Node root) {
    return v.type().equals(root.results().getFirst().type());
  }

  private static boolean isAlike(Node maker, Node root) {
    return maker.phase() == root.phase() && fits(maker.results().getFirst(), root);
  }

  private static Move.Pad pad(Node n) {
    return (Move.Pad) n.op();
  }

  private static boolean sharesAxis(Move.Pad p, List<Node> pads) {
    return pads.isEmpty() || pad(pads.getFirst()).axis() == p.axis();
  }

  private static int end(Node n) {
    Move.Pad p = pad(n);
    return p.before() + n.inputTypes().getFirst().shape().dim(p.axis());
  }

  private static boolean areApart(List<Node> sorted) {
    for (int i = 1; i < sorted.size(); i++) {
      if (end(sorted.get(i - 1)) > pad(sorted.get(i)).before()) {
        return false;
      }
    }
    return true;
  }

  private static void emit(Node root, Sum sum, Rewrite r) {
    Expr e =
        r.builder()
            .named(root.name(), () -> r.builder().during(root.phase(), () -> joined(root, sum, r)));
    r.replace(root.results().getFirst(), e);
  }

  private static Expr joined(Node root, Sum sum, Rewrite r) {
    Shape whole = root.results().getFirst().type().shape();
    int axis = pad(sum.pads().getFirst()).axis();
    List<Expr> parts = new ArrayList<>();
    int at = 0;
    for (Node n : sum.pads()) {
      gap(root, axis, pad(n).before() - at, parts, r);
      parts.add(r.get(n.inputs().getFirst()));
      at = end(n);
    }
    gap(root, axis, whole.dim(axis) - at, parts, r);
    Expr e = Ops.concat(axis, parts.toArray(Expr[]::new));
    for (Value v : sum.others()) {
      e = Ops.add(e, r.get(v));
    }
    return e;
  }

  /** Zeros where no summand has anything. */
  private static void gap(Node root, int axis, int length, List<Expr> parts, Rewrite r) {
    if (length > 0) {
      var type = root.results().getFirst().type();
      Expr zero = r.builder().constant(Literal.scalar(type.dtype(), 0));
      parts.add(Ops.broadcastTo(zero, type.shape().withDim(axis, length)));
    }
  }
}
