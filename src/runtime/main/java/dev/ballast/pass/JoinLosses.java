package dev.ballast.pass;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.op.Classify;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes one op of a cross-entropy and its gradient by the scores, where what the gradient is
 * multiplied with is there before the loss, as it is for a mean: the scores are read once, their
 * exponentials computed once. It changes no bit.
 */
public final class JoinLosses {
  private final Graph graph;
  private final List<List<Node>> users;

  private JoinLosses(Graph graph) {
    this.graph = graph;
    this.users = graph.users();
  }

  /** The graph itself where there is nothing to join. */
  public static Graph run(Graph graph) {
    return new JoinLosses(graph).rewritten();
  }

  private Graph rewritten() {
    Map<Node, Node> lossOf = new HashMap<>();
    Map<Node, Node> gradientOf = new HashMap<>();
    for (Node n : graph.nodes()) {
      gradient(n)
          .ifPresent(
              g -> {
                gradientOf.put(n, g);
                lossOf.put(g, n);
              });
    }
    if (lossOf.isEmpty()) {
      return graph;
    }
    Rewrite r = Rewrite.of(graph);
    for (Node n : graph.nodes()) {
      if (gradientOf.containsKey(n)) {
        join(n, gradientOf.get(n), r);
      } else if (!lossOf.containsKey(n)) {
        r.emit(n);
      }
    }
    return r.finish();
  }

  /** The first gradient of this loss whose factors are there before the loss. */
  private Optional<Node> gradient(Node loss) {
    if (!(loss.op() instanceof Classify.CrossEntropy)) {
      return Optional.empty();
    }
    return users.get(loss.inputs().getFirst().id()).stream()
        .filter(n -> n.op() instanceof Classify.CrossEntropyGradient)
        .filter(n -> n.inputs().subList(0, 2).equals(loss.inputs()))
        .filter(n -> isBefore(n.inputs().get(2), loss))
        .findFirst();
  }

  private static boolean isBefore(Value v, Node n) {
    return !(v instanceof Value.Result r) || r.node() < n.index();
  }

  private static void join(Node loss, Node gradient, Rewrite r) {
    List<Expr> inputs = new ArrayList<>(r.inputs(loss));
    inputs.add(r.get(gradient.inputs().get(2)));
    List<Expr> results =
        r.builder()
            .named(
                loss.name(),
                () ->
                    r.builder()
                        .during(
                            loss.phase(),
                            () ->
                                r.builder()
                                    .applyAll(new Classify.CrossEntropyWithGradient(), inputs)));
    r.replace(loss.results().getFirst(), results.get(0));
    r.replace(gradient.results().getFirst(), results.get(1));
  }
}
