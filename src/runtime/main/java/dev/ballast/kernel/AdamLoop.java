package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Template: Adam on floats; formulas at {@link Updates#adam}. */
final class AdamLoop implements Updates.AdamKernels {
  /** Places in the array of coefficients of a step. */
  private static final int BETA1 = 0;

  private static final int REST1 = 1;
  private static final int BETA2 = 2;
  private static final int REST2 = 3;
  private static final int LAMBDA = 4;
  private static final int KEPT = 5;
  private static final int SCALE = 6;
  private static final int EPSILON = 7;
  private static final int COEFFICIENTS = 8;

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
    long full = n & -Lanes.COUNT;
    float[] c = new float[COEFFICIENTS];
    c[BETA1] = (float) rule.beta1();
    c[REST1] = (float) (1 - rule.beta1());
    c[BETA2] = (float) rule.beta2();
    c[REST2] = (float) (1 - rule.beta2());
    c[LAMBDA] = (float) (rule.decoupled() ? 0 : rule.weightDecay());
    return () -> {
      double eta = rate.get(0);
      double correction1 = 1 - Math.pow(rule.beta1(), t.get(0));
      double correction2 = Math.sqrt(1 - Math.pow(rule.beta2(), t.get(0)));
      // (η/c₁)·m / (√v/c₂ + ε) = (η·c₂/c₁)·m / (√v + ε·c₂), which takes one product less
      c[KEPT] = (float) (rule.decoupled() ? 1 - eta * rule.weightDecay() : 1);
      c[SCALE] = (float) (-eta * correction2 / correction1);
      c[EPSILON] = (float) (rule.epsilon() * correction2);
      whole(from, to, full, c);
      if (full < n) {
        rest(from, to, full, n, c);
      }
    };
  }

  private static void whole(MemorySegment[] from, MemorySegment[] to, long n, float[] c) {
    FloatVector beta1 = Lanes.broadcast(c[BETA1]);
    FloatVector rest1 = Lanes.broadcast(c[REST1]);
    FloatVector beta2 = Lanes.broadcast(c[BETA2]);
    FloatVector rest2 = Lanes.broadcast(c[REST2]);
    FloatVector lambda = Lanes.broadcast(c[LAMBDA]);
    FloatVector kept = Lanes.broadcast(c[KEPT]);
    FloatVector scale = Lanes.broadcast(c[SCALE]);
    FloatVector epsilon = Lanes.broadcast(c[EPSILON]);
    MemorySegment ps = from[0];
    MemorySegment gs = from[1];
    MemorySegment ms = from[2];
    MemorySegment vs = from[3];
    MemorySegment pTo = to[0];
    MemorySegment mTo = to[1];
    MemorySegment vTo = to[2];
    for (long i = 0; i < n; i += Lanes.COUNT) {
      FloatVector p = Lanes.load(ps, i);
      FloatVector d = p.fma(lambda, Lanes.load(gs, i));
      FloatVector m = Lanes.load(ms, i).fma(beta1, d.mul(rest1));
      FloatVector v = Lanes.load(vs, i).fma(beta2, d.mul(d).mul(rest2));
      Lanes.store(m, mTo, i);
      Lanes.store(v, vTo, i);
      Lanes.store(p.fma(kept, m.mul(scale).div(v.sqrt().add(epsilon))), pTo, i);
    }
  }

  private static void rest(MemorySegment[] from, MemorySegment[] to, long full, long n, float[] c) {
    if (RECIPE.has(Recipe.MASKLESS)) {
      for (long i = full; i < n; i++) {
        float p = Lanes.get(from[0], i);
        float d = Math.fma(p, c[LAMBDA], Lanes.get(from[1], i));
        float m = Math.fma(Lanes.get(from[2], i), c[BETA1], d * c[REST1]);
        float v = Math.fma(Lanes.get(from[3], i), c[BETA2], d * d * c[REST2]);
        Lanes.set(to[1], i, m);
        Lanes.set(to[2], i, v);
        float step = m * c[SCALE] / ((float) Math.sqrt(v) + c[EPSILON]);
        Lanes.set(to[0], i, Math.fma(p, c[KEPT], step));
      }
      return;
    }
    VectorMask<Float> tail = Lanes.first(n - full);
    FloatVector p = Lanes.load(from[0], full, tail);
    FloatVector d = p.fma(Lanes.broadcast(c[LAMBDA]), Lanes.load(from[1], full, tail));
    FloatVector m = Lanes.load(from[2], full, tail);
    m = m.fma(Lanes.broadcast(c[BETA1]), d.mul(c[REST1]));
    FloatVector v = Lanes.load(from[3], full, tail);
    v = v.fma(Lanes.broadcast(c[BETA2]), d.mul(d).mul(c[REST2]));
    Lanes.store(m, to[1], full, tail);
    Lanes.store(v, to[2], full, tail);
    FloatVector step = m.mul(c[SCALE]).div(v.sqrt().add(c[EPSILON]));
    Lanes.store(p.fma(Lanes.broadcast(c[KEPT]), step), to[0], full, tail);
  }
}
