package dev.ballast.plan;

import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.ir.Value;
import dev.ballast.tensor.PlanException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Checks a plan by acting it out on a map from bytes to the value last written there. It knows
 * nothing of lifetimes, aliasing decisions or placement: each read must find its value whole, each
 * write may only lie over an input that the op allows it to replace, and what the caller sees must
 * still be there at the end. Always on.
 */
final class PlanVerifier {
  private record Extent(long end, Value owner) {}

  private final Plan plan;
  private final NavigableMap<Long, Extent> memory = new TreeMap<>();

  private final long[] starts;

  /** Results that hold a value's bytes as their part, since it lay there when they were made. */
  private final Map<Value, Value.Result> partOf = new HashMap<>();

  private PlanVerifier(Plan plan) {
    this.plan = plan;
    this.starts = Arrays.stream(Region.values()).mapToLong(plan::start).toArray();
  }

  static void verify(Plan plan) {
    PlanVerifier v = new PlanVerifier(plan);
    v.placesAreAlignedAndInside();
    v.viewsLieWhereTheyShow();
    v.writeSources();
    plan.steps().stream().filter(s -> s.node().prepares()).forEach(v::act);
    v.runsFindWhatWasPrepared();
    plan.steps().stream().filter(s -> !s.node().prepares()).forEach(v::act);
    v.keptValuesRemain();
  }

  private void placesAreAlignedAndInside() {
    long[] sizes = Arrays.stream(Region.values()).mapToLong(plan::bytes).toArray();
    for (Buffer b : plan.buffers()) {
      demand(b.offset() % PlanOptions.ALIGNMENT == 0, b.name() + " is not aligned");
      demand(
          b.offset() >= 0 && b.offset() + b.bytes() <= sizes[b.region().ordinal()],
          b.name() + " is outside its region");
    }
    for (Value v : plan.graph().values()) {
      Place p = plan.place(v);
      int id = p.buffer().id();
      demand(
          id >= 0 && id < plan.buffers().size() && p.buffer().equals(plan.buffers().get(id)),
          v.label() + " lies in a buffer of another plan");
      demand(
          p.byteOffset() >= 0 && p.byteOffset() + v.type().bytes() <= p.buffer().bytes(),
          v.label() + " is outside its buffer");
    }
  }

  private void viewsLieWhereTheyShow() {
    for (Node n : plan.graph().nodes()) {
      n.op()
          .view(n.inputTypes())
          .ifPresent(
              view -> {
                Value.Result r = n.results().getFirst();
                long shown = start(n.inputs().get(view.input())) + view.byteOffset();
                demand(start(r) == shown, r.label() + " does not lie where it is a view of");
              });
    }
  }

  private void writeSources() {
    for (Value v : plan.graph().values()) {
      if (!(v instanceof Value.Result)) {
        demand(isFree(start(v), end(v)), v.label() + " overlaps another kept value");
        write(start(v), end(v), v);
      }
    }
  }

  /** Before a run SCRATCH may hold anything, and steps that prepare are all done. */
  private void runsFindWhatWasPrepared() {
    long scratch = starts[Region.SCRATCH.ordinal()];
    erase(scratch, scratch + plan.bytes(Region.SCRATCH));
    boolean started = false;
    for (Step s : plan.steps()) {
      demand(
          !started || !s.node().prepares(), "step " + s.index() + " prepares for runs within one");
      started |= !s.node().prepares();
    }
    for (Value v : plan.graph().prepared()) {
      demand(
          plan.place(v).buffer().region() == Region.PREPARED,
          v.label() + " is prepared for all runs, but does not lie with what is kept for them");
    }
  }

  private void act(Step step) {
    Node n = step.node();
    long given = step.workspace().stream().mapToLong(id -> plan.buffers().get(id).bytes()).sum();
    demand(
        given >= n.op().workspaceBytes(n.inputTypes()),
        "step " + step.index() + " " + n.op().name() + " lacks room to work in");
    step.workspace()
        .ifPresent(id -> erase(start(plan.buffers().get(id)), end(plan.buffers().get(id))));
    for (Value in : n.inputs()) {
      demand(
          holds(in),
          "step "
              + step.index()
              + " "
              + n.op().name()
              + " reads "
              + in.label()
              + ", which was overwritten");
    }
    List<long[]> written = new ArrayList<>();
    step.workspace()
        .ifPresent(
            id ->
                written.add(
                    new long[] {start(plan.buffers().get(id)), end(plan.buffers().get(id))}));
    for (Value.Result r : n.results()) {
      for (long[] w : written) {
        demand(end(r) <= w[0] || w[1] <= start(r), r.label() + " overlaps another result");
      }
      written.add(new long[] {start(r), end(r)});
      for (Value in : n.inputs()) {
        boolean apart = end(r) <= start(in) || end(in) <= start(r);
        demand(
            apart || replaces(n, r, in) || isPart(n, r, in),
            r.label() + " overlaps input " + in.label());
      }
    }
    n.results().forEach(r -> write(start(r), end(r), r));
    step.dying().stream().map(plan.buffers()::get).forEach(b -> erase(start(b), end(b)));
  }

