package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Template: stochastic gradient descent on floats; formulas at {@link Updates#sgd}. A velocity that
 * decays below the normal numbers becomes 0: many processors take a hundred times as long for
 * numbers that small, and a parameter does not feel them.
 */
final class SgdLoop implements Updates.SgdKernels {
  static final int MOMENTUM = 1;
  static final int NESTEROV = 2;
  static final int DECAY = 4;

  private static final Recipe RECIPE = Specialized.recipe(MethodHandles.lookup());

  @Override
  public Kernel bind(
      Updates.SgdRule rule, Slice p, Slice g, Slice rate, Slice v, Slice pOut, Slice vOut) {
    MemorySegment ps = p.memory();
    MemorySegment gs = g.memory();
    MemorySegment vs = v.memory();
    MemorySegment pTo = pOut.memory();
    MemorySegment vTo = vOut.memory();
    MemorySegment eta = rate.memory();
    float mu = (float) rule.momentum();
    float lambda = (float) rule.weightDecay();
    long n = p.elements();
    return RECIPE.has(MOMENTUM)
        ? () -> momentum(ps, gs, vs, pTo, vTo, 0, n, Lanes.get(eta, 0), mu, lambda)
        : () -> plain(ps, gs, pTo, 0, n, Lanes.get(eta, 0), lambda);
  }

  @Override
  public TileFinish finish(Updates.SgdRule rule, Slice p, Slice rate, Slice v) {
    MemorySegment ps = p.memory();
    MemorySegment vs = v.memory();
    MemorySegment eta = rate.memory();
    float mu = (float) rule.momentum();
    float lambda = (float) rule.weightDecay();
    return RECIPE.has(MOMENTUM)
        ? (sums, at, n) -> momentum(ps, sums, vs, ps, vs, at, n, Lanes.get(eta, 0), mu, lambda)
        : (sums, at, n) -> plain(ps, sums, ps, at, n, Lanes.get(eta, 0), lambda);
  }

  /** On the elements from {@code at} on, whose gradients begin at 0. */
  private static void plain(
      MemorySegment ps,
      MemorySegment gs,
      MemorySegment pTo,
      long at,
      long n,
      float eta,
      float lambda) {
    FloatVector minusEta = Lanes.broadcast(-eta);
    FloatVector decay = Lanes.broadcast(lambda);
    long full = n & -Lanes.COUNT;
    for (long i = 0; i < full; i += Lanes.COUNT) {
      FloatVector p = Lanes.load(ps, at + i);
      FloatVector g = Lanes.load(gs, i);
      FloatVector d = RECIPE.has(DECAY) ? p.fma(decay, g) : g;
      Lanes.store(d.fma(minusEta, p), pTo, at + i);
    }
    for (long i = full; i < n; i++) {
      float p = Lanes.get(ps, at + i);
      float g = Lanes.get(gs, i);
      float d = RECIPE.has(DECAY) ? Math.fma(p, lambda, g) : g;
      Lanes.set(pTo, at + i, Math.fma(d, -eta, p));
    }
  }

  private static void momentum(
      MemorySegment ps,
      MemorySegment gs,
      MemorySegment vs,
      MemorySegment pTo,
      MemorySegment vTo,
      long at,
      long n,
      float eta,
      float mu,
      float lambda) {
    FloatVector minusEta = Lanes.broadcast(-eta);
    FloatVector decay = Lanes.broadcast(lambda);
    FloatVector keep = Lanes.broadcast(mu);
    long full = n & -Lanes.COUNT;
    for (long i = 0; i < full; i += Lanes.COUNT) {
      FloatVector p = Lanes.load(ps, at + i);
      FloatVector g = Lanes.load(gs, i);
      FloatVector d = RECIPE.has(DECAY) ? p.fma(decay, g) : g;
      FloatVector sum = Lanes.load(vs, at + i).fma(keep, d);
      FloatVector v = sum.blend(0f, sum.lanewise(VectorOperators.ABS).lt(Float.MIN_NORMAL));
      Lanes.store(v, vTo, at + i);
      FloatVector step = RECIPE.has(NESTEROV) ? v.fma(keep, d) : v;
      Lanes.store(step.fma(minusEta, p), pTo, at + i);
    }
    for (long i = full; i < n; i++) {
      float p = Lanes.get(ps, at + i);
      float g = Lanes.get(gs, i);
      float d = RECIPE.has(DECAY) ? Math.fma(p, lambda, g) : g;
      float sum = Math.fma(Lanes.get(vs, at + i), mu, d);
      float v = Math.abs(sum) < Float.MIN_NORMAL ? 0 : sum;
      Lanes.set(vTo, at + i, v);
      float step = RECIPE.has(NESTEROV) ? Math.fma(v, mu, d) : v;
      Lanes.set(pTo, at + i, Math.fma(step, -eta, p));
    }
  }
}
