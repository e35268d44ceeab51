package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SweepTest {
  @Test
  void everyCombinationIsTrained() {
    Sweep s = Sweep.of(List.of("lr=1e-3, 3e-3", "seed=1,2"));
    assertEquals(List.of("optimizer.learning_rate", "seed"), s.keys());
    assertEquals(
        List.of(
            List.of("optimizer.learning_rate=1e-3", "seed=1"),
            List.of("optimizer.learning_rate=1e-3", "seed=2"),
            List.of("optimizer.learning_rate=3e-3", "seed=1"),
            List.of("optimizer.learning_rate=3e-3", "seed=2")),
        s.settings());
    assertEquals("learning_rate=1e-3-seed=2", Sweep.name(s.settings().get(1)));
    assertEquals(
        Map.of("optimizer.learning_rate", "3e-3", "seed", "1"), Sweep.values(s.settings().get(2)));
  }

  @Test
  void namesAreFitForFiles() {
    assertEquals("kind=_a_b", Sweep.name(List.of("optimizer.kind=/a b")));
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Sweep.of(List.of("lr")));
    assertThrows(IllegalArgumentException.class, () -> Sweep.of(List.of("lr=")));
    assertThrows(
        IllegalArgumentException.class,
        () -> Sweep.of(List.of("lr=1", "optimizer.learning_rate=2")));
    String many = "seed=" + "1,".repeat(1_001) + "2";
    assertThrows(IllegalArgumentException.class, () -> Sweep.of(List.of(many)));
  }
}
