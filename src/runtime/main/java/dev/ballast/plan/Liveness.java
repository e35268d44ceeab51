package dev.ballast.plan;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.ir.Phase;
import dev.ballast.ir.Value;
import dev.ballast.tensor.PlanException;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Who shares bytes with whom, and from when to when each buffer is live. Views join the buffer of
 * what they show. A result takes the buffer of an input where its op allows it and nobody reads the
 * input later; an update takes its target's always.
 */
final class Liveness {
  /** A buffer while it is being found out. */
  private static final class Draft {
    final Region region;
    final String name;
    final Phase phase;
    final long bytes;
    final List<Value> values = new ArrayList<>();
    int from;
    int to;

    Draft(Region region, String name, Phase phase, long bytes, int from) {
      this.region = region;
      this.name = name;
      this.phase = phase;
      this.bytes = bytes;
      this.from = from;
      this.to = from + 1;
    }
  }

  private record Spot(int draft, long byteOffset) {}

  private final Graph graph;
  private final boolean inPlace;
  private final Joins joins;
  private final Map<Value, Integer> wholes = new HashMap<>();
  private final int steps;
  private final int[] stepOf;
  private final int[] lastUse;
  private final Map<Value, Value> targets = new HashMap<>();
  private final List<Draft> drafts = new ArrayList<>();
  private final Spot[] spots;
  private final OptionalInt[] workspaces;
  private final Set<Value> prepared;

  private Liveness(Graph graph, boolean inPlace, Joins joins) {
    this.graph = graph;
    this.joins = joins;
    this.inPlace = inPlace;
    this.stepOf = new int[graph.nodes().size()];
    this.steps = numberSteps();
    this.lastUse = lastUses();
    this.spots = new Spot[graph.values().size()];
    this.workspaces = new OptionalInt[graph.nodes().size()];
    this.prepared = graph.prepared();
    graph.updates().forEach((target, result) -> targets.put(result, target));
  }

  /** Buffers without offsets yet, where each value lies in them, and each node's workspace. */
  record Result(List<Buffer> buffers, Place[] places, List<OptionalInt> workspaces, int steps) {}

  static Result of(Graph graph, boolean inPlace) {
    return of(graph, inPlace, Joins.NONE);
  }

  static Result of(Graph graph, boolean inPlace, Joins joins) {
    Liveness l = new Liveness(graph, inPlace, joins);
    l.placeSources();
    graph.nodes().forEach(l::placeResults);
    return l.result();
  }

  /** Views take no time. */
  private int numberSteps() {
    int next = 0;
    for (Node n : graph.nodes()) {
      stepOf[n.index()] = next;
      next += n.isView() ? 0 : 1;
    }
    return next;
  }

  /** The last step that reads a value, itself or through a view; the end for what is pinned. */
  private int[] lastUses() {
    int[] last = new int[graph.values().size()];
    java.util.Arrays.fill(last, -1);
    for (Value v : graph.outputs().values()) {
      last[v.id()] = steps;
    }
    for (Node n : graph.nodes().reversed()) {
      for (Value in : n.inputs()) {
        int use = n.isView() ? last[n.results().getFirst().id()] : stepOf[n.index()];
        last[in.id()] = Math.max(last[in.id()], use);
      }
    }
    return last;
  }

  private void placeSources() {
    for (Value v : graph.values()) {
      switch (v) {
        case Value.Parameter p -> pin(p, Region.WEIGHTS);
        case Value.State s -> pin(s, Region.STATE);
        case Value.Input i -> pin(i, Region.IO);
        case Value.Constant c -> pin(c, Region.IO);
        case Value.Result ignored -> {}
      }
    }
  }

  private void pin(Value v, Region region) {
    String name = v instanceof Value.Constant ? "constant" : v.name();
    open(v, new Draft(region, name, Phase.FORWARD, v.type().bytes(), 0));
    drafts.getLast().to = Math.max(1, steps);
  }

  private void open(Value v, Draft d) {
    drafts.add(d);
    join(v, new Spot(drafts.size() - 1, 0));
  }

  private void join(Value v, Spot spot) {
    spots[v.id()] = spot;
    Draft d = drafts.get(spot.draft());
    d.values.add(v);
    d.to = Math.max(d.to, Math.min(lastUse[v.id()] + 1, Math.max(1, steps)));
  }

