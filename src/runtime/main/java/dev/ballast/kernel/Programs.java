package dev.ballast.kernel;

import dev.ballast.kernel.MapProgram.Result;
import dev.ballast.kernel.MapProgram.Step;
import dev.ballast.kernel.MapProgram.Storage;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Runs elementwise programs: one loop over memory whatever the number of steps. The loop's class is
 * made once for equal programs whose inputs broadcast alike.
 */
public final class Programs {
  /**
   * @param stays bit k is set where input k is the same along a line
   */
  record Key(MapProgram program, long stays, boolean lanes) {}

  private static final Map<Key, ProgramLoop> MADE = new ConcurrentHashMap<>();

  /** A plain loop goes element by element: its lines have no ends. */
  private record NoLineEnds() implements LineEnds {
    @Override
    public void load(MemorySegment from, long at, MemorySegment vector, long n) {}

    @Override
    public void store(MemorySegment vector, MemorySegment to, long at, long n) {}
  }

  private Programs() {}

  /** Whether lanes have the function, so that it can be a step of a fused loop. */
  public static boolean hasLanes(ScalarOp op) {
    return switch (op) {
      case SIN, COS, POW, MUL_ADD -> false;
      default -> true;
    };
  }

  /** Bytes that {@link #bind} wants as workspace. */
  public static long workspaceBytes(MapProgram program, Shape space, List<Shape> inputs) {
    long alone = workspaceAlone(program, space, inputs);
    return SharedProgram.serves(program, space)
        ? Math.max(alone, SharedProgram.workspaceBytes(program, space, inputs))
        : alone;
  }

  /** The same for one thread. */
  static long workspaceAlone(MapProgram program, Shape space, List<Shape> inputs) {
    return ProgramLayout.of(program, space, inputs).workspaceBytes(program.results().size());
  }

  /**
   * A kernel over an index space, to which inputs broadcast and of whose size results are. A result
   * may lie exactly over an input. Programs with bits want inputs of the space's size, or scalars.
   */
  public static Kernel bind(MapProgram program, Shape space, Slices s) {
    boolean shared = s.workers().threads() > 1 && SharedProgram.serves(program, space);
    return shared ? new SharedProgram(program, space, s) : bindAlone(program, space, s);
  }

  /** The same, on the caller's thread. */
  static Kernel bindAlone(MapProgram program, Shape space, Slices s) {
    ProgramLayout layout = layout(program, space, s.inputs());
    if (!isServed(program, layout, s) || !HiddenClasses.canBeMade()) {
      return reference(program, space, s.inputs(), s.results());
    }
    boolean lanes =
        Simd.isAvailable() && program.operations().stream().allMatch(Programs::hasLanes);
    return bind(program, layout, s, lanes, FloatLoops.TAILS);
  }

  /** The same, by lanes or by plain code. */
  static Kernel bind(MapProgram program, ProgramLayout layout, Slices s, boolean lanes, int tails) {
    Key key = new Key(program, layout.stays(), lanes);
    LineEnds ends =
        lanes
            ? Specialized.of(LineEnds.class, LineEndLoop.class, new Recipe("", tails))
            : new NoLineEnds();
    Kernel run = run(key, layout, ends, s);
    return lanes ? Warmed.of(run, loop(key), n -> small(key, ends, n)) : run;
  }

  private static Kernel run(Key key, ProgramLayout layout, LineEnds ends, Slices s) {
    int step = key.lanes() ? Simd.lanes() : 1;
    return new ProgramRun(
        key.program(), layout, loop(key), ends, step, s.inputs(), s.results(), s.workspace());
  }

  /**
   * The same loop and ends over lines of {@code n}: after one there is room for a vector, after the
   * other there is not. Bits have one line.
   */
  private static Kernel small(Key key, LineEnds ends, int n) {
    MapProgram program = key.program();
    int lines = program.hasBits() ? 1 : 2;
    ProgramLayout layout = ProgramLayout.ofLines(lines, n, program.inputs().size(), key.stays());
    List<Slice> in = program.inputs().stream().map(k -> Warmed.floats(lines, n)).toList();
    List<Slice> out = program.results().stream().map(k -> Warmed.floats(lines, n)).toList();
    long bytes = layout.workspaceBytes(out.size());
    MemorySegment workspace = Arena.ofAuto().allocate(Math.max(1, bytes), 64);
    return run(key, layout, ends, new Slices(in, out, workspace));
  }

  /** Made once for equal keys. */
  static ProgramLoop loop(Key key) {
    return MADE.computeIfAbsent(key, ProgramWriter::define);
  }

  static ProgramLayout layout(MapProgram program, Shape space, List<Slice> in) {
    return ProgramLayout.of(program, space, in.stream().map(s -> s.type().shape()).toList());
  }

  private static boolean isServed(MapProgram program, ProgramLayout layout, Slices s) {
    for (int k = 0; k < s.inputs().size(); k++) {
      if (!isServed(program.inputs().get(k), s.in(k))) {
        return false;
      }
    }
    for (int k = 0; k < s.results().size(); k++) {
      if (!isServed(program.results().get(k).storage(), s.out(k))) {
        return false;
      }
    }
    return s.inputs().size() <= Long.SIZE && !(program.hasBits() && !layout.isFlat());
  }

  private static boolean isServed(Storage storage, Slice s) {
    return s.memory().isNative() && (storage == Storage.BITS || FloatLoops.allFloat(s));
  }

  /** Step by step in double, each rounded to the type of the numbers, as the unfused would be. */
  public static Kernel reference(MapProgram program, Shape space, List<Slice> in, List<Slice> out) {
    Odometer o = layout(program, space, in).odometer();
    double[] v = new double[program.values()];
    IntStream.range(in.size(), program.firstStep()).forEach(k -> v[k] = program.constant(k));
    boolean single =
        in.stream().anyMatch(s -> s.dtype() == DType.F32)
            || out.stream().anyMatch(s -> s.dtype() == DType.F32);
    List<Step> steps = new ArrayList<>(program.steps());
    return () -> {
      o.reset();
      long at = 0;
      do {
        for (long i = 0; i < o.innerLength(); i++, at++) {
          for (int k = 0; k < in.size(); k++) {
            long index = o.offset(k) + i * o.innerStride(k);
            v[k] = read(program.inputs().get(k), in.get(k), index);
          }
          for (int s = 0; s < steps.size(); s++) {
            double exact = apply(steps.get(s), v);
            v[program.firstStep() + s] = single ? (float) exact : exact;
          }
          for (int k = 0; k < out.size(); k++) {
            write(program.results().get(k), out.get(k), at, v);
          }
        }
      } while (o.next());
    };
  }

  private static double apply(Step s, double[] v) {
    List<Integer> operands = s.operands();
    double a = v[operands.getFirst()];
    double b = operands.size() > 1 ? v[operands.get(1)] : 0;
    double c = operands.size() > 2 ? v[operands.get(2)] : 0;
    return s.op().apply(a, b, c);
  }

  private static double read(Storage storage, Slice s, long at) {
    return storage == Storage.BITS ? s.getLong(at >> 5) >> (at & 31) & 1 : s.get(at);
  }

  private static void write(Result r, Slice s, long at, double[] v) {
    double x = v[r.value()];
    if (r.storage() == Storage.NUMBERS) {
      s.set(at, x);
      return;
    }
    long word = at >> 5;
    long before = (at & 31) == 0 ? 0 : s.getLong(word);
    s.setLong(word, (int) (x > 0 ? before | 1L << (at & 31) : before));
  }
}
