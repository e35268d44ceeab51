package dev.ballast.kernel;

import dev.ballast.tensor.Shape;
import java.util.Arrays;
import java.util.OptionalInt;

/** Maps over tensors, with NumPy's broadcasting. A result may lie exactly over an operand. */
public final class Elementwise {
  private Elementwise() {}

  public static Kernel unary(UnaryFunction f, Slice in, Slice out) {
    if (!FloatLoops.allFloat(in, out)) {
      return referenceUnary(f, in, out);
    }
    Recipe lanes = Recipe.of(f, FloatLoops.TAILS);
    if (Simd.isAvailable() && Splicer.has(lanes.function(), 1)) {
      return warmed(Specialized.of(MapLoop.class, UnaryLoop.class, lanes), 0, out, in);
    }
    if (!HiddenClasses.canBeMade()) {
      return referenceUnary(f, in, out);
    }
    Recipe plain = new Recipe(f.name(), 0);
    return Specialized.of(MapLoop.class, PlainUnaryLoop.class, plain).bind(out, in);
  }

  public static Kernel binary(BinaryFunction f, Slice a, Slice b, Slice out) {
    if (!FloatLoops.allFloat(a, b, out)) {
      return referenceBinary(f, a, b, out);
    }
    OptionalInt stays = stays(out, a, b);
    Recipe lanes = Recipe.of(f, FloatLoops.TAILS | stays.orElse(0));
    if (Simd.isAvailable() && stays.isPresent() && Splicer.has(lanes.function(), 2)) {
      return warmed(
          Specialized.of(MapLoop.class, BinaryLoop.class, lanes), stays.getAsInt(), out, a, b);
    }
    if (!HiddenClasses.canBeMade()) {
      return referenceBinary(f, a, b, out);
    }
    Recipe plain = new Recipe(f.name(), 0);
    return Specialized.of(MapLoop.class, PlainBinaryLoop.class, plain).bind(out, a, b);
  }

  /** {@code out = condition ≠ 0 ? a : b}. */
  public static Kernel select(Slice condition, Slice a, Slice b, Slice out) {
    OptionalInt stays = stays(out, condition, a, b);
    if (!FloatLoops.serves(condition, a, b, out) || stays.isEmpty()) {
      return referenceSelect(condition, a, b, out);
    }
    MapLoop loop = FloatLoops.loop(MapLoop.class, SelectLoop.class, stays.getAsInt());
    return warmed(loop, stays.getAsInt(), out, condition, a, b);
  }

  private static Kernel warmed(MapLoop loop, int stays, Slice out, Slice... in) {
    return Warmed.of(
        loop.bind(out, in),
        loop,
        n -> {
          Slice[] small = new Slice[in.length];
          Arrays.setAll(small, k -> Warmed.floats(dims(stays >> k & 1, k, in.length, n)));
          return loop.bind(Warmed.floats(2, n), small);
        });
  }

  /**
   * An operand of two lines, behind the first of which there is room for a vector. Only where they
   * don't follow one another in all operands are they walked one by one.
   */
  private static int[] dims(int stays, int operand, int operands, int n) {
    if (stays != 0) {
      return new int[] {2, 1};
    }
    return operand == operands - 1 && operands > 1 ? new int[] {n} : new int[] {2, n};
  }

  public static Kernel referenceUnary(UnaryFunction f, Slice in, Slice out) {
    long n = out.elements();
    return () -> {
      for (long i = 0; i < n; i++) {
        out.set(i, f.apply(in.get(i)));
      }
    };
  }

  public static Kernel referenceBinary(BinaryFunction f, Slice a, Slice b, Slice out) {
    Odometer o = odometer(out, a, b);
    boolean exact = !a.dtype().isFloating();
    return () -> {
      o.reset();
      long at = 0;
      do {
        for (int i = 0; i < o.innerLength(); i++, at++) {
          long ia = o.offset(0) + i * o.innerStride(0);
          long ib = o.offset(1) + i * o.innerStride(1);
          if (exact) {
            out.setLong(at, f.apply(a.getLong(ia), b.getLong(ib)));
          } else {
            out.set(at, f.apply(a.get(ia), b.get(ib)));
          }
        }
      } while (o.next());
    };
  }

  public static Kernel referenceSelect(Slice condition, Slice a, Slice b, Slice out) {
    Odometer o = odometer(out, condition, a, b);
    return () -> {
      o.reset();
      long at = 0;
      do {
        for (int i = 0; i < o.innerLength(); i++, at++) {
          boolean first = condition.get(o.offset(0) + i * o.innerStride(0)) != 0;
          double v =
              first
                  ? a.get(o.offset(1) + i * o.innerStride(1))
                  : b.get(o.offset(2) + i * o.innerStride(2));
          out.set(at, v);
        }
      } while (o.next());
    };
  }

  /** Converts between dtypes; floating to integer truncates toward zero. */
  public static Kernel cast(Slice in, Slice out) {
    long n = out.elements();
    boolean exact = !in.dtype().isFloating() && !out.dtype().isFloating();
    return () -> {
      for (long i = 0; i < n; i++) {
        if (exact) {
          out.setLong(i, in.getLong(i));
        } else {
          out.set(i, in.get(i));
        }
      }
    };
  }

  /**
   * Which operands stay in place along the innermost loop, as bits; empty where one steps through
   * it otherwise than element by element.
   */
  private static OptionalInt stays(Slice out, Slice... operands) {
    Odometer o = odometer(out, operands);
    int bits = 0;
    for (int k = 0; k < operands.length; k++) {
      if (o.innerStride(k) > 1 && o.innerLength() > 1) {
        return OptionalInt.empty();
      }
      bits |= o.innerStride(k) == 0 ? 1 << k : 0;
    }
    return OptionalInt.of(bits);
  }

  /** Walks the operands as broadcast to the shape of {@code out}. */
  static Odometer odometer(Slice out, Slice... operands) {
    Shape space = out.type().shape();
    long[][] strides = new long[operands.length][];
    for (int k = 0; k < operands.length; k++) {
      strides[k] = operands[k].type().shape().broadcastStrides(space);
    }
    return new Odometer(space, strides);
  }
}
