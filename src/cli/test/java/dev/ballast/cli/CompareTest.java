package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareTest {
  @TempDir Path folder;
  private Path first;
  private Path second;

  @BeforeEach
  void train() throws IOException {
    TinyDigits tiny = TinyDigits.in(folder);
    first = folder.resolve("first.ballast");
    second = folder.resolve("second.ballast");
    CommandRun.done("train", tiny.definition(), "--out", first);
    tiny.edited("learning_rate = 0.05", "learning_rate = 0.001");
    CommandRun.done("train", tiny.definition(), "--out", second, "--seed", "2");
  }

  @Test
  void whatDiffersStandsSideBySide() {
    String out = CommandRun.done("compare", first, second).out();
    assertTrue(out.lines().anyMatch(l -> l.matches("seed +1 +2")), out);
    assertTrue(out.lines().anyMatch(l -> l.startsWith("test.accuracy ")), out);
    assertTrue(out.lines().anyMatch(l -> l.equals("- learning_rate = 0.05")), out);
    assertTrue(out.lines().anyMatch(l -> l.equals("+ learning_rate = 0.001")), out);
    assertTrue(out.contains("the same: "), out);
  }

  @Test
  void asJson() throws IOException {
    JsonNode j = CommandRun.done("compare", first, second, "--json").json();
    assertEquals("1", j.get("differ").get("seed").get(0).asText());
    assertEquals("2", j.get("differ").get("seed").get(1).asText());
    assertEquals("learning_rate = 0.05", j.get("definitionOnlyFirst").get(0).asText());
    assertTrue(j.get("same").toString().contains("\"data.sha256\""), j.toString());
  }

  @Test
  void aModelDiffersInNothingFromItself() throws IOException {
    JsonNode j = CommandRun.done("compare", first, first, "--json").json();
    assertEquals("{}", j.get("differ").toString());
    assertEquals("[]", j.get("definitionOnlyFirst").toString());
  }
}
