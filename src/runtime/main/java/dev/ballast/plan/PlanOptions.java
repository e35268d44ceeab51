package dev.ballast.plan;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How to plan.
 *
 * @param rules what the planner may do to save bytes; all of it by default. Whatever is switched
 *     off, the results are the same bits
 * @param placementNodes how many nodes of search trees placement may look at where what is quick
 *     doesn't reach the load bound; 20,000 by default, which takes a fraction of a second
 */
public record PlanOptions(Set<PlanRule> rules, long placementNodes) {
  /** Offsets are multiples of this many bytes: a cache line, and the widest vector. */
  public static final long ALIGNMENT = 64;

  private static final long PLACEMENT_NODES = Placement.Limits.defaults().nodes();

  public PlanOptions {
    EnumSet<PlanRule> copy = EnumSet.noneOf(PlanRule.class);
    copy.addAll(rules);
    rules = Collections.unmodifiableSet(copy);
  }

  /** Every rule. */
  public static PlanOptions defaults() {
    return new PlanOptions(EnumSet.allOf(PlanRule.class), PLACEMENT_NODES);
  }

  public boolean has(PlanRule rule) {
    return rules.contains(rule);
  }

  public PlanOptions with(PlanRule rule) {
    EnumSet<PlanRule> more = EnumSet.of(rule);
    more.addAll(rules);
    return new PlanOptions(more, placementNodes);
  }

  public PlanOptions without(PlanRule rule) {
    EnumSet<PlanRule> fewer = EnumSet.noneOf(PlanRule.class);
    fewer.addAll(rules);
    fewer.remove(rule);
    return new PlanOptions(fewer, placementNodes);
  }

  /** All rules, or none, so that every value has a place of its own. */
  public PlanOptions withReuse(boolean on) {
    return new PlanOptions(
        on ? EnumSet.allOf(PlanRule.class) : EnumSet.noneOf(PlanRule.class), placementNodes);
  }

  public PlanOptions withPlacementNodes(long nodes) {
    return new PlanOptions(rules, nodes);
  }

  static long align(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
