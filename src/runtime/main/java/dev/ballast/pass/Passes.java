package dev.ballast.pass;

import dev.ballast.ir.Graph;

/** The rewrites every graph goes through before it is planned. */
public final class Passes {
  private Passes() {}

  /** Folding first, since it makes common what it computes; dead code after all that makes dead. */
  public static Graph standard(Graph graph) {
    Graph g = ConstantFolding.run(graph);
    g = CommonSubexpressions.run(g);
    g = DeadCode.run(g);
    return EarlyUpdates.run(g);
  }

  /** The same, for a graph that is planned next and not saved: single numbers are gathered. */
  public static Graph forRunning(Graph graph) {
    return GatherScalars.run(standard(graph));
  }
}
