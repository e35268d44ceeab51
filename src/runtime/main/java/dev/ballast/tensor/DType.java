package dev.ballast.tensor;

/** Element types: f32 and f64 for computing, i32 and i64 for labels, indices and counters. */
public enum DType {
  F32(4, "f32"),
  F64(8, "f64"),
  I32(4, "i32"),
  I64(8, "i64");

  private final int bytes;
  private final String label;

  DType(int bytes, String label) {
    this.bytes = bytes;
    this.label = label;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  public boolean isFloating() {
    return this == F32 || this == F64;
  }

  /**
   * The type with the given label.
   *
   * @throws IllegalArgumentException where no type has that label
   */
  public static DType of(String label) {
    for (DType t : values()) {
      if (t.label.equals(label)) {
        return t;
      }
    }
    throw new IllegalArgumentException("unknown dtype '" + label + "': use f32, f64, i32 or i64");
  }

  @Override
  public String toString() {
    return label;
  }
}
