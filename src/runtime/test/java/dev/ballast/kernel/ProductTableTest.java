package dev.ballast.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

class ProductTableTest {
  private static ProductTable table(String text) {
    return ProductTable.parse("test.txt", text);
  }

  @Test
  void aProductGoesByTheNearestShapeOfItsOwnSides() {
    assumeTrue(Simd.isAvailable(), Simd.description());
    ProductTable t = table("NT 64 256 1024 openblas\nNN 64 256 1024 tiles\n# a remark\n\n");
    var dims = new Gemm.Dims(60, 300, 784);
    assertEquals(ProductKernel.OPENBLAS, t.choose(dims, false, true, false));
    assertEquals(ProductKernel.TILES, t.choose(dims, false, false, false));
  }

  @Test
  void theFastestKernelThatServesTheProductIsTaken() {
    assumeTrue(Simd.isAvailable(), Simd.description());
    ProductTable t = table("NT 64 256 1024 transposed openblas tiles");
    var dims = new Gemm.Dims(64, 256, 1024);
    assertEquals(ProductKernel.TRANSPOSED, t.choose(dims, false, true, false));
    assertEquals(ProductKernel.OPENBLAS, t.choose(dims, false, true, true), "β = 1");
  }

  @Test
  void withoutAMeasurementTheFirstThatServesIsTaken() {
    ProductTable t = table("");
    ProductKernel few = t.choose(new Gemm.Dims(3, 100, 100), false, true, false);
    assertEquals(Simd.isAvailable() ? ProductKernel.DOTS : ProductKernel.OPENBLAS, few);
  }

  @Test
  void aTableIsReadAsItWasWritten() {
    String text = "NN 1 16 64 openblas tiles\nNT 64 256 1024 transposed openblas\n";
    assertEquals(text, table(text).toString());
  }

  @Test
  void aLineThatMakesNoSenseIsNamed() {
    for (String line :
        new String[] {"NT 64 256", "XX 1 1 1 tiles", "NT 1 1 x tiles", "NT 1 1 1 fast"}) {
      var e = assertThrows(IllegalArgumentException.class, () -> table("NN 1 1 1 tiles\n" + line));
      assertEquals(
          "test.txt, line 2: '"
              + line
              + "' is not a shape and its kernels, as in"
              + " 'NT 64 256 1024 transposed openblas'; write the table anew with 'ballast tune',"
              + " or delete it",
          e.getMessage());
    }
  }

  @Test
  void linesMayBeInAnyOrderAndSpacedAtWillAndTheLastOfAShapeCounts() {
    ProductTable t = table("NT 64 256 1024 tiles\n\tNT  64 256\t1024  openblas \nNN 1 1 1 tiles");
    assertEquals("NN 1 1 1 tiles\nNT 64 256 1024 openblas\n", t.toString());
    var dims = new Gemm.Dims(64, 256, 1024);
    assertEquals(ProductKernel.OPENBLAS, t.choose(dims, false, true, false));
  }

  @Test
  void theTableThatComesWithBallastKnowsEveryShapeOfTheGrid() {
    long lines = ProductTable.inUse().toString().lines().count();
    int shapes = 4 * ProductTable.M.length * ProductTable.N.length * ProductTable.K.length;
    assertTrue(lines == shapes, lines + " lines for " + shapes + " shapes");
  }
}
