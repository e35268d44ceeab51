package dev.ballast.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MiniMalloc's hard instances, and idealloc's traces of training. */
class PublishedInstancesTest {
  private static final long CAPACITY = 1_048_576;

  @ParameterizedTest
  @ValueSource(strings = {"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K"})
  void hardInstancesFitTheirCapacity(String name) throws IOException {
    Placement.Problem p = read("minimalloc/" + name + "." + CAPACITY + ".csv");
    Placement.Decision d = Placement.decide(p, CAPACITY, Placement.Limits.ofNodes(400_000));
    assertEquals(Placement.Verdict.FITS, d.verdict());
    assertTrue(PlacementTrustTest.sweep(p, d.solution().offsets()) <= CAPACITY);
  }

  @ParameterizedTest
  @CsvSource({"resnet50, 0", "G_1, 0", "pangu_2.6B, 0", "S_1, 0.002", "Y_1, 0"})
  void tracesComeCloseToTheirLoad(String name, double gap) throws IOException {
    Placement.Problem p = read("idealloc/" + name + ".csv");
    Placement.Solution s = Placement.solve(p);
    assertTrue(s.bytes() <= p.loadBound() * (1 + gap), s.bytes() + " of " + p.loadBound());
    if (p.count() < 2000) {
      assertEquals(s.bytes(), PlacementTrustTest.sweep(p, s.offsets()));
    }
  }

  private static Placement.Problem read(String name) throws IOException {
    List<String[]> rows =
        Files.readAllLines(SharedData.file(name)).stream()
            .skip(1)
            .map(line -> line.split(","))
            .toList();
    return new Placement.Problem(
        rows.stream().mapToLong(r -> Long.parseLong(r[3])).toArray(),
        rows.stream().mapToInt(r -> Integer.parseInt(r[1])).toArray(),
        rows.stream().mapToInt(r -> Integer.parseInt(r[2])).toArray());
  }
}
