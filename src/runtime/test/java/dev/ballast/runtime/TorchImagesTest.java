package dev.ballast.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.ir.Expr;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Convolutions, pools and norms, with their first and second derivatives, are PyTorch's. */
class TorchImagesTest {
  private static final List<Golden> GOLDENS = Golden.read("convolutions.txt");

  @Test
  void everyGoldenHasItsGraph() {
    assertFalse(GOLDENS.isEmpty());
    assertEquals(
        GOLDENS.stream().map(Golden::name).collect(Collectors.toSet()),
        new TorchImages(false).losses().keySet());
  }

  @TestFactory
  Stream<DynamicTest> lossAndGradientsArePyTorchsWithTheBatchFirst() {
    return all(new TorchImages(false).losses());
  }

  @TestFactory
  Stream<DynamicTest> lossAndGradientsArePyTorchsWithTheBatchLast() {
    return all(new TorchImages(true).losses());
  }

  private static Stream<DynamicTest> all(Map<String, Function<TorchGraphs.Given, Expr>> losses) {
    return GOLDENS.stream()
        .map(g -> dynamicTest(g.name(), () -> TorchGoldensTest.compare(g, losses.get(g.name()))));
  }
}