  /** Whether the op lets the result lie exactly over this input. */
  private boolean replaces(Node n, Value.Result r, Value in) {
    boolean exactly = start(r) == start(in) && end(r) == end(in);
    for (Op.InPlace p : n.op().inPlace(n.inputTypes())) {
      boolean allowed = p.result() == r.port() && p.allows(n.inputs());
      if (exactly && allowed && n.inputs().get(p.input()).equals(in)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the input lies exactly where the op finds it done already; it stays whole there. */
  private boolean isPart(Node n, Value.Result r, Value in) {
    for (Op.Part p : n.op().parts(n.inputTypes())) {
      if (n.inputs().get(p.input()).equals(in) && start(in) == start(r) + p.byteOffset()) {
        partOf.put(plan.graph().viewBase(in), r);
        return true;
      }
    }
    return false;
  }

  private void keptValuesRemain() {
    Map<Value, Value.Result> updates = plan.graph().updates();
    Set<Value> kept = new HashSet<>(updates.values());
    for (Value v : plan.graph().values()) {
      if (!(v instanceof Value.Result) && !updates.containsKey(v)) {
        kept.add(v);
      }
    }
    for (Value v : plan.graph().outputs().values()) {
      if (!updates.containsKey(v)) {
        kept.add(v);
      }
    }
    kept.addAll(plan.graph().prepared());
    kept.forEach(v -> demand(holds(v), v.label() + " is gone at the end of the run"));
    updates.forEach(
        (target, r) ->
            demand(start(target) == start(r), r.label() + " is not written to " + target.name()));
  }

  /** Whether the bytes of a value were last written by it, or by what it is a view of. */
  private boolean holds(Value v) {
    Value owner = plan.graph().viewBase(v);
    long at = start(v);
    while (at < end(v)) {
      Map.Entry<Long, Extent> e = memory.floorEntry(at);
      if (e == null || e.getValue().end() <= at || !holds(e.getValue().owner(), owner)) {
        return false;
      }
      at = e.getValue().end();
    }
    return true;
  }

  /** Whether bytes written as {@code written} are the value's: it, or a result it is a part of. */
  private boolean holds(Value written, Value value) {
    Value v = value;
    while (v != null && !written.equals(v)) {
      v = partOf.get(v);
    }
    return v != null;
  }

  private boolean isFree(long start, long end) {
    Map.Entry<Long, Extent> e = memory.lowerEntry(end);
    return e == null || e.getValue().end() <= start;
  }

  private void write(long start, long end, Value owner) {
    erase(start, end);
    memory.put(start, new Extent(end, owner));
  }

  private void erase(long start, long end) {
    Map.Entry<Long, Extent> e = memory.lowerEntry(end);
    while (e != null && e.getValue().end() > start) {
      memory.remove(e.getKey());
      if (e.getKey() < start) {
        memory.put(e.getKey(), new Extent(start, e.getValue().owner()));
      }
      if (e.getValue().end() > end) {
        memory.put(end, e.getValue());
      }
      e = memory.lowerEntry(Math.min(end, Math.max(start, e.getKey())));
    }
  }

  private long start(Value v) {
    Place p = plan.place(v);
    return starts[p.buffer().region().ordinal()] + p.offset();
  }

  private long end(Value v) {
    return start(v) + v.type().bytes();
  }

  private long start(Buffer b) {
    return starts[b.region().ordinal()] + b.offset();
  }

  private long end(Buffer b) {
    return start(b) + b.bytes();
  }

  private static void demand(boolean condition, String complaint) {
    if (!condition) {
      throw new PlanException("the plan is wrong: " + complaint);
    }
  }
}
