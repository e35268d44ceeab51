package dev.ballast.kernel;

import dev.ballast.tensor.Philox;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Template: dropout on floats. Each 64-bit lane works out one block of {@link Philox}, whose four
 * words belong to four neighbouring elements; so a vector of blocks serves two of floats.
 */
final class DropoutLoop implements Randomness.DropoutKernels {
  private static final int M0 = 0xD2511F53;
  private static final int M1 = 0xCD9E8D57;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;
  private static final long LOW = 0xFFFFFFFFL;

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
      LongVector block = Lanes.BLOCKS.add(i >> 2);
      LongVector c0 = block.and(LOW);
      LongVector c1 = block.lanewise(VectorOperators.LSHR, 32);
      LongVector c2 = LongVector.broadcast(Lanes.LONGS, stream & LOW);
      LongVector c3 = LongVector.broadcast(Lanes.LONGS, stream >>> 32);
      int k0 = (int) seed;
      int k1 = (int) (seed >>> 32);
      for (int round = 0; round < 10; round++) {
        LongVector p0 = c0.mul(M0 & LOW);
        LongVector p1 = c2.mul(M1 & LOW);
        c0 =
            p1.lanewise(VectorOperators.LSHR, 32)
                .lanewise(VectorOperators.XOR, c1)
                .lanewise(VectorOperators.XOR, k0 & LOW);
        c2 =
            p0.lanewise(VectorOperators.LSHR, 32)
                .lanewise(VectorOperators.XOR, c3)
                .lanewise(VectorOperators.XOR, k1 & LOW);
        c1 = p1.and(LOW);
        c3 = p0.and(LOW);
        k0 += W0;
        k1 += W1;
      }
      LongVector first = c1.lanewise(VectorOperators.LSHL, 32).or(c0);
      LongVector second = c3.lanewise(VectorOperators.LSHL, 32).or(c2);
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
