package dev.ballast.pass;

import dev.ballast.ir.Graph;
import java.util.Set;

/** The rewrites every graph goes through before it is planned. */
public final class Passes {
  private Passes() {}

  /** Folding first, since it makes common what it computes; dead code after all that makes dead. */
  public static Graph standard(Graph graph) {
    return EarlyUpdates.run(cleaned(graph));
  }

  /**
   * The same, for a graph that is planned next and not saved, with ops that save bytes and time.
   */
  public static Graph forRunning(Graph graph) {
    return forRunning(graph, PassRule.all());
  }

  /** The same, with some of the rules. */
  public static Graph forRunning(Graph graph, Set<PassRule> rules) {
    Graph g = ReadBroadcasts.run(UnitAxes.run(BatchLast.run(JoinPads.run(cleaned(graph)))));
    g = rules.contains(PassRule.JOIN_LOSSES) ? JoinLosses.run(g) : g;
    g = rules.contains(PassRule.ACCUMULATE) ? AccumulateProducts.run(g) : g;
    g = rules.contains(PassRule.BIT_MASKS) ? BitMasks.run(g) : g;
    g = rules.contains(PassRule.FUSE) ? FuseElementwise.run(g) : g;
    g = rules.contains(PassRule.FUSE_SUMS) ? FuseSums.run(g) : g;
    g = rules.contains(PassRule.FUSE_UPDATES) ? FuseUpdates.run(g) : g;
    g = rules.contains(PassRule.EARLY_UPDATES) ? EarlyUpdates.run(g) : g;
    return GatherScalars.run(g);
  }

  /**
   * The same, for parameters that stay as they are while a session is open: what depends on them
   * alone is computed once and kept, weights packed for the products above all. That takes as many
   * bytes again as the packed weights have. Who writes parameters calls {@code Session.prepare()}.
   */
  public static Graph forServing(Graph graph) {
    return PrepareWeights.run(forRunning(graph));
  }

  private static Graph cleaned(Graph graph) {
    return DeadCode.run(CommonSubexpressions.run(ConstantFolding.run(graph)));
  }
}
