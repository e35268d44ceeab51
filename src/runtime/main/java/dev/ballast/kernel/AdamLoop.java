package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Template: Adam on floats; formulas at {@link Updates#adam}. */
final class AdamLoop implements Updates.AdamKernels {
  private static final Recipe RECIPE = Specialized.recipe(MethodHandles.lookup());

  @Override
  public Kernel bind(
      Updates.AdamRule rule,
      Slice p,
      Slice g,
      Slice rate,
      Slice m,
      Slice v,
      Slice t,
      Slice pOut,
      Slice mOut,
      Slice vOut) {
    MemorySegment[] from = {p.memory(), g.memory(), m.memory(), v.memory()};
    MemorySegment[] to = {pOut.memory(), mOut.memory(), vOut.memory()};
    long n = p.elements();
    float lambda = (float) (rule.decoupled() ? 0 : rule.weightDecay());
    return () -> {
      double eta = rate.get(0);
      double correction1 = 1 - StrictMath.pow(rule.beta1(), t.get(0));
      double correction2 = Math.sqrt(1 - StrictMath.pow(rule.beta2(), t.get(0)));
      float kept = (float) (rule.decoupled() ? 1 - eta * rule.weightDecay() : 1);
      // (η/c₁)·m / (√v/c₂ + ε) = (η·c₂/c₁)·m / (√v + ε·c₂), which takes one product less
      float scale = (float) (eta * correction2 / correction1);
      float epsilon = (float) (rule.epsilon() * correction2);
      run(from, to, n, rule, lambda, kept, -scale, epsilon);
    };
  }

  private static void run(
      MemorySegment[] from,
      MemorySegment[] to,
      long n,
      Updates.AdamRule rule,
      float lambda,
      float kept,
      float minusScale,
      float epsilon) {
    float b1 = (float) rule.beta1();
    float b2 = (float) rule.beta2();
    float c1 = (float) (1 - rule.beta1());
    float c2 = (float) (1 - rule.beta2());
    long full = n & -Lanes.COUNT;
    MemorySegment ps = from[0];
    MemorySegment gs = from[1];
    MemorySegment ms = from[2];
    MemorySegment vs = from[3];
    MemorySegment pTo = to[0];
    MemorySegment mTo = to[1];
    MemorySegment vTo = to[2];
    for (long i = 0; i < full; i += Lanes.COUNT) {
      FloatVector p = Lanes.load(ps, i);
      FloatVector d = p.fma(Lanes.broadcast(lambda), Lanes.load(gs, i));
      FloatVector m = Lanes.load(ms, i).fma(Lanes.broadcast(b1), d.mul(c1));
      FloatVector v = Lanes.load(vs, i).fma(Lanes.broadcast(b2), d.mul(d).mul(c2));
      Lanes.store(m, mTo, i);
      Lanes.store(v, vTo, i);
      FloatVector step = m.mul(minusScale).div(v.sqrt().add(epsilon));
      Lanes.store(p.fma(Lanes.broadcast(kept), step), pTo, i);
    }
    if (RECIPE.has(Recipe.MASKLESS)) {
      for (long i = full; i < n; i++) {
        float p = Lanes.get(ps, i);
        float d = Math.fma(p, lambda, Lanes.get(gs, i));
        float m = Math.fma(Lanes.get(ms, i), b1, d * c1);
        float v = Math.fma(Lanes.get(vs, i), b2, d * d * c2);
        Lanes.set(mTo, i, m);
        Lanes.set(vTo, i, v);
        Lanes.set(pTo, i, Math.fma(p, kept, m * minusScale / ((float) Math.sqrt(v) + epsilon)));
      }
    } else if (full < n) {
      VectorMask<Float> tail = Lanes.first(n - full);
      FloatVector p = Lanes.load(ps, full, tail);
      FloatVector d = p.fma(Lanes.broadcast(lambda), Lanes.load(gs, full, tail));
      FloatVector m = Lanes.load(ms, full, tail).fma(Lanes.broadcast(b1), d.mul(c1));
      FloatVector v = Lanes.load(vs, full, tail).fma(Lanes.broadcast(b2), d.mul(d).mul(c2));
      Lanes.store(m, mTo, full, tail);
      Lanes.store(v, vTo, full, tail);
      FloatVector step = m.mul(minusScale).div(v.sqrt().add(epsilon));
      Lanes.store(p.fma(Lanes.broadcast(kept), step), pTo, full, tail);
    }
  }
}
