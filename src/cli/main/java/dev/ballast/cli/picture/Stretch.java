package dev.ballast.cli.picture;

import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.plan.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Part of a buffer's life in which it holds one kind of thing. A gradient written over a dying
 * activation, or a new weight over the old one, starts another stretch.
 *
 * @param names what was written at its start, and by which ops in place after that
 * @param to the first step that is no longer part of it
 */
record Stretch(Kind kind, List<String> names, int from, int to) {
  private static final int CHAIN = 4;

  Stretch {
    names = List.copyOf(names);
  }

  /**
   * The stretches of a buffer, in order and without gaps.
   *
   * @param nodes all nodes of the graph, by index
   * @param stepOf when they run, by index; views, which do not run, are not there
   */
  static List<Stretch> of(Buffer b, List<Node> nodes, Map<Integer, Integer> stepOf) {
    List<Stretch> done = new ArrayList<>();
    Kind kind = Kind.of(b.region(), b.phase());
    List<String> names = new ArrayList<>(List.of(b.name()));
    int from = b.from();
    for (Value v : b.values()) {
      if (!(v instanceof Value.Result r) || !stepOf.containsKey(r.node())) {
        continue;
      }
      Node n = nodes.get(r.node());
      int step = stepOf.get(r.node());
      Kind written = Kind.of(n.phase());
      if (written == kind && step > from) {
        names.add(n.op().name());
      } else if (written != kind) {
        if (step > from) {
          done.add(new Stretch(kind, names, from, step));
        }
        kind = written;
        names = new ArrayList<>(List.of(label(n)));
        from = step;
      }
    }
    done.add(new Stretch(kind, names, from, b.to()));
    return List.copyOf(done);
  }

  String name() {
    return names.getFirst();
  }

  /** {@code fc1 matmul → add → relu}. */
  String chain() {
    return names.size() <= CHAIN
        ? String.join(" → ", names)
        : String.join(" → ", names.subList(0, CHAIN)) + " → …";
  }

  /** The layer and the op; an update, which belongs to no layer, with what it changes. */
  static String label(Node n) {
    if (!n.name().isEmpty()) {
      return n.name() + " " + n.op().name();
    }
    return n.inputs().stream()
        .filter(v -> v instanceof Value.Parameter || v instanceof Value.State)
        .findFirst()
        .map(p -> n.op().name() + " " + p.name())
        .orElse(n.op().name());
  }
}
