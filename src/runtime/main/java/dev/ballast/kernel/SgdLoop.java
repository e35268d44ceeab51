package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

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
    long full = n & -Lanes.COUNT;
    return RECIPE.has(MOMENTUM)
        ? () -> {
          float rateNow = Lanes.get(eta, 0);
          momentum(ps, gs, vs, pTo, vTo, full, rateNow, mu, lambda);
          momentumRest(ps, gs, vs, pTo, vTo, full, n, rateNow, mu, lambda);
        }
        : () -> {
          float rateNow = Lanes.get(eta, 0);
          plain(ps, gs, pTo, full, rateNow, lambda);
          plainRest(ps, gs, pTo, full, n, rateNow, lambda);
        };
  }

  private static void plain(
      MemorySegment ps, MemorySegment gs, MemorySegment pTo, long n, float eta, float lambda) {
    FloatVector minusEta = Lanes.broadcast(-eta);
    FloatVector decay = Lanes.broadcast(lambda);
    for (long i = 0; i < n; i += Lanes.COUNT) {
      FloatVector p = Lanes.load(ps, i);
      FloatVector g = Lanes.load(gs, i);
      FloatVector d = RECIPE.has(DECAY) ? p.fma(decay, g) : g;
      Lanes.store(d.fma(minusEta, p), pTo, i);
    }
  }

  private static void plainRest(
      MemorySegment ps,
      MemorySegment gs,
      MemorySegment pTo,
      long full,
      long n,
      float eta,
      float lambda) {
    if (RECIPE.has(Recipe.MASKLESS)) {
      for (long i = full; i < n; i++) {
        float p = Lanes.get(ps, i);
        float g = Lanes.get(gs, i);
        float d = RECIPE.has(DECAY) ? Math.fma(p, lambda, g) : g;
        Lanes.set(pTo, i, Math.fma(d, -eta, p));
      }
    } else if (full < n) {
      VectorMask<Float> tail = Lanes.first(n - full);
      FloatVector p = Lanes.load(ps, full, tail);
      FloatVector g = Lanes.load(gs, full, tail);
      FloatVector d = RECIPE.has(DECAY) ? p.fma(Lanes.broadcast(lambda), g) : g;
      Lanes.store(d.fma(Lanes.broadcast(-eta), p), pTo, full, tail);
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
    for (long i = 0; i < n; i += Lanes.COUNT) {
      FloatVector p = Lanes.load(ps, i);
      FloatVector g = Lanes.load(gs, i);
      FloatVector d = RECIPE.has(DECAY) ? p.fma(decay, g) : g;
      FloatVector v = Lanes.load(vs, i).fma(keep, d);
      Lanes.store(v, vTo, i);
      FloatVector step = RECIPE.has(NESTEROV) ? v.fma(keep, d) : v;
      Lanes.store(step.fma(minusEta, p), pTo, i);
    }
  }

  private static void momentumRest(
      MemorySegment ps,
      MemorySegment gs,
      MemorySegment vs,
      MemorySegment pTo,
      MemorySegment vTo,
      long full,
      long n,
      float eta,
      float mu,
      float lambda) {
    if (RECIPE.has(Recipe.MASKLESS)) {
      for (long i = full; i < n; i++) {
        float p = Lanes.get(ps, i);
        float g = Lanes.get(gs, i);
        float d = RECIPE.has(DECAY) ? Math.fma(p, lambda, g) : g;
        float v = Math.fma(Lanes.get(vs, i), mu, d);
        Lanes.set(vTo, i, v);
        Lanes.set(pTo, i, Math.fma(RECIPE.has(NESTEROV) ? Math.fma(v, mu, d) : v, -eta, p));
      }
    } else if (full < n) {
      VectorMask<Float> tail = Lanes.first(n - full);
      FloatVector p = Lanes.load(ps, full, tail);
      FloatVector g = Lanes.load(gs, full, tail);
      FloatVector d = RECIPE.has(DECAY) ? p.fma(Lanes.broadcast(lambda), g) : g;
      FloatVector v = Lanes.load(vs, full, tail).fma(Lanes.broadcast(mu), d);
      Lanes.store(v, vTo, full, tail);
      FloatVector step = RECIPE.has(NESTEROV) ? v.fma(Lanes.broadcast(mu), d) : v;
      Lanes.store(step.fma(Lanes.broadcast(-eta), p), pTo, full, tail);
    }
  }
}
