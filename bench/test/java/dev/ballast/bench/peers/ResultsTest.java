package dev.ballast.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.bench.Machine;
import dev.ballast.bench.Origin;
import dev.ballast.bench.peers.Comparison.LeftOut;
import dev.ballast.bench.peers.Comparison.Why;
import java.io.StringReader;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** What is made of measurements: ratios, targets, the page and the picture. */
class ResultsTest {
  private static PeerWorkload workload(String name) {
    return PeerWorkload.all().stream().filter(w -> w.name().equals(name)).findFirst().orElseThrow();
  }

  /** A side that takes so many microseconds, but one run in a hundred twice as long. */
  private static PeerRow row(String side, double micros, double startMillis) {
    long[] nanos = new long[100];
    Arrays.fill(nanos, (long) (1e3 * micros));
    nanos[99] *= 2;
    boolean jvm = side.equals(Side.BALLAST) || side.equals("onnxruntime-java");
    return new PeerRow(
        side,
        "1.0",
        1,
        Times.of(side, List.of(nanos, nanos)),
        jvm ? OptionalDouble.of(0) : OptionalDouble.empty(),
        jvm ? OptionalLong.of(0) : OptionalLong.empty(),
        OptionalLong.of(100_000_000),
        startMillis);
  }

  private static Comparison compared(String workload, double ballast, double torch, double jax) {
    return new Comparison(
        workload(workload),
        1,
        List.of(row("ballast", ballast, 300), row("torch", torch, 900), row("jax", jax, 800)),
        List.of(new LeftOut("djl", Why.MISSING, "it is not there")));
  }

  @Test
  void theBestPeerIsTheFastestOfTheOthers() {
    Comparison c = compared("mlp-b64", 50, 300, 100);
    assertEquals("jax", c.bestPeer().orElseThrow().side());
    assertEquals(0.5, c.ratioToBestPeer(c.rows().getFirst()).orElseThrow());
    assertEquals(3, c.ratioToBestPeer(c.rows().get(1)).orElseThrow());
    assertEquals(1, c.ratioToBestPeer(c.rows().get(2)).orElseThrow());
  }

  @Test
  void aTargetIsMetUpToItsRatio() {
    assertEquals("≤ 0.75: met", Targets.ratio(compared("mlp-b64", 75, 300, 100)).get().toString());
    assertEquals(
        "≤ 0.75: missed", Targets.ratio(compared("mlp-b64", 76, 300, 100)).get().toString());
    assertTrue(Targets.ratio(compared("djl932", 1, 2, 3)).isEmpty(), "nothing is promised of it");
  }

  @Test
  void everyTargetIsOfAWorkloadThatThereIs() {
    long promised =
        PeerWorkload.all().stream()
            .filter(w -> Targets.ratio(compared(w.name(), 1, 2, 3)).isPresent())
            .count();
    assertEquals(8, promised);
  }

  @Test
  void aGradientIsComparedWithTheSameSidesForwardPass() {
    Results all =
        new Results(
            List.of(
                compared("mlp-b64-forward", 100, 100, 100),
                compared("mlp-b64-forward-backward", 240, 250, 260),
                compared("mlp-b256-forward-backward", 240, 250, 260)));
    Comparison gradient = all.all().get(1);
    assertEquals(2.4, all.overForward(gradient, gradient.rows().getFirst()).orElseThrow(), 1e-12);
    // 784·512 of 535,040 products are the first layer's, and have no second one backward.
    assertEquals(2.2498, gradient.workload().net().gradientOverForward(), 1e-4);
    assertEquals("≤ 2.50: met", Targets.gradient(all, gradient).orElseThrow().toString());
    Comparison other = all.all().get(2);
    assertTrue(all.overForward(other, other.rows().getFirst()).isEmpty(), "of another batch");
    assertTrue(all.reports().get(3).values().containsKey("overForward"));
    assertFalse(all.reports().getFirst().values().containsKey("overForward"));
  }

  @Test
  void tailsStartAndHeapHaveTargetsToo() {
    Comparison c = compared("mlp-b1-infer", 50, 300, 100);
    assertEquals("≤ 2.00: met", Targets.tail(c).orElseThrow().toString());
    assertEquals("≤ 350 ms: met", Targets.start(c).orElseThrow().toString());
    assertEquals("0 B, 0 GCs: met", Targets.heap(c).orElseThrow().toString());
    Comparison faster =
        new Comparison(
            c.workload(),
            1,
            List.of(row("ballast", 50, 300), row("onnxruntime-java", 50, 200)),
            List.of());
    assertEquals("≤ 200 ms: missed", Targets.start(faster).orElseThrow().toString());
    assertTrue(Targets.start(compared("mlp-b64", 1, 2, 3)).isEmpty());
  }

  @Test
  void thePageHasTheMachineTheVersionsAndAColumnForEachSideThatWasMeasured() {
    Results all =
        new Results(
            List.of(compared("mlp-b64", 50, 300, 100), compared("mlp-b1-infer", 50, 300, 100)));
    String page =
        ResultsPage.of(
            all,
            new Origin(
                "./b peers", LocalDate.of(2026, 1, 2), new Machine("a CPU", "a system", "a JVM")));
    assertTrue(page.contains("- processor: a CPU\n"), page);
    assertTrue(page.contains("- date: 2026-01-02\n"), page);
    assertTrue(page.contains("- jax: 1.0\n"), page);
    assertTrue(
        page.contains("| workload | threads | ballast | torch | jax | ratio | target |"), page);
    assertTrue(page.contains("| mlp-b64 | 1 | 50.0 | 300.0 | 100.0 | 0.50 | ≤ 0.75: met |"), page);
    assertTrue(page.contains("| workload | threads | ballast | target |"), "heap: JVMs alone");
    assertTrue(page.contains("- djl is left out: it is not there (mlp-b64, mlp-b1-infer)"), page);
  }

  @Test
  void thePictureIsXmlWithABarForEachSide() throws Exception {
    String svg = BarPlot.svg(new Results(List.of(compared("mlp-b64", 50, 300, 100))));
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    assertEquals("svg", document.getDocumentElement().getTagName());
    assertTrue(svg.contains(">mlp-b64 ×1<") && svg.contains(">0.50<") && svg.contains(">3<"), svg);
    // Ground, a square for each side in the legend, three bars.
    assertEquals(1 + 6 + 3, document.getElementsByTagName("rect").getLength());
  }

  @Test
  void withoutPeersThereIsNoPicture() {
    Comparison alone =
        new Comparison(workload("mlp-b64"), 1, List.of(row("ballast", 1, 1)), List.of());
    assertThrows(IllegalArgumentException.class, () -> BarPlot.svg(new Results(List.of(alone))));
  }
}
