package dev.ballast.ir;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ballast.kernel.Slice;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs ops by their reference kernels, every value in memory of its own: slow, obviously right, and
 * so the oracle for planner and fast kernels. Constant folding uses it too.
 */
public final class Interpreter {
  private final List<Slice> slices = new ArrayList<>();

  private Interpreter() {}

  /** Memory for every value of the graph; the caller fills inputs, parameters and states. */
  public static Interpreter of(Graph graph, Arena arena) {
    Interpreter i = new Interpreter();
    for (Value v : graph.values()) {
      Slice s = Slice.allocate(v.type(), arena);
      if (v instanceof Value.Constant c) {
        s.copyFrom(c.literal());
      }
      i.slices.add(s);
    }
    return i;
  }

  public Slice slice(Value v) {
    return slices.get(v.id());
  }

  /** Runs every node, then copies the updates to their targets. */
  public void run(Graph graph, Arena arena) {
    for (Node n : graph.nodes()) {
      evaluate(
          n.op(),
          n.inputs().stream().map(this::slice).toList(),
          n.results().stream().map(this::slice).toList(),
          arena);
    }
    graph.updates().forEach((target, result) -> slice(target).copyFrom(slice(result)));
  }

  /** The results of one op on constants. */
  public static List<Literal> evaluate(Op op, List<Literal> inputs) {
    try (Arena arena = Arena.ofConfined()) {
      List<Slice> in = new ArrayList<>();
      for (Literal l : inputs) {
        Slice s = Slice.allocate(l.type(), arena);
        s.copyFrom(l);
        in.add(s);
      }
      List<TensorType> types = op.infer(inputs.stream().map(Literal::type).toList());
      List<Slice> out = types.stream().map(t -> Slice.allocate(t, arena)).toList();
      evaluate(op, in, out, arena);
      return out.stream()
          .map(s -> Literal.ofBytes(s.type(), s.memory().toArray(JAVA_BYTE)))
          .toList();
    }
  }

  /** Runs one op by its reference kernel. */
  public static void evaluate(Op op, List<Slice> inputs, List<Slice> results, Arena arena) {
    List<TensorType> types = inputs.stream().map(Slice::type).toList();
    var view = op.view(types);
    if (view.isPresent()) {
      Slice in = inputs.get(view.get().input());
      Slice out = results.getFirst();
      out.memory().copyFrom(in.memory().asSlice(view.get().byteOffset(), out.type().bytes()));
      return;
    }
    MemorySegment workspace = arena.allocate(Math.max(1, op.workspaceBytes(types)), 64);
    op.reference(new Slices(inputs, results, workspace)).run();
  }
}
