package dev.ballast.format;

import dev.ballast.tensor.DType;
import dev.ballast.tensor.ModelFormatException;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;

/** A tensor's type as bytes. */
final class TypeCodec {
  private TypeCodec() {}

  static void write(TensorType t, ByteSink out) {
    int[] dims = t.shape().dims();
    out.u8(Layout.DTYPES.code(t.dtype())).u32(dims.length);
    for (int d : dims) {
      out.u32(d);
    }
  }

  static TensorType read(BoundedReader in) throws ModelFormatException {
    DType dtype = Layout.DTYPES.read(in);
    long at = in.position();
    int[] dims = new int[in.count(4, "dimensions")];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = in.i32("a dimension");
    }
    try {
      return new TensorType(dtype, Shape.of(dims));
    } catch (ShapeException e) {
      ModelFormatException failure = in.failure(at, "expected a shape: " + e.getMessage());
      failure.initCause(e);
      throw failure;
    }
  }
}
