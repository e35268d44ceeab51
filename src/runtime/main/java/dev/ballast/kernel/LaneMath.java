package dev.ballast.kernel;

import static dev.ballast.kernel.Lanes.broadcast;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Elementary functions on float lanes: argument reduction after Cody and Waite ("Software Manual
 * for the Elementary Functions", 1980), then a polynomial by Horner's rule. The polynomials are our
 * own minimax fits (Lawson's algorithm; coefficients rounded to float from the lowest up, the rest
 * fitted again each time); the relative error of each is given beside it.
 *
 * <p>The Vector API's own EXP and the like are not used: what they return depends on whether a loop
 * is interpreted or compiled. Sums, products and fma on lanes are rounded alike everywhere.
 */
final class LaneMath {
  /** Adding it to a float below 2²² in magnitude rounds that to an integer in the low bits. */
  private static final float ROUNDER = 0x1.8p23f;

  private static final int ROUNDER_BITS = 0x4B400000;
  private static final float LOG2_E = 0x1.715476p0f;

  /** ln 2 = LN2_HIGH + LN2_LOW to 48 bits. */
  private static final float LN2_HIGH = 0x1.62e43p-1f;

  private static final float LN2_LOW = -0x1.05c61p-29f;

  /** The first 15 bits of ln 2, so that a multiple up to 2⁹ is exact. */
  private static final float LN2_SHORT = 0x1.62e4p-1f;

  private static final float LN2_REST = 0x1.7f7d1cp-20f;
  private static final int BIAS = 127;
  private static final int MANTISSA_BITS = 23;
  private static final int SQRT_HALF_BITS = 0x3F3504F3;
  private static final float SQRT_TWO = 0x1.6a09e6p0f;

  private LaneMath() {}

  /** Stands in a loop template for the function of its recipe. */
  static FloatVector function(FloatVector x) {
    throw new IllegalStateException("loop template run as it is: " + x);
  }

  /** Stands in a loop template for the function of its recipe. */
  static FloatVector function(FloatVector a, FloatVector b) {
    throw new IllegalStateException("loop template run as it is: " + a + ", " + b);
  }

  static FloatVector add(FloatVector a, FloatVector b) {
    return a.add(b);
  }

  static FloatVector sub(FloatVector a, FloatVector b) {
    return a.sub(b);
  }

  static FloatVector mul(FloatVector a, FloatVector b) {
    return a.mul(b);
  }

  static FloatVector div(FloatVector a, FloatVector b) {
    return a.div(b);
  }

  static FloatVector max(FloatVector a, FloatVector b) {
    return a.max(b);
  }

  static FloatVector min(FloatVector a, FloatVector b) {
    return a.min(b);
  }

  static FloatVector less(FloatVector a, FloatVector b) {
    return broadcast(0f).blend(1f, a.compare(LT, b));
  }

  static FloatVector lessEqual(FloatVector a, FloatVector b) {
    return broadcast(0f).blend(1f, a.compare(LE, b));
  }

  static FloatVector equal(FloatVector a, FloatVector b) {
    return broadcast(0f).blend(1f, a.compare(EQ, b));
  }

  static FloatVector select(FloatVector condition, FloatVector a, FloatVector b) {
    return b.blend(a, condition.compare(NE, 0f));
  }

  static FloatVector neg(FloatVector x) {
    return x.neg();
  }

  static FloatVector abs(FloatVector x) {
    return x.abs();
  }

  static FloatVector sqrt(FloatVector x) {
    return x.sqrt();
  }

  /** Comparing and blending is cheaper than MAX, and keeps NaN too. */
  static FloatVector relu(FloatVector x) {
    return x.blend(0f, x.compare(LE, 0f));
  }

  /** e^x = 2^n · e^r with n = round(x / ln 2) and |r| ≤ ln 2 / 2. */
  static FloatVector exp(FloatVector x) {
    // e^89 overflows and e^-104 rounds to 0; NaN passes both comparisons.
    FloatVector c = x.blend(89f, x.compare(GT, 89f)).blend(-104f, x.compare(LT, -104f));
    FloatVector shifted = c.fma(broadcast(LOG2_E), broadcast(ROUNDER));
    return scaled(expm1Of(c, shifted).add(1f), shifted);
  }

  /** e^r − 1 where c is n·ln 2 + r and {@code shifted} is n + {@link #ROUNDER}. */
  private static FloatVector expm1Of(FloatVector c, FloatVector shifted) {
    FloatVector n = shifted.sub(ROUNDER);
    // r + lost is the reduced argument to far more digits than a float has: the sum of n·LN2_SHORT
    // is exact, and what r loses of the second product is kept.
    FloatVector exact = n.fma(broadcast(-LN2_SHORT), c);
    FloatVector r = n.fma(broadcast(-LN2_REST), exact);
    return expm1Reduced(r, n.fma(broadcast(-LN2_REST), exact.sub(r)));
  }

  /**
   * v · e^(−a²/2) for a in [0, 20], where v has a part too small for a float. What the square loses
   * by rounding is added when it is reduced, and nothing is rounded to 1 + x on the way.
   */
  private static FloatVector timesGauss(FloatVector v, FloatVector small, FloatVector a) {
    FloatVector square = a.mul(a);
    FloatVector c = square.mul(-0.5f);
    c = c.blend(-104f, c.compare(LT, -104f));
    FloatVector low = a.fma(a, square.neg()).mul(-0.5f);
    FloatVector shifted = c.fma(broadcast(LOG2_E), broadcast(ROUNDER));
    FloatVector n = shifted.sub(ROUNDER);
    FloatVector exact = n.fma(broadcast(-LN2_SHORT), c);
    FloatVector rough = n.fma(broadcast(-LN2_REST), exact);
    FloatVector r = rough.add(low);
    FloatVector lost = n.fma(broadcast(-LN2_REST), exact.sub(rough)).add(low.sub(r.sub(rough)));
    return scaled(v.add(v.fma(expm1Reduced(r, lost), small)), shifted);
  }

  /** e^(r + lost) − 1 for |r| ≤ ln 2 / 2. */
  private static FloatVector expm1Reduced(FloatVector r, FloatVector lost) {
    // (e^r − 1 − r) / r², to 2^-33 of e^r
    FloatVector p = broadcast(0.00019740243f).fma(r, broadcast(0.0013935079f));
    p = p.fma(r, broadcast(0.00833357f));
    p = p.fma(r, broadcast(0.041666463f));
    p = p.fma(r, broadcast(0.16666666f));
    p = p.fma(r, broadcast(0.5f));
    return p.mul(r).fma(r, lost).add(r);
  }

  /** 2^n · p, where {@code shifted} is n + {@link #ROUNDER}. */
  private static FloatVector scaled(FloatVector p, FloatVector shifted) {
    // In two steps, because 2^n alone may be out of range where the product is not.
    IntVector whole = shifted.reinterpretAsInts().sub(ROUNDER_BITS);
    IntVector half = whole.lanewise(ASHR, 1);
    return p.mul(powerOfTwo(half)).mul(powerOfTwo(whole.sub(half)));
  }

  private static FloatVector powerOfTwo(IntVector n) {
    return n.add(BIAS).lanewise(LSHL, MANTISSA_BITS).reinterpretAsFloats();
  }

  /** log x = n·ln 2 + log(1 + f) with 1 + f in [√½, √2). */
  static FloatVector log(FloatVector x) {
    VectorMask<Float> denormal = x.compare(LT, Float.MIN_NORMAL);
    FloatVector scaled = x.blend(x.mul(0x1p23f), denormal);
    IntVector bits = scaled.reinterpretAsInts();
    IntVector exponent = bits.sub(SQRT_HALF_BITS).lanewise(ASHR, MANTISSA_BITS);
    FloatVector m = bits.sub(exponent.lanewise(LSHL, MANTISSA_BITS)).reinterpretAsFloats();
    FloatVector n = (FloatVector) exponent.convert(I2F, 0);
    n = n.blend(n.sub(23f), denormal);
    FloatVector f = m.sub(1f);
    FloatVector y = n.fma(broadcast(LN2_LOW), logTail(f));
    y = n.fma(broadcast(LN2_HIGH), f.add(y));
    y = y.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0f));
    y = y.blend(Float.NaN, x.compare(GE, 0f).not());
    return y.blend(Float.POSITIVE_INFINITY, x.compare(EQ, Float.POSITIVE_INFINITY));
  }

  /** log(1 + f) − f for 1 + f in [√½, √2]. */
  private static FloatVector logTail(FloatVector f) {
    // (log(1 + f) − f + f²/2) / f³, to 2^-27 of log(1 + f)
    FloatVector p = broadcast(-0.07636439f).fma(f, broadcast(0.12762217f));
    p = p.fma(f, broadcast(-0.1315961f));
    p = p.fma(f, broadcast(0.1420158f));
    p = p.fma(f, broadcast(-0.16623409f));
    p = p.fma(f, broadcast(0.20001242f));
    p = p.fma(f, broadcast(-0.2500082f));
    p = p.fma(f, broadcast(0.3333333f));
    FloatVector square = f.mul(f);
    return p.mul(f).sub(0.5f).mul(square);
  }

  /** log(1 + e + small) for e in [0, 1], also where 1 + e rounds: c is what the sum lost. */
  private static FloatVector log1p(FloatVector e, FloatVector small) {
    FloatVector u = e.add(1f);
    FloatVector c = e.sub(u.sub(1f)).add(small);
    VectorMask<Float> big = u.compare(GT, SQRT_TWO);
    FloatVector f = u.blend(u.mul(0.5f), big).sub(1f);
    FloatVector lost = c.blend(c.mul(0.5f), big);
    lost = lost.neg().fma(f, lost);
    FloatVector n = broadcast(0f).blend(1f, big);
    FloatVector y = n.fma(broadcast(LN2_LOW), logTail(f).add(lost));
    return n.fma(broadcast(LN2_HIGH), f.add(y));
  }

  /** 1 / (1 + e^-x), or e^x / (1 + e^x) below 0: the exponential never overflows. */
  static FloatVector sigmoid(FloatVector x) {
    FloatVector e = exp(x.abs().neg());
    FloatVector numerator = e.blend(1f, x.compare(GE, 0f));
    FloatVector denominator = e.add(1f);
    FloatVector lost = e.sub(denominator.sub(1f));
    FloatVector q = numerator.div(denominator);
    // One step of Newton against what division and sum lost; 1 / (1 + e) is roughly 1 − e/2.
    FloatVector residual = q.neg().fma(denominator, numerator);
    residual = q.neg().fma(lost, residual);
    return residual.fma(e.fma(broadcast(-0.5f), broadcast(1f)), q);
  }

  /** x + x³·P(x²) near 0, 1 − 2 / (e^2x + 1) farther out; odd. */
  static FloatVector tanh(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector square = a.mul(a);
    // (tanh x − x) / x³, to 2^-27 of tanh x
    FloatVector p = broadcast(-0.0056922967f).fma(square, broadcast(0.020628167f));
    p = p.fma(square, broadcast(-0.053736515f));
    p = p.fma(square, broadcast(0.13331406f));
    p = p.fma(square, broadcast(-0.3333328f));
    FloatVector near = p.mul(square).fma(a, a);
    FloatVector far = broadcast(1f).sub(broadcast(2f).div(exp(a.add(a)).add(1f)));
    return withSign(far.blend(near, a.compare(LT, 0.625f)), x);
  }

  /** max(x, 0) + log(1 + e^-|x|), where what the exponential loses by rounding is added. */
  static FloatVector softplus(FloatVector x) {
    FloatVector c = x.abs().neg();
    c = c.blend(-104f, c.compare(LT, -104f));
    FloatVector shifted = c.fma(broadcast(LOG2_E), broadcast(ROUNDER));
    FloatVector below = expm1Of(c, shifted);
    FloatVector above = below.add(1f);
    FloatVector small = scaled(below.sub(above.sub(1f)), shifted);
    return x.blend(0f, x.compare(LT, 0f)).add(log1p(scaled(above, shifted), small));
  }

  /** x + x·P(x²) below 1, 1 − 2·Φ(−√2·x) above; odd. */
  static FloatVector erf(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector square = a.mul(a);
    // erf x / x − 1, to 2^-29 of erf x
    FloatVector p = broadcast(7.806904e-05f).fma(square, broadcast(-0.0007997853f));
    p = p.fma(square, broadcast(0.005187162f));
    p = p.fma(square, broadcast(-0.026853347f));
    p = p.fma(square, broadcast(0.11283579f));
    p = p.fma(square, broadcast(-0.37612626f));
    p = p.fma(square, broadcast(0.12837917f));
    FloatVector near = p.fma(a, a);
    FloatVector b = clampTail(a.mul(SQRT_TWO));
    FloatVector far = broadcast(1f).sub(upperTail(b).div(b.mul(0.5f)));
    return withSign(far.blend(near, a.compare(LT, 1f)), x);
  }

  /**
   * x·Φ(x) = max(x, 0) − |x|·Φ(−|x|), which loses nothing in the lower tail; Φ(−a) = ½ − a·P(a²)
   * below 1.
   */
  static FloatVector gelu(FloatVector x) {
    FloatVector a = clampTail(x.abs());
    FloatVector square = a.mul(a);
    // (½ − Φ(−a)) / a, to 2^-28 of Φ(−a)
    FloatVector p = broadcast(-8.069874e-06f).fma(square, broadcast(0.00011477881f));
    p = p.fma(square, broadcast(-0.0011878186f));
    p = p.fma(square, broadcast(0.009974095f));
    p = p.fma(square, broadcast(-0.06649053f));
    FloatVector slope = p.fma(square, broadcast(0.3989423f));
    FloatVector lost = p.fma(square, broadcast(0.3989423f).sub(slope));
    FloatVector tail = lost.neg().fma(a, slope.neg().fma(a, broadcast(0.5f)));
    FloatVector near = a.mul(tail);
    FloatVector far = upperTail(a);
    return relu(x).sub(far.blend(near, a.compare(LT, 1f)));
  }

  /** Beyond 20, Φ(−a) is 0 in float. */
  private static FloatVector clampTail(FloatVector a) {
    return a.blend(20f, a.compare(GT, 20f));
  }

  /** a·Φ(−a) for a in [1, 20]: a·Φ(−a)·e^(a²/2) is a polynomial of (a − 4) / (a + 4). */
  private static FloatVector upperTail(FloatVector a) {
    FloatVector less = a.sub(4f);
    FloatVector more = a.add(4f);
    FloatVector t = less.div(more);
    // What difference, sum and quotient lost by rounding; 1 / (a + 4) is (1 − t) / 8
    FloatVector lost = t.neg().fma(more, less).add(a.sub(less.add(4f)));
    lost = t.neg().fma(a.sub(more.sub(4f)), lost);
    lost = lost.mul(broadcast(-0.125f).fma(t, broadcast(0.125f)));
    FloatVector slope = broadcast(-0.2522f).fma(t, broadcast(0.3009f));
    slope = slope.fma(t, broadcast(-0.2208f)).fma(t, broadcast(0.0737f));
    // To 2^-25 for a up to 14.6, where the tail leaves the floats
    FloatVector p = broadcast(0.00084291043f).fma(t, broadcast(-0.00094932615f));
    p = p.fma(t, broadcast(-0.0055205324f));
    p = p.fma(t, broadcast(0.026432266f));
    p = p.fma(t, broadcast(-0.06305746f));
    p = p.fma(t, broadcast(0.10030759f));
    p = p.fma(t, broadcast(-0.110380106f));
    p = p.fma(t, broadcast(0.073694244f));
    FloatVector sum = p.fma(t, broadcast(0.37764257f));
    FloatVector small = p.fma(t, broadcast(0.37764257f).sub(sum));
    return timesGauss(sum, slope.fma(lost, small), a);
  }

  /** The magnitude of a number not below 0 with the sign of another. */
  private static FloatVector withSign(FloatVector magnitude, FloatVector sign) {
    return magnitude
        .reinterpretAsInts()
        .or(sign.reinterpretAsInts().and(Integer.MIN_VALUE))
        .reinterpretAsFloats();
  }
}
