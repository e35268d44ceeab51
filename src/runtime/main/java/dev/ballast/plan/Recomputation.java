package dev.ballast.plan;

/**
 * What is computed again so that a plan fits its budget.
 *
 * @param nodes how many nodes run a second time
 * @param extraFlops what they cost in each run
 * @param boundFlops what any plan within the budget must cost more than one without, its steps in
 *     this order
 */
public record Recomputation(int nodes, long extraFlops, long boundFlops) {
  /** Everything is computed once. */
  public static final Recomputation NONE = new Recomputation(0, 0, 0);
}
