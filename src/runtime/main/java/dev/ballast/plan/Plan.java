package dev.ballast.plan;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Value;
import java.util.Arrays;
import java.util.List;

/**
 * What runs when, and where each value lies: all that a session needs. Offsets are within regions,
 * so that plans of one model can stand on the same WEIGHTS and STATE.
 *
 * @param steps the kernels in order
 * @param buffers all buffers, by id
 * @param places where each value lies, by the value's id
 * @param noReuseBytes the arena if every value had a place of its own
 * @param provenBytes what is proven that no placement of the SCRATCH buffers takes less than; zero
 *     if nothing but the load bound is
 * @param ordering what came of reordering, and a bound for any order
 * @param recomputation what is computed again so that it fits a budget
 */
public record Plan(
    Graph graph,
    PlanOptions options,
    List<Step> steps,
    List<Buffer> buffers,
    List<Place> places,
    long noReuseBytes,
    long provenBytes,
    Ordering ordering,
    Recomputation recomputation) {
  public Plan {
    steps = List.copyOf(steps);
    buffers = List.copyOf(buffers);
    places = List.copyOf(places);
  }

  /** A plan that computes everything once, and of whose placement and order no more is known. */
  public Plan(
      Graph graph,
      PlanOptions options,
      List<Step> steps,
      List<Buffer> buffers,
      List<Place> places,
      long noReuseBytes) {
    this(
        graph,
        options,
        steps,
        buffers,
        places,
        noReuseBytes,
        0,
        unbounded(buffers),
        Recomputation.NONE);
  }

  /** The plan's own load, with a bound that proves nothing. */
  private static Ordering unbounded(List<Buffer> buffers) {
    List<Buffer> scratch = buffers.stream().filter(b -> b.region() == Region.SCRATCH).toList();
    long peak = Planner.problem(scratch).loadBound();
    return new Ordering(peak, peak, 0);
  }

  Plan with(Ordering other) {
    return new Plan(
        graph, options, steps, buffers, places, noReuseBytes, provenBytes, other, recomputation);
  }

  Plan with(PlanOptions asked, Recomputation again) {
    return new Plan(
        graph, asked, steps, buffers, places, noReuseBytes, provenBytes, ordering, again);
  }

  public Place place(Value v) {
    return places.get(v.id());
  }

  public List<Buffer> buffers(Region region) {
    return buffers.stream().filter(b -> b.region() == region).toList();
  }

  /** The bytes of a region. */
  public long bytes(Region region) {
    return buffers(region).stream().mapToLong(b -> b.offset() + b.alignedBytes()).max().orElse(0);
  }

  /** Where a region starts in the arena. */
  public long start(Region region) {
    return Arrays.stream(Region.values())
        .filter(r -> r.ordinal() < region.ordinal())
        .mapToLong(this::bytes)
        .sum();
  }

  /** All bytes of a session of this plan, kernels' and results' alike. */
  public long arenaBytes() {
    return Arrays.stream(Region.values()).mapToLong(this::bytes).sum();
  }

  /** The largest sum of live bytes at any step, before rounding to the alignment. */
  public long lowerBoundBytes() {
    long kept =
        buffers.stream().filter(b -> b.region() != Region.SCRATCH).mapToLong(Buffer::bytes).sum();
    return kept + Arrays.stream(loads(false)).max().orElse(0);
  }

  /** What rounding every place up to the alignment adds to the lower bound. */
  public long alignmentBytes() {
    long kept =
        buffers.stream()
            .filter(b -> b.region() != Region.SCRATCH)
            .mapToLong(Buffer::alignedBytes)
            .sum();
    return kept + certificate().loadBound() - lowerBoundBytes();
  }

  /** What is proven of the SCRATCH region. */
  public Certificate certificate() {
    long load = Arrays.stream(loads(true)).max().orElse(0);
    return new Certificate(bytes(Region.SCRATCH), load, Math.max(load, provenBytes));
  }

  /** SCRATCH bytes live at each step. */
  public long[] loads(boolean aligned) {
    List<Buffer> scratch = buffers(Region.SCRATCH);
    long[] sizes =
        scratch.stream().mapToLong(b -> aligned ? b.alignedBytes() : b.bytes()).toArray();
    long[] loads =
        new Placement.Problem(
                sizes,
                scratch.stream().mapToInt(Buffer::from).toArray(),
                scratch.stream().mapToInt(Buffer::to).toArray())
            .loads();
    return Arrays.copyOf(loads, steps.size());
  }

  /** The first step with the largest load. */
  public int peakStep() {
    long[] loads = loads(true);
    int peak = 0;
    for (int t = 1; t < loads.length; t++) {
      peak = loads[t] > loads[peak] ? t : peak;
    }
    return peak;
  }

  /** The table with life bars; see {@link PlanReport}. */
  @Override
  public String toString() {
    return PlanReport.of(this);
  }
}
