package dev.ballast.cli.picture;

import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.ir.Value;
import dev.ballast.plan.Plan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Which steps compute again what an earlier one has computed: the same op of the same values, where
 * values are the same if they are computed the same way. A plan that computes everything once may
 * hold such steps too, which are the model's own, so that this is asked of plans within a budget.
 */
final class Again {
  private final Map<Key, Node> first = new HashMap<>();
  private final Map<Integer, Integer> sameAs = new HashMap<>();
  private final Map<Integer, Integer> firstOf = new HashMap<>();

  private record Key(Op op, List<Integer> inputs) {}

  static Again of(Plan plan) {
    Again again = new Again();
    if (plan.options().memoryBudget().isPresent()) {
      plan.graph().nodes().forEach(again::read);
    }
    return again;
  }

  /** The index of the node that computed the same before, if one did. */
  OptionalInt first(Node n) {
    Integer f = firstOf.get(n.index());
    return f == null ? OptionalInt.empty() : OptionalInt.of(f);
  }

  private void read(Node n) {
    List<Integer> inputs = new ArrayList<>();
    for (Value v : n.inputs()) {
      inputs.add(sameAs.getOrDefault(v.id(), v.id()));
    }
    Node earlier = first.putIfAbsent(new Key(n.op(), inputs), n);
    if (earlier != null) {
      firstOf.put(n.index(), earlier.index());
      for (int i = 0; i < n.results().size(); i++) {
        sameAs.put(n.results().get(i).id(), earlier.results().get(i).id());
      }
    }
  }
}
