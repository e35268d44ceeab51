package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/** Template: stochastic gradient descent on floats; formulas at {@link Updates#sgd}. */
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
        ? () -> momentum(ps, gs, vs, pTo, vTo, n, Lanes.get(eta, 0), mu, lambda)
        : () -> plain(ps, gs, pTo, n, Lanes.get(eta, 0), lambda);
  }

  private static void plain(
      MemorySegment ps, MemorySegment gs, MemorySegment pTo, long n, float eta, float lambda) {
    FloatVector minusEta = Lanes.broadcast(-eta);
    FloatVector decay = Lanes.broadcast(lambda);
    long full = n & -Lanes.COUNT;
    for (long i = 0; i < full; i += Lanes.COUNT) {
      FloatVector p = Lanes.load(ps, i);
      FloatVector g = Lanes.load(gs, i);
      FloatVector d = RECIPE.has(DECAY) ? p.fma(decay, g) : g;
      Lanes.store(d.fma(minusEta, p), pTo, i);
    }
    for (long i = full; i < n; i++) {
      float p = Lanes.get(ps, i);
      float g = Lanes.get(gs, i);
      float d = RECIPE.has(DECAY) ? Math.fma(p, lambda, g) : g;
      Lanes.set(pTo, i, Math.fma(d, -eta, p));
    }
  }

  private static void momentum(
      MemorySegment ps,
      MemorySegment gs,
      MemorySegment vs,
      MemorySegment pTo,
      MemorySegment vTo,
      long n,
      float eta,
      float mu,
      float lambda) {
    FloatVector minusEta = Lanes.broadcast(-eta);
    FloatVector decay = Lanes.broadcast(lambda);
    FloatVector keep = Lanes.broadcast(mu);
    long full = n & -Lanes.COUNT;
    for (long i = 0; i < full; i += Lanes.COUNT) {
      FloatVector p = Lanes.load(ps, i);
      FloatVector g = Lanes.load(gs, i);
      FloatVector d = RECIPE.has(DECAY) ? p.fma(decay, g) : g;
      FloatVector v = Lanes.load(vs, i).fma(keep, d);
      Lanes.store(v, vTo, i);
      FloatVector step = RECIPE.has(NESTEROV) ? v.fma(keep, d) : v;
      Lanes.store(step.fma(minusEta, p), pTo, i);
    }
    for (long i = full; i < n; i++) {
      float p = Lanes.get(ps, i);
      float g = Lanes.get(gs, i);
      float d = RECIPE.has(DECAY) ? Math.fma(p, lambda, g) : g;
      float v = Math.fma(Lanes.get(vs, i), mu, d);
      Lanes.set(vTo, i, v);
      Lanes.set(pTo, i, Math.fma(RECIPE.has(NESTEROV) ? Math.fma(v, mu, d) : v, -eta, p));
    }
  }
}
