package dev.ballast.runtime;

import dev.ballast.ir.Value;
import dev.ballast.memory.AccountedArena;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Region;
import dev.ballast.tensor.PlanException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The one segment that the plans of one model stand on, behind a turnstile that lets one thread in.
 *
 * <pre>
 * | WEIGHTS | PREPARED | STATE | IO of the first plan | SCRATCH, the largest of all
 * | PREPARED and IO of the others … |
 * </pre>
 */
final class SharedMemory {
  private final Turnstile turnstile;
  private final MemorySegment segment;
  private final MemorySegment weights;
  private final MemorySegment prepared;
  private final Plan main;
  private final long ioStart;
  private final long scratchStart;

  /** Where the others have what is neither shared with the first plan nor SCRATCH. */
  private final Map<Plan, Long> otherStarts = new IdentityHashMap<>();

  /**
   * All in an arena of its own, but for weights that are given.
   *
   * @param given of no bytes where the weights are the session's own
   */
  private SharedMemory(Plan main, List<Plan> others, MemorySegment given) {
    boolean owns = given.byteSize() == 0;
    this.main = main;
    long preparedStart = owns ? main.bytes(Region.WEIGHTS) : 0;
    long stateStart = preparedStart + main.bytes(Region.PREPARED);
    this.ioStart = stateStart + main.bytes(Region.STATE);
    this.scratchStart = ioStart + main.bytes(Region.IO);
    List<Plan> all = new ArrayList<>(others);
    all.add(main);
    long next = scratchStart + all.stream().mapToLong(p -> p.bytes(Region.SCRATCH)).max().orElse(0);
    for (Plan p : others) {
      demandSameKept(p);
      otherStarts.put(p, next);
      next += p.bytes(Region.PREPARED) + p.bytes(Region.IO);
    }
    AccountedArena arena = OffHeap.arena(Kind.ARENAS, "a session of '" + main.graph().name() + "'");
    this.turnstile = new Turnstile(arena::close);
    this.segment = arena.allocate(Math.max(PlanOptions.ALIGNMENT, next), PlanOptions.ALIGNMENT);
    this.weights = owns ? segment.asSlice(0, preparedStart) : given;
    this.prepared = segment.asSlice(preparedStart, main.bytes(Region.PREPARED));
  }

  /** In memory that others own. */
  private SharedMemory(Plan main, SessionMemory given, Runnable release) {
    this.main = main;
    this.turnstile = new Turnstile(release);
    this.segment = given.own();
    this.weights = given.weights();
    this.prepared = given.prepared();
    this.ioStart = main.bytes(Region.STATE);
    this.scratchStart = ioStart + main.bytes(Region.IO);
  }

  static SharedMemory allocate(Plan main, List<Plan> others) {
    return new SharedMemory(main, others, MemorySegment.NULL);
  }

  static SharedMemory allocate(Plan main, MemorySegment weights) {
    if (weights.byteSize() != main.bytes(Region.WEIGHTS)) {
      throw new PlanException(
          "the weights have "
              + weights.byteSize()
              + " bytes, the plan's WEIGHTS region has "
              + main.bytes(Region.WEIGHTS));
    }
    demandNoUpdates(main);
    return new SharedMemory(main, List.of(), weights);
  }

  /**
   * @param release is run when it is closed
   */
  static SharedMemory given(Plan main, SessionMemory memory, Runnable release) {
    memory.demandFit(main);
    demandNoUpdates(main);
    return new SharedMemory(main, memory, release);
  }

  private static void demandNoUpdates(Plan plan) {
    for (Value v : plan.graph().updates().keySet()) {
      if (v instanceof Value.Parameter) {
        throw new PlanException(
            "the plan updates parameter '"
                + v.name()
                + "': open it without given weights, and copy them in");
      }
    }
  }

  long bytes() {
    return segment.byteSize();
  }

  /** The regions as one of the plans sees them. */
  Map<Region, MemorySegment> regions(Plan plan) {
    demandOpen();
    if (plan != main && !otherStarts.containsKey(plan)) {
      throw new PlanException("this plan was not named when the session was opened");
    }
    long start = plan == main ? 0 : otherStarts.get(plan);
    long io = plan == main ? ioStart : start + plan.bytes(Region.PREPARED);
    Map<Region, MemorySegment> regions = new EnumMap<>(Region.class);
    regions.put(Region.WEIGHTS, weights);
    regions.put(
        Region.PREPARED,
        plan == main ? prepared : segment.asSlice(start, plan.bytes(Region.PREPARED)));
    regions.put(
        Region.STATE,
        segment.asSlice(ioStart - main.bytes(Region.STATE), main.bytes(Region.STATE)));
    regions.put(Region.IO, segment.asSlice(io, plan.bytes(Region.IO)));
    regions.put(Region.SCRATCH, segment.asSlice(scratchStart, plan.bytes(Region.SCRATCH)));
    return regions;
  }

  /** Parameters must be the same, and lie in the same places; states those the plan has. */
  private void demandSameKept(Plan other) {
    Map<String, Value> own = new java.util.HashMap<>();
    main.graph().parameters().forEach(p -> own.put(p.name(), p));
    main.graph().states().forEach(s -> own.put(s.name(), s));
    List<Value> kept = new ArrayList<>(other.graph().parameters());
    kept.addAll(other.graph().states());
    for (Value v : kept) {
      Value same = own.get(v.name());
      boolean fits =
          same != null
              && same.type().equals(v.type())
              && same.getClass() == v.getClass()
              && main.place(same).offset() == other.place(v).offset();
      if (!fits) {
        throw new PlanException(
            "'"
                + v.name()
                + "' "
                + v.type()
                + " is not at the same place in both plans: build both"
                + " graphs from the same layers in the same order");
      }
    }
  }

  void enter() {
    turnstile.enter();
  }

  void leave() {
    turnstile.leave();
  }

  void demandOpen() {
    turnstile.demandOpen();
  }

  void close() {
    turnstile.close();
  }
}
