package dev.ballast.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.ballast.tensor.Philox;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;

/**
 * Template: dropout on floats. Each 64-bit lane works out one block of {@link Philox}, whose four
 * words belong to four neighbouring elements; so a vector of blocks serves two of floats.
 */
final class DropoutLoop implements Randomness.DropoutKernels {
  private static final int M0 = 0xD2511F53;
  private static final int M1 = 0xCD9E8D57;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;

  @Override
  public Kernel dropout(double rate, long stream, Slice x, Slice counter, Slice out) {
    MemorySegment from = x.memory();
    MemorySegment to = out.memory();
    long n = out.elements();
    float scale = (float) (1.0 / (1.0 - rate));
    // nextFloat ≥ rate on the 24 bits it is made of
    int least = (int) Math.ceil((float) rate * 0x1p24);
    Philox philox = new Philox(0, 0);
    return () -> {
      long seed = counter.getLong(0);
      long walk = Randomness.stream(stream, counter);
      long full = n & -2L * Lanes.COUNT;
      run(from, to, full, seed, walk, least, scale);
      philox.reseed(seed, walk);
      philox.seek(full >> 2);
      for (long i = full; i < n; i++) {
        boolean kept = philox.nextInt() >>> 8 >= least;
        Lanes.set(to, i, kept ? Lanes.get(from, i) * scale : 0);
      }
    };
  }

  private static void run(
      MemorySegment from,
      MemorySegment to,
      long n,
      long seed,
      long stream,
      int least,
      float scale) {
    for (long i = 0; i < n; i += 2 * Lanes.COUNT) {
      // Only the lower halves count: the upper ones may hold anything.
      LongVector c0 = Lanes.BLOCKS.add(i >> 2);
      LongVector c1 = c0.lanewise(LSHR, 32);
      LongVector c2 = Lanes.longs(stream);
      LongVector c3 = Lanes.longs(stream >>> 32);
      int k0 = (int) seed;
      int k1 = (int) (seed >>> 32);
      for (int round = 0; round < 10; round++) {
        LongVector p0 = Lanes.product(c0, Lanes.longs(M0));
        LongVector p1 = Lanes.product(c2, Lanes.longs(M1));
        c0 = p1.lanewise(LSHR, 32).lanewise(XOR, c1).lanewise(XOR, (long) k0);
        c2 = p0.lanewise(LSHR, 32).lanewise(XOR, c3).lanewise(XOR, (long) k1);
        c1 = p1;
        c3 = p0;
        k0 += W0;
        k1 += W1;
      }
      LongVector first = c1.lanewise(LSHL, 32).or(c0.and(Lanes.LOW));
      LongVector second = c3.lanewise(LSHL, 32).or(c2.and(Lanes.LOW));
      FloatVector a =
          Lanes.keep(Lanes.load(from, i), first.rearrange(Lanes.ZIP_LOW, second), least);
      FloatVector b =
          Lanes.keep(
              Lanes.load(from, i + Lanes.COUNT), first.rearrange(Lanes.ZIP_HIGH, second), least);
      Lanes.store(a.mul(scale), to, i);
      Lanes.store(b.mul(scale), to, i + Lanes.COUNT);
    }
  }
}
