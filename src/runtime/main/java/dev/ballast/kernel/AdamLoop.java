package dev.ballast.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Template: Adam on floats; formulas at {@link Updates#adam}. */
final class AdamLoop implements Updates.AdamKernels {
  private static final int LAMBDA = 0;
  private static final int BETA1 = 1;
  private static final int BETA2 = 2;
  private static final int REST1 = 3;
  private static final int REST2 = 4;
  private static final int KEPT = 5;
  private static final int MINUS_SCALE = 6;
  private static final int EPSILON = 7;
  private static final int COEFFICIENTS = 8;

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
    c[LAMBDA] = (float) (rule.decoupled() ? 0 : rule.weightDecay());
    c[BETA1] = (float) rule.beta1();
    c[BETA2] = (float) rule.beta2();
    c[REST1] = (float) (1 - rule.beta1());
    c[REST2] = (float) (1 - rule.beta2());
    return () -> {
      double eta = rate.get(0);
      double correction1 = 1 - Math.pow(rule.beta1(), t.get(0));
      double correction2 = Math.sqrt(1 - Math.pow(rule.beta2(), t.get(0)));
      c[KEPT] = (float) (rule.decoupled() ? 1 - eta * rule.weightDecay() : 1);
      // (η/c₁)·m / (√v/c₂ + ε) = (η·c₂/c₁)·m / (√v + ε·c₂), which takes one product less
      c[MINUS_SCALE] = (float) (-eta * correction2 / correction1);
      c[EPSILON] = (float) (rule.epsilon() * correction2);
      whole(from, to, full, c);
      rest(from, to, full, n, c);
    };
  }

  private static void whole(MemorySegment[] from, MemorySegment[] to, long n, float[] c) {
    MemorySegment ps = from[0];
    MemorySegment gs = from[1];
    MemorySegment ms = from[2];
    MemorySegment vs = from[3];
    MemorySegment pTo = to[0];
    MemorySegment mTo = to[1];
    MemorySegment vTo = to[2];
    FloatVector lambda = Lanes.broadcast(c[LAMBDA]);
    FloatVector beta1 = Lanes.broadcast(c[BETA1]);
    FloatVector beta2 = Lanes.broadcast(c[BETA2]);
    FloatVector kept = Lanes.broadcast(c[KEPT]);
    FloatVector rest1 = Lanes.broadcast(c[REST1]);
    FloatVector rest2 = Lanes.broadcast(c[REST2]);
    FloatVector minusScale = Lanes.broadcast(c[MINUS_SCALE]);
    FloatVector epsilon = Lanes.broadcast(c[EPSILON]);
    for (long i = 0; i < n; i += Lanes.COUNT) {
      FloatVector p = Lanes.load(ps, i);
      FloatVector d = p.fma(lambda, Lanes.load(gs, i));
      FloatVector m = Lanes.load(ms, i).fma(beta1, d.mul(rest1));
      FloatVector v = Lanes.load(vs, i).fma(beta2, d.mul(d).mul(rest2));
      Lanes.store(m, mTo, i);
      Lanes.store(v, vTo, i);
      FloatVector step = m.mul(minusScale).div(v.sqrt().add(epsilon));
      Lanes.store(p.fma(kept, step), pTo, i);
    }
  }

  /** The last, partial vector: it is too short to matter, and so can never be boxed. */
  private static void rest(MemorySegment[] from, MemorySegment[] to, long full, long n, float[] c) {
    for (long i = full; i < n; i++) {
      float p = Lanes.get(from[0], i);
      float d = Math.fma(p, c[LAMBDA], Lanes.get(from[1], i));
      float m = Math.fma(Lanes.get(from[2], i), c[BETA1], d * c[REST1]);
      float v = Math.fma(Lanes.get(from[3], i), c[BETA2], d * d * c[REST2]);
      Lanes.set(to[1], i, m);
      Lanes.set(to[2], i, v);
      float step = m * c[MINUS_SCALE] / ((float) Math.sqrt(v) + c[EPSILON]);
      Lanes.set(to[0], i, Math.fma(p, c[KEPT], step));
    }
  }
}
