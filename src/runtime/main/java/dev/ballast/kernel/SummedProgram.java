package dev.ballast.kernel;

import dev.ballast.kernel.MapProgram.Result;
import dev.ballast.kernel.MapProgram.Storage;
import dev.ballast.kernel.Reduction.Fold;
import dev.ballast.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An elementwise program and sums of its results over all axes but the last, in one loop. Each row
 * is added to sums in double, which fit the first cache, in the order of {@link ReduceLoop}; so the
 * bits are those of the program and the sums apart.
 *
 * <p>Down the columns the sums could stay in registers, but rows of a power of two of bytes get in
 * each other's way: of 64×512 that took 9 µs, where the two loops apart took 4.6.
 */
public final class SummedProgram implements Kernel {
  /** What is done with sums once all rows are added. */
  interface Sums {
    /** Rounds sums to floats; {@code n} of them, which fill vectors. */
    void store(MemorySegment sums, MemorySegment to, int n);
  }

  private final Sums rounding = FloatLoops.loop(Sums.class, SumsLoop.class);
  private final ProgramLoop loop;
  private final int columns;
  private final long elements;
  private final MemorySegment[] in;
  private final MemorySegment[] out;
  private final long[] at;
  private final long[] step;
  private final MemorySegment[] sums;
  private final MemorySegment[] to;

  private SummedProgram(MapProgram program, List<Integer> chosen, Odometer o, Slices s) {
    this.columns = o.innerLength();
    this.elements = (long) columns * o.dim(0);
    this.at = new long[s.inputs().size()];
    this.step = new long[at.length];
    long stays = 0;
    for (int k = 0; k < at.length; k++) {
      step[k] = o.stride(k, 0);
      stays |= o.innerStride(k) == 0 ? 1L << k : 0;
    }
    this.loop = Programs.loop(new Programs.Key(adding(program, chosen), stays, true));
    this.in = s.inputs().stream().map(Slice::memory).toArray(MemorySegment[]::new);
    this.sums = new MemorySegment[chosen.size()];
    this.to = new MemorySegment[sums.length];
    for (int k = 0; k < sums.length; k++) {
      sums[k] = s.workspace().asSlice(k * sumBytes(columns), (long) columns * Double.BYTES);
      to[k] = s.out(program.results().size() + k).memory();
    }
    this.out =
        Stream.concat(
                s.results().subList(0, program.results().size()).stream().map(Slice::memory),
                Stream.of(sums))
            .toArray(MemorySegment[]::new);
  }

  /** Of one sum, in whole lines of memory. */
  private static long sumBytes(int columns) {
    return ((long) columns * Double.BYTES + 63) & -64L;
  }

  private static MapProgram adding(MapProgram program, List<Integer> chosen) {
    List<Result> results = new ArrayList<>(program.results());
    chosen.forEach(k -> results.add(new Result(program.results().get(k).value(), Storage.SUMS)));
    return new MapProgram(program.inputs(), program.constants(), program.steps(), results);
  }

  /** Bytes that {@link #bind} wants as workspace. */
  public static long workspaceBytes(MapProgram program, int sums, Shape space, List<Shape> inputs) {
    return serves(space)
        ? sums * sumBytes(space.dim(-1))
        : Programs.workspaceBytes(program, space, inputs);
  }

  /** Whether there are vectors, and rows are whole ones. */
  public static boolean serves(Shape space) {
    return Simd.isAvailable()
        && space.rank() > 1
        && space.elements() > space.dim(-1)
        && space.dim(-1) % ProgramLayout.MOST_LANES == 0;
  }

  /**
   * A kernel whose results are those of the program, and behind them sums.
   *
   * @param sums which results are added up, stored as numbers
   */
  public static Kernel bind(MapProgram program, List<Integer> sums, Shape space, Slices s) {
    Odometer o = odometer(program, space, s.inputs());
    boolean served =
        serves(space)
            && o.rank() == 2
            && sums.stream().allMatch(k -> FloatLoops.serves(s.out(k)))
            && Stream.concat(s.inputs().stream(), s.results().stream())
                .allMatch(x -> x.memory().isNative());
    return served
        ? new SummedProgram(program, sums, o, s).warmed()
        : followedBySums(Programs.bind(program, space, map(program, s)), sums, s);
  }

  private Kernel warmed() {
    return Warmed.of(this, loop, n -> small());
  }

  /** A few vectors of every operand and of sums, which a step rounds once only. */
  private Kernel small() {
    int n = 4 * ProgramLayout.MOST_LANES;
    MemorySegment[] from = new MemorySegment[in.length];
    Arrays.setAll(from, k -> Warmed.floats(n).memory());
    MemorySegment[] into = new MemorySegment[out.length];
    Arrays.setAll(into, k -> Warmed.floats(2 * n).memory());
    long[] first = new long[in.length];
    MemorySegment added = into[out.length - 1];
    MemorySegment rounded = Warmed.floats(n).memory();
    return () -> {
      loop.line(from, first, into, 0, n);
      rounding.store(added, rounded, n);
    };
  }

  /** The last operand, a row, keeps the columns apart from what is before them. */
  private static Odometer odometer(MapProgram program, Shape space, List<Slice> inputs) {
    long[][] strides = new long[inputs.size() + 1][];
    for (int k = 0; k < inputs.size(); k++) {
      // Bits are stepped through as their elements are.
      boolean bits = program.inputs().get(k) == Storage.BITS;
      strides[k] = (bits ? space : inputs.get(k).type().shape()).broadcastStrides(space);
    }
    strides[inputs.size()] = Shape.of(space.dim(-1)).broadcastStrides(space);
    return new Odometer(space, strides);
  }

  /** The same by plain code. */
  public static Kernel reference(MapProgram program, List<Integer> sums, Shape space, Slices s) {
    Slices map = map(program, s);
    return followedBySums(Programs.reference(program, space, map.inputs(), map.results()), sums, s);
  }

  private static Slices map(MapProgram program, Slices s) {
    List<Slice> results = s.results().subList(0, program.results().size());
    return new Slices(s.inputs(), results, s.workspace(), s.workers());
  }

  private static Kernel followedBySums(Kernel map, List<Integer> sums, Slices s) {
    List<Kernel> kernels = new ArrayList<>(List.of(map));
    for (int k = 0; k < sums.size(); k++) {
      Slice from = s.out(sums.get(k));
      Slice to = s.out(s.results().size() - sums.size() + k);
      List<Integer> axes = IntStream.range(0, from.type().shape().rank() - 1).boxed().toList();
      kernels.add(Reduction.referenceReduce(Fold.SUM, axes, from, to));
    }
    return Movement.sequence(kernels);
  }

  @Override
  public void run() {
    for (MemorySegment s : sums) {
      s.fill((byte) 0);
    }
    for (int k = 0; k < at.length; k++) {
      at[k] = 0;
    }
    for (long done = 0; done < elements; done += columns) {
      loop.line(in, at, out, done, columns);
      for (int k = 0; k < at.length; k++) {
        at[k] += step[k];
      }
    }
    for (int k = 0; k < sums.length; k++) {
      rounding.store(sums[k], to[k], columns);
    }
  }
}
