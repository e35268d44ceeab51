package dev.ballast.kernel;

/** Which kernel computes a product. */
final class ProductChoice {
  private ProductChoice() {}

  static ProductKernel of(Gemm.Dims d, boolean transposeA, boolean transposeB, boolean adds) {
    for (ProductKernel k :
        new ProductKernel[] {ProductKernel.DOTS, ProductKernel.TILES, ProductKernel.TRANSPOSED}) {
      if (k.serves(d, transposeA, transposeB, adds)) {
        return k;
      }
    }
    return ProductKernel.OPENBLAS;
  }
}
