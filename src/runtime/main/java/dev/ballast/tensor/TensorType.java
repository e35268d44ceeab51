package dev.ballast.tensor;

/** Element type and shape, printed as {@code f32[64x784]}. */
public record TensorType(DType dtype, Shape shape) {

  public static TensorType of(DType dtype, int... dims) {
    return new TensorType(dtype, Shape.of(dims));
  }

  public static TensorType f32(int... dims) {
    return of(DType.F32, dims);
  }

  public static TensorType f64(int... dims) {
    return of(DType.F64, dims);
  }

  public static TensorType i32(int... dims) {
    return of(DType.I32, dims);
  }

  public static TensorType i64(int... dims) {
    return of(DType.I64, dims);
  }

  public long elements() {
    return shape.elements();
  }

  public long bytes() {
    return shape.elements() * dtype.bytes();
  }

  public TensorType withShape(Shape other) {
    return new TensorType(dtype, other);
  }

  public TensorType withDType(DType other) {
    return new TensorType(other, shape);
  }

  @Override
  public String toString() {
    return dtype + shape.toString();
  }
}
