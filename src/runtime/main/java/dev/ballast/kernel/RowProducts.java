package dev.ballast.kernel;

import dev.ballast.tensor.DType;

/** A vector times many rows by OpenBLAS, some rows at a time, so that threads can share them. */
final class RowProducts implements Kernel, Workers.Task {
  /** Rows of a piece. A call costs as much as four rows of eight hundred floats. */
  static final int SHARE = 128;

  private final Kernel[] products;
  private final Workers workers;

  /** For a single row of A and B transposed. */
  RowProducts(ProductKernel.Operands o, Workers workers) {
    Gemm.Dims d = o.dims();
    this.workers = workers;
    this.products = new Kernel[Math.ceilDiv(d.n(), SHARE)];
    long row = (long) d.k() * Float.BYTES;
    for (int i = 0; i < products.length; i++) {
      int from = i * SHARE;
      int count = Math.min(SHARE, d.n() - from);
      var part =
          new ProductKernel.Operands(
              new Gemm.Dims(1, count, d.k()),
              false,
              true,
              o.adds(),
              o.a(),
              o.b().asSlice(from * row, count * row),
              o.c().asSlice((long) from * Float.BYTES, (long) count * Float.BYTES),
              o.workspace());
      products[i] = Blas.product(DType.F32, o.adds() ? 1 : 0, part);
    }
  }

  @Override
  public void run() {
    workers.run(this, products.length);
  }

  @Override
  public void piece(int index) {
    products[index].run();
  }
}
