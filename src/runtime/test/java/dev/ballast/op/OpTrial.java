package dev.ballast.op;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.ir.Op;
import dev.ballast.kernel.Slice;
import dev.ballast.kernel.Slices;
import dev.ballast.runtime.Feed;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One run of an op's kernel in memory made to catch it: results start as garbage, each tensor
 * stands between guard bytes that must survive, inputs must not change unless a result lies over
 * them, and the workspace is exactly what the op asked for.
 */
final class OpTrial implements AutoCloseable {
  private static final int GUARD = 256;
  private static final byte GARBAGE = (byte) 0xCB;

  private final Op op;
  private final Arena arena = Arena.ofConfined();
  private final List<MemorySegment> guarded = new ArrayList<>();
  private final List<Slice> inputs = new ArrayList<>();
  private final List<Slice> results = new ArrayList<>();
  private final long shift;

  private OpTrial(Op op, long shift) {
    this.op = op;
    this.shift = shift;
  }

  /** The results of the fast kernel. */
  static List<Literal> fast(Op op, List<Literal> inputs) {
    return fast(op, inputs, Map.of(), 0);
  }

  /**
   * The results of the fast kernel, with some tensors sharing memory.
   *
   * @param over for each result written over an input, that input's index
   * @param shift bytes by which every tensor is moved off its alignment
   */
  static List<Literal> fast(Op op, List<Literal> inputs, Map<Integer, Integer> over, long shift) {
    try (OpTrial t = new OpTrial(op, shift)) {
      t.allocate(inputs, over);
      op.bind(t.slices()).run();
      return t.outcome(inputs, over);
    }
  }

  /** The results of the reference kernel. */
  static List<Literal> reference(Op op, List<Literal> inputs) {
    return reference(op, inputs, Map.of());
  }

  static List<Literal> reference(Op op, List<Literal> inputs, Map<Integer, Integer> over) {
    try (OpTrial t = new OpTrial(op, 0)) {
      t.allocate(inputs, over);
      op.reference(t.slices()).run();
      return t.outcome(inputs, over);
    }
  }

  /**
   * Runs the fast kernel with both inputs and a result in one place, as {@code x + x} over x is.
   */
  static Literal fastAllInOne(Op op, List<Literal> inputs, Op.InPlace place, int other) {
    try (OpTrial t = new OpTrial(op, 0)) {
      t.allocate(inputs, Map.of(place.result(), place.input()));
      t.inputs.set(other, t.inputs.get(place.input()));
      op.bind(t.slices()).run();
      return Feed.literal(t.results.get(place.result()));
    }
  }

  /** The results of the fast kernel, with inputs that lie in their parts of the result. */
  static List<Literal> withParts(Op op, List<Literal> inputs, List<Op.Part> parts) {
    try (OpTrial t = new OpTrial(op, 0)) {
      t.allocate(inputs, Map.of());
      for (Op.Part p : parts) {
        Slice in = t.inputs.get(p.input());
        MemorySegment whole = t.results.getFirst().memory();
        MemorySegment part = whole.asSlice(p.byteOffset(), in.memory().byteSize());
        part.copyFrom(in.memory());
        t.inputs.set(p.input(), new Slice(in.type(), part));
      }
      op.bind(t.slices()).run();
      return t.outcome(inputs, Map.of());
    }
  }

  private void allocate(List<Literal> contents, Map<Integer, Integer> over) {
    for (Literal l : contents) {
      Slice s = guarded(l.type());
      s.memory().copyFrom(MemorySegment.ofArray(l.toBytes()));
      inputs.add(s);
    }
    List<TensorType> types = op.infer(contents.stream().map(Literal::type).toList());
    for (int r = 0; r < types.size(); r++) {
      results.add(over.containsKey(r) ? inputs.get(over.get(r)) : guarded(types.get(r)));
    }
  }

  private Slice guarded(TensorType type) {
    MemorySegment m = arena.allocate(type.bytes() + 2 * GUARD + shift, 64);
    m.fill(GARBAGE);
    guarded.add(m);
    return new Slice(type, m.asSlice(GUARD + shift, type.bytes()));
  }

  private Slices slices() {
    long bytes = op.workspaceBytes(inputs.stream().map(Slice::type).toList());
    MemorySegment workspace = bytes == 0 ? MemorySegment.NULL : arena.allocate(bytes, 64);
    workspace.fill(GARBAGE);
    return new Slices(inputs, results, workspace);
  }

  private List<Literal> outcome(List<Literal> contents, Map<Integer, Integer> over) {
    for (MemorySegment m : guarded) {
      long end = m.byteSize();
      for (long i = 0; i < GUARD; i++) {
        assertEquals(GARBAGE, m.get(JAVA_BYTE, i), op + " wrote before a tensor");
        assertEquals(GARBAGE, m.get(JAVA_BYTE, end - 1 - i), op + " wrote behind a tensor");
      }
    }
    for (int i = 0; i < inputs.size(); i++) {
      if (!over.containsValue(i)) {
        assertEquals(contents.get(i), Feed.literal(inputs.get(i)), op + " changed input " + i);
      }
    }
    return results.stream().map(Feed::literal).toList();
  }

  @Override
  public void close() {
    arena.close();
  }
}
