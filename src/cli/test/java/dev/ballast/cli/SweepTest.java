package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void aSweepTrainsAllAndTellsOfEach(@TempDir Path folder) throws IOException {
    TinyDigits tiny = TinyDigits.in(folder);
    Path model = folder.resolve("tiny.ballast");
    Object[] words = {
      "train", tiny.definition(), "--out", model, "--sweep", "lr=0.05,0.01", "--sweep", "seed=1,2"
    };
    String out = CommandRun.done(words).out();
    assertTrue(out.startsWith("optimizer.learning_rate"), out);
    assertEquals(
        2, out.lines().filter(l -> l.startsWith("testAccuracy over 2 seeds with ")).count());
    for (String name : List.of("0.05-seed=1", "0.05-seed=2", "0.01-seed=1", "0.01-seed=2")) {
      Path file = folder.resolve("tiny-learning_rate=" + name + ".ballast");
      CommandRun.done("eval", file, tiny.definition());
    }
    List<Object> json = new ArrayList<>(List.of(words));
    json.add("--json");
    JsonNode all = CommandRun.done(json.toArray()).json();
    assertEquals(4, all.size());
    assertEquals("0.01", all.get(2).get("settings").get("optimizer.learning_rate").asText());
    assertEquals(2, all.get(3).get("seed").asInt());
  }

  @Test
  void aSettingTrainsAsIfItStoodInTheDefinition(@TempDir Path folder) throws IOException {
    TinyDigits tiny = TinyDigits.in(folder);
    Path set = folder.resolve("set.ballast");
    Path written = folder.resolve("written.ballast");
    CommandRun.done(
        "train", tiny.definition(), "--out", set, "--set", "batch=8", "--set", "lr=0.02");
    tiny.edited("batch = 16", "batch = 8").edited("learning_rate = 0.05", "learning_rate = 0.02");
    CommandRun.done("train", tiny.definition(), "--out", written);
    JsonNode differ = CommandRun.done("compare", set, written, "--json").json().get("differ");
    assertTrue(!differ.has("weights"), differ.toString());
  }
}
