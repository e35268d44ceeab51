package dev.ballast.op;

import dev.ballast.ir.Backprop;
import dev.ballast.kernel.Bits;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.TensorType;
import java.util.List;

/** Signs, one bit each: what is kept of a value that is read for its sign alone. */
public sealed interface Mask extends BuiltIn {

  /**
   * Which elements are above 0, one bit each, 32 in a word, the first in the lowest. Piecewise
   * constant: no gradient.
   */
  record PositiveBits() implements Mask {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(1, inputs);
      floating(inputs.getFirst());
      return List.of(bits(inputs.getFirst()));
    }

    static TensorType bits(TensorType x) {
      return TensorType.i32(Math.toIntExact((x.elements() + Integer.SIZE - 1) / Integer.SIZE));
    }

    @Override
    public void gradient(Backprop b) {}

    @Override
    public long flops(List<TensorType> inputs) {
      return inputs.getFirst().elements();
    }

    @Override
    public Kernel bind(Slices s) {
      return Bits.positive(s.in(0), s.out());
    }

    @Override
    public Kernel reference(Slices s) {
      return Bits.referencePositive(s.in(0), s.out());
    }
  }

  /** Where the bit is set a, else 0; ∂L/∂a likewise. Keeps the bits. */
  record SelectBits() implements Mask {
    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
      arity(2, inputs);
      TensorType a = inputs.getLast();
      floating(a);
      if (!inputs.getFirst().equals(PositiveBits.bits(a))) {
        throw misfit("bits " + inputs.getFirst() + " do not fit " + a + ": one an element");
      }
      return List.of(a);
    }

    @Override
    public void gradient(Backprop b) {
      b.contribute(1, b.dout().builder().apply(this, b.in(0), b.dout()));
    }

    @Override
    public List<InPlace> inPlace(List<TensorType> inputs) {
      return List.of(new InPlace(0, 1));
    }

    @Override
    public Kernel bind(Slices s) {
      return Bits.select(s.in(0), s.in(1), s.out());
    }

    @Override
    public Kernel reference(Slices s) {
      return Bits.referenceSelect(s.in(0), s.in(1), s.out());
    }
  }
}
