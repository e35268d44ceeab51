package dev.ballast.plan;

import java.util.Collections;
import java.util.EnumSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How to plan.
 *
 * @param rules what the planner may do to save bytes; all of it by default. Whatever is switched
 *     off, the results are the same bits
 * @param placementNodes how many nodes of search trees placement may look at where what is quick
 *     doesn't reach the load bound; 50,000 by default, a fraction of a second
 * @param memoryBudget the bytes that the whole arena may take; where keeping everything takes more,
 *     results are let go and computed again. Unlimited by default
 */
public record PlanOptions(Set<PlanRule> rules, long placementNodes, OptionalLong memoryBudget) {
  /** Offsets are multiples of this many bytes: a cache line, and the widest vector. */
  public static final long ALIGNMENT = 64;

  private static final long PLACEMENT_NODES = 50_000;

  public PlanOptions {
    EnumSet<PlanRule> copy = EnumSet.noneOf(PlanRule.class);
    copy.addAll(rules);
    rules = Collections.unmodifiableSet(copy);
  }

  /** Without a budget. */
  public PlanOptions(Set<PlanRule> rules) {
    this(rules, PLACEMENT_NODES, OptionalLong.empty());
  }

  /** Every rule. */
  public static PlanOptions defaults() {
    return new PlanOptions(EnumSet.allOf(PlanRule.class));
  }

  public boolean has(PlanRule rule) {
    return rules.contains(rule);
  }

  public PlanOptions with(PlanRule rule) {
    EnumSet<PlanRule> more = EnumSet.of(rule);
    more.addAll(rules);
    return new PlanOptions(more, placementNodes, memoryBudget);
  }

  public PlanOptions without(PlanRule rule) {
    EnumSet<PlanRule> fewer = EnumSet.noneOf(PlanRule.class);
    fewer.addAll(rules);
    fewer.remove(rule);
    return new PlanOptions(fewer, placementNodes, memoryBudget);
  }

  /** All rules, or none, so that every value has a place of its own. */
  public PlanOptions withReuse(boolean on) {
    return new PlanOptions(
        on ? EnumSet.allOf(PlanRule.class) : EnumSet.noneOf(PlanRule.class),
        placementNodes,
        memoryBudget);
  }

  public PlanOptions withPlacementNodes(long nodes) {
    return new PlanOptions(rules, nodes, memoryBudget);
  }

  /** The arena within so many bytes. */
  public PlanOptions withBudget(long bytes) {
    return new PlanOptions(rules, placementNodes, OptionalLong.of(bytes));
  }

  public PlanOptions withoutBudget() {
    return new PlanOptions(rules, placementNodes, OptionalLong.empty());
  }

  static long align(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