  private void placeResults(Node n) {
    List<TensorType> types = n.inputTypes();
    var view = n.op().view(types);
    if (view.isPresent()) {
      Spot base = spots[n.inputs().get(view.get().input()).id()];
      join(
          n.results().getFirst(),
          new Spot(base.draft(), base.byteOffset() + view.get().byteOffset()));
      workspaces[n.index()] = OptionalInt.empty();
      return;
    }
    int step = stepOf[n.index()];
    List<Integer> taken = new ArrayList<>();
    for (Value.Result r : n.results()) {
      Spot spot = spotFor(n, r, taken);
      if (spot == null) {
        open(r, draft(n, r, step));
      } else {
        taken.add(spot.draft());
        join(r, spot);
      }
    }
    long bytes = n.op().workspaceBytes(types);
    if (bytes > 0) {
      drafts.add(new Draft(Region.SCRATCH, "workspace of " + label(n), n.phase(), bytes, step));
    }
    workspaces[n.index()] = bytes > 0 ? OptionalInt.of(drafts.size() - 1) : OptionalInt.empty();
  }

  private Draft draft(Node n, Value.Result r, int step) {
    boolean isPrepared = prepared.contains(r);
    boolean pinned = isPrepared || isPinned(r);
    Region region = isPrepared ? Region.PREPARED : pinned ? Region.IO : Region.SCRATCH;
    Draft d = new Draft(region, label(n), n.phase(), r.type().bytes(), pinned ? 0 : step);
    d.to = pinned ? Math.max(1, steps) : step + 1;
    return d;
  }

  private boolean isPinned(Value.Result r) {
    return lastUse[r.id()] >= steps;
  }

  private static String label(Node n) {
    return n.name().isEmpty() ? n.op().name() : n.name() + " " + n.op().name();
  }

  /** The spot of an input that this result takes over, or null for a buffer of its own. */
  private Spot spotFor(Node n, Value.Result r, List<Integer> taken) {
    Value target = targets.get(r);
    if (target != null) {
      Spot spot = spots[target.id()];
      demandNoLaterReader(n, target, spot);
      return spot;
    }
    Value whole = joins.whole(r);
    if (!whole.equals(r) || joins.isWhole(r)) {
      return new Spot(wholes.computeIfAbsent(whole, w -> openWhole(w, n)), joins.byteOffset(r));
    }
    if (!inPlace) {
      return null;
    }
    for (Op.InPlace p : n.op().inPlace(n.inputTypes())) {
      Value input = n.inputs().get(p.input());
      Spot spot = spots[input.id()];
      boolean allowed = p.result() == r.port() && p.allows(n.inputs());
      if (allowed && !taken.contains(spot.draft()) && dies(n, input, spot, r)) {
        return spot;
      }
    }
    return null;
  }

  /** The buffer of a result that parts lie in: it lives from the first part on. */
  private int openWhole(Value whole, Node first) {
    Value.Result r = (Value.Result) whole;
    drafts.add(draft(graph.nodes().get(r.node()), r, stepOf[first.index()]));
    Draft d = drafts.getLast();
    d.to = Math.max(d.to, Math.min(stepOf[r.node()] + 1, Math.max(1, steps)));
    for (Value part : joins.members(whole)) {
      d.to = Math.max(d.to, Math.min(lastUse[part.id()] + 1, Math.max(1, steps)));
    }
    d.to = Math.max(d.to, Math.min(lastUse[r.id()] + 1, Math.max(1, steps)));
    return drafts.size() - 1;
  }

  /** Whether the input's whole buffer is dead once this node has run, and fits the result. */
  private boolean dies(Node n, Value input, Spot spot, Value.Result r) {
    Draft d = drafts.get(spot.draft());
    boolean stays = isPinned(r) || prepared.contains(r);
    boolean own = d.region == Region.SCRATCH && d.bytes == r.type().bytes() && !stays;
    boolean last = d.to == stepOf[n.index()] + 1;
    boolean alone =
        n.inputs().stream().allMatch(v -> v.equals(input) || spots[v.id()].draft() != spot.draft());
    return own && last && alone;
  }

  private void demandNoLaterReader(Node n, Value target, Spot spot) {
    for (Value v : drafts.get(spot.draft()).values) {
      boolean readLater = lastUse[v.id()] > stepOf[n.index()];
      if (readLater && !v.equals(target)) {
        throw new PlanException(
            "update of '"
                + target.name()
                + "' at "
                + label(n)
                + " would overwrite "
                + v.label()
                + ", which is read later");
      }
    }
  }

  private Result result() {
    List<Buffer> buffers = new ArrayList<>();
    for (Draft d : drafts) {
      int id = buffers.size();
      buffers.add(new Buffer(id, d.region, d.name, d.phase, 0, d.bytes, d.from, d.to, d.values));
    }
    Place[] places = new Place[spots.length];
    for (int i = 0; i < spots.length; i++) {
      places[i] = new Place(buffers.get(spots[i].draft()), spots[i].byteOffset());
    }
    return new Result(buffers, places, List.of(workspaces), steps);
  }
}
