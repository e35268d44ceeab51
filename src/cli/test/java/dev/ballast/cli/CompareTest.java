package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareTest {
  @TempDir Path folder;
  private Path first;
  private Path second;
  private JsonNode trained;

  @BeforeEach
  void train() throws IOException {
    TinyDigits tiny = TinyDigits.in(folder);
    first = folder.resolve("first.ballast");
    second = folder.resolve("second.ballast");
    trained = CommandRun.done("train", tiny.definition(), "--out", first, "--json").json();
    tiny.edited("learning_rate = 0.05", "learning_rate = 0.001").edited("out = 8", "out = 9");
    CommandRun.done(
        "train",
        tiny.definition(),
        "--out",
        second,
        "--seed",
        "2",
        "--epochs",
        "20",
        "--set",
        "batch=8",
        "--checkpoint",
        folder.resolve("run"));
  }

  @Test
  void whatDiffersStandsSideBySide() {
    String out = CommandRun.done("compare", first, second).out();
    for (String row :
        List.of(
            "seed +1 +2",
            "parameters +154 +173",
            "test.loss +[0-9.E-]+ +[0-9.E-]+",
            "optimizer.learning_rate +0.05 +0.001",
            "layer\\[1\\].out +8 +9",
            "batch +16 +8",
            "time per step +[0-9.]+ .?s +[0-9.]+ .?s",
            "epoch +first +second +first +second +first +second",
            "3 +0\\.\\d{4} +0\\.\\d{4} +0\\.\\d{4} +0\\.\\d{4} +100.00 % +\\d+\\.\\d\\d %",
            "20 +– +0\\.\\d{4} +– +0\\.\\d{4} +– +\\d+\\.\\d\\d %",
            "the same: .*")) {
      assertTrue(out.lines().anyMatch(l -> l.matches(row)), row + " in " + out);
    }
    assertEquals(12, out.lines().filter(l -> l.matches("\\d+ .*")).count(), out);
  }

  @Test
  void asJson() throws IOException {
    JsonNode j = CommandRun.done("compare", first, second, "--json").json();
    assertEquals("1", j.get("differ").get("seed").get(0).asText());
    assertEquals("2", j.get("differ").get("seed").get(1).asText());
    assertEquals("0.05", j.get("settings").get("optimizer.learning_rate").get(0).asText());
    assertEquals("8", j.get("settings").get("batch").get(1).asText());
    assertTrue(j.get("same").toString().contains("\"data.sha256\""), j.toString());
    JsonNode curve = j.get("epochs").get(0);
    assertEquals(3, curve.size());
    assertEquals(trained.get("trainLoss"), curve.get(2).get("trainLoss"));
    assertEquals(20, j.get("epochs").get(1).size());
  }

  /** A checkpoint has its curve in its progress, and a folder stands for its newest. */
  @Test
  void aFolderOfCheckpointsIsARun() throws IOException {
    JsonNode j = CommandRun.done("compare", second, folder.resolve("run"), "--json").json();
    assertEquals(j.get("epochs").get(0), j.get("epochs").get(1));
    assertEquals(20, j.get("epochs").get(1).size());
    assertEquals("{}", j.get("settings").toString());
    assertTrue(j.get("second").asText().endsWith("epoch-0020.ballast"), j.toString());
    String complaint = CommandRun.complaint("compare", first, folder);
    assertTrue(complaint.contains(folder + ": holds no checkpoint"), complaint);
  }

  @Test
  void aModelDiffersInNothingFromItself() throws IOException {
    JsonNode j = CommandRun.done("compare", first, first, "--json").json();
    assertEquals("{}", j.get("differ").toString());
    assertEquals("{}", j.get("settings").toString());
  }
}
