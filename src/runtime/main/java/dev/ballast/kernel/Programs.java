package dev.ballast.kernel;

import dev.ballast.kernel.MapProgram.Result;
import dev.ballast.kernel.MapProgram.Step;
import dev.ballast.kernel.MapProgram.Storage;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
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
  record Key(MapProgram program, long stays, boolean lanes, boolean maskless) {}

  private static final Map<Key, ProgramLoop> MADE = new ConcurrentHashMap<>();

  private Programs() {}

  /** Whether lanes have the function, so that it can be a step of a fused loop. */
  public static boolean hasLanes(ScalarOp op) {
    return switch (op) {
      case SIN, COS, POW, MUL_ADD -> false;
      default -> true;
    };
  }

  /**
   * A kernel over an index space, to which inputs broadcast and of whose size results are. A result
   * may lie exactly over an input. Programs with bits want inputs of the space's size, or scalars.
   */
  public static Kernel bind(MapProgram program, Shape space, List<Slice> in, List<Slice> out) {
    if (!isServed(program, space, in, out)) {
      return reference(program, space, in, out);
    }
    boolean lanes =
        Simd.isAvailable() && program.operations().stream().allMatch(Programs::hasLanes);
    return bind(program, space, in, out, lanes, FloatLoops.TAILS != 0);
  }

  /** The same, by lanes or by plain code. */
  static Kernel bind(
      MapProgram program,
      Shape space,
      List<Slice> in,
      List<Slice> out,
      boolean lanes,
      boolean maskless) {
    Odometer o = odometer(program, space, in);
    ProgramLoop loop = loop(new Key(program, stays(o, in.size()), lanes, maskless));
    MemorySegment[] from = memory(in);
    MemorySegment[] to = memory(out);
    List<Slice> bits =
        program.results().stream()
            .filter(r -> r.storage() == Storage.BITS)
            .map(r -> out.get(program.results().indexOf(r)))
            .toList();
    if (o.rank() == 1) {
      long n = space.elements();
      long[] at = new long[from.length];
      return () -> {
        clearLastWords(bits);
        loop.line(from, at, to, 0, n);
      };
    }
    return lines(loop, o, from, to);
  }

  /** Made once for equal keys. */
  static ProgramLoop loop(Key key) {
    return MADE.computeIfAbsent(key, ProgramWriter::define);
  }

  private static Kernel lines(
      ProgramLoop loop, Odometer o, MemorySegment[] from, MemorySegment[] to) {
    long[] at = new long[from.length];
    return () -> {
      long n = o.innerLength();
      long done = 0;
      o.reset();
      do {
        for (int k = 0; k < at.length; k++) {
          at[k] = o.offset(k);
        }
        loop.line(from, at, to, done, n);
        done += n;
      } while (o.next());
    };
  }

  /** Spare bits are 0, and partial words are written piece by piece. */
  private static void clearLastWords(List<Slice> bits) {
    for (int k = 0; k < bits.size(); k++) {
      Slice s = bits.get(k);
      s.setLong(s.elements() - 1, 0);
    }
  }

  private static boolean isServed(
      MapProgram program, Shape space, List<Slice> in, List<Slice> out) {
    for (int k = 0; k < in.size(); k++) {
      if (program.inputs().get(k) == Storage.NUMBERS && !FloatLoops.allFloat(in.get(k))) {
        return false;
      }
    }
    for (int k = 0; k < out.size(); k++) {
      if (program.results().get(k).storage() == Storage.NUMBERS
          && !FloatLoops.allFloat(out.get(k))) {
        return false;
      }
    }
    boolean outside =
        in.stream().allMatch(s -> s.memory().isNative())
            && out.stream().allMatch(s -> s.memory().isNative());
    return outside
        && in.size() <= Long.SIZE
        && !(program.hasBits() && odometer(program, space, in).rank() > 1);
  }

  private static long stays(Odometer o, int inputs) {
    long stays = 0;
    for (int k = 0; k < inputs; k++) {
      stays |= o.innerStride(k) == 0 && o.innerLength() > 1 ? 1L << k : 0;
    }
    return stays;
  }

  private static MemorySegment[] memory(List<Slice> slices) {
    return slices.stream().map(Slice::memory).toArray(MemorySegment[]::new);
  }

  /** Bits are stepped through as their elements are. */
  private static Odometer odometer(MapProgram program, Shape space, List<Slice> in) {
    long[][] strides = new long[in.size()][];
    for (int k = 0; k < strides.length; k++) {
      boolean bits = program.inputs().get(k) == Storage.BITS;
      Shape shape = bits ? space : in.get(k).type().shape();
      strides[k] = shape.broadcastStrides(space);
    }
    return new Odometer(space, strides);
  }

  /** Step by step in double, each rounded to the type of the numbers, as the unfused would be. */
  public static Kernel reference(MapProgram program, Shape space, List<Slice> in, List<Slice> out) {
    Odometer o = odometer(program, space, in);
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
