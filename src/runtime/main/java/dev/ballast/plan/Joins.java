package dev.ballast.plan;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Values that are written straight into their part of a later result, as the inputs of a
 * concatenation are; see {@link Op#parts}.
 */
final class Joins {
  /** In {@code whole}, {@code byteOffset} from its start. */
  record Spot(Value.Result whole, long byteOffset) {}

  /** Joins are tried one by one only up to this many, and up to so many steps of all trials. */
  private static final int MAX_TRIALS = 64;

  private static final int MAX_TRIED_STEPS = 100_000;

  static final Joins NONE = new Joins(Map.of());

  private final Map<Value, Spot> spots;
  private final Set<Value> wholes = new HashSet<>();
  private final Map<Value, List<Value>> members = new HashMap<>();

  /**
   * @param spots where a value lies in the result that it is a part of, which may be a part too
   */
  private Joins(Map<Value, Spot> spots) {
    this.spots = Map.copyOf(spots);
    spots.values().forEach(s -> wholes.add(s.whole()));
    spots.keySet().forEach(p -> members.computeIfAbsent(whole(p), w -> new ArrayList<>()).add(p));
  }

  /** The outermost result that a value lies in: itself, unless it is a part. */
  Value whole(Value base) {
    Value v = base;
    while (spots.containsKey(v)) {
      v = spots.get(v).whole();
    }
    return v;
  }

  boolean isEmpty() {
    return spots.isEmpty();
  }

  /** Values that lie in other results than themselves. */
  Set<Value> parts() {
    return spots.keySet();
  }

  /** The results that parts lie in. */
  Set<Value> wholes() {
    return wholes;
  }

  /** The parts, and parts of parts, of an outermost result. */
  List<Value> members(Value whole) {
    return members.getOrDefault(whole, List.of());
  }

  /** How far from the start of {@link #whole} the value lies. */
  long byteOffset(Value base) {
    long offset = 0;
    for (Value v = base; spots.containsKey(v); v = spots.get(v).whole()) {
      offset += spots.get(v).byteOffset();
    }
    return offset;
  }

  /** Whether parts lie in this result. */
  boolean isWhole(Value v) {
    return wholes.contains(v);
  }

  /** The same joins in a graph with the same values, whose nodes stand in another order. */
  Joins in(Graph reordered) {
    Map<Value, Spot> same = new HashMap<>();
    spots.forEach(
        (part, spot) ->
            same.put(
                reordered.values().get(part.id()),
                new Spot(
                    (Value.Result) reordered.values().get(spot.whole().id()), spot.byteOffset())));
    return new Joins(same);
  }

  /** For each value, by id, the one whose bytes it shows. */
  static Value[] bases(Graph graph) {
    Value[] bases = graph.values().toArray(Value[]::new);
    for (Node n : graph.nodes()) {
      n.op()
          .view(n.inputTypes())
          .ifPresent(
              view ->
                  bases[n.results().getFirst().id()] = bases[n.inputs().get(view.input()).id()]);
    }
    return bases;
  }

  /**
   * Whether, by id of a value that is no view, it has a place of its own: the caller sees it, whole
   * or in part, or it is prepared once for all runs.
   */
  static boolean[] pinned(Graph graph, Value[] bases) {
    boolean[] pinned = new boolean[bases.length];
    graph.outputs().values().forEach(v -> pinned[bases[v.id()].id()] = true);
    graph.prepared().forEach(v -> pinned[v.id()] = true);
    return pinned;
  }

  /**
   * The joins that lower the peak of the given order: all of them where that is so, and then none
   * that does not help to.
   */
  static Joins choose(Graph graph, boolean inPlace) {
    Joins all = new Joins(possible(graph));
    if (all.isEmpty()) {
      return NONE;
    }
    OrderReader reader = new OrderReader(graph, inPlace);
    Joins best = NONE;
    long peak = reader.peak(NONE);
    long joined = reader.peak(all);
    if (joined < peak) {
      best = all;
      peak = joined;
    }
    List<Value.Result> wholes =
        graph.nodes().stream()
            .flatMap(n -> n.results().stream())
            .filter(all::isWhole)
            .limit(Math.min(MAX_TRIALS, MAX_TRIED_STEPS / graph.nodes().size()))
            .toList();
    for (Value.Result w : wholes) {
      Joins other = best.toggled(w, all);
      long bytes = reader.peak(other);
      // A join that changes no peak still saves the copy.
      if (bytes < peak || bytes == peak && other.spots.size() > best.spots.size()) {
        best = other;
        peak = bytes;
      }
    }
    return best;
  }

  /** With the parts of one result where they are not, without where they are. */
  private Joins toggled(Value.Result whole, Joins all) {
    Map<Value, Spot> other = new HashMap<>(spots);
    boolean on = isWhole(whole);
    all.spots.forEach(
        (part, spot) -> {
          if (spot.whole().equals(whole)) {
            if (on) {
              other.remove(part);
            } else {
              other.put(part, spot);
            }
          }
        });
    return new Joins(other);
  }

  /**
   * Every part that could lie in a result, each in the first. Where the node reads bytes of the
   * part by another input too, that one would lie in the result as well, at another place than its
   * own.
   */
  private static Map<Value, Spot> possible(Graph graph) {
    Value[] bases = bases(graph);
    boolean[] pinned = pinned(graph, bases);
    Set<Value> updates = new HashSet<>(graph.updates().values());
    Map<Value, Spot> spots = new HashMap<>();
    for (Node n : graph.nodes()) {
      if (n.isView() || n.results().stream().anyMatch(updates::contains)) {
        continue;
      }
      for (Op.Part p : n.op().parts(n.inputTypes())) {
        Value input = n.inputs().get(p.input());
        Value base = bases[input.id()];
        boolean movable =
            base instanceof Value.Result
                && !updates.contains(base)
                && !pinned[base.id()]
                && base.type().bytes() == input.type().bytes()
                && n.inputs().stream()
                    .allMatch(v -> v.equals(input) || !liesIn(bases[v.id()], base, spots));
        if (movable) {
          spots.putIfAbsent(base, new Spot(n.results().getFirst(), p.byteOffset()));
        }
      }
    }
    return spots;
  }

  /** Whether a value's bytes are another's, or would be by these joins. */
  private static boolean liesIn(Value value, Value other, Map<Value, Spot> spots) {
    Value v = value;
    while (!v.equals(other) && spots.containsKey(v)) {
      v = spots.get(v).whole();
    }
    return v.equals(other);
  }
}
