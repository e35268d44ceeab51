package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileCommandTest {
  @TempDir private Path folder;

  @Test
  void tellsEachStepOfATrainingStepAndWritesATrace() throws Exception {
    Path file = TinyDigits.in(folder).definition();
    Path trace = folder.resolve("trace.json");
    JsonNode json =
        CommandRun.done("profile", file, "--seconds", "0.2", "--json", "--trace", trace).json();
    JsonNode plan = CommandRun.done("plan", file, "--json").json();
    assertEquals(plan.get("steps").asInt(), json.get("steps").size());
    double shares = 0;
    double last = Double.MAX_VALUE;
    for (JsonNode step : json.get("steps")) {
      shares += step.get("share").asDouble();
      assertTrue(step.get("micros").asDouble() <= last, "the longest first");
      last = step.get("micros").asDouble();
    }
    assertEquals(1, shares, 1e-9);
    double ops = 0;
    for (JsonNode op : json.get("ops")) {
      ops += op.get("micros").asDouble();
    }
    assertEquals(json.get("microsOfSteps").asDouble(), ops, 1e-6 * ops);
    assertTrue(json.get("limitGigaflops").asDouble() > 0);
    JsonNode events = new ObjectMapper().readTree(trace.toFile()).get("traceEvents");
    assertEquals(json.get("steps").size() + 1, events.size());
    double end = 0;
    for (JsonNode e : events) {
      if (e.get("ph").asText().equals("X")) {
        assertTrue(e.get("ts").asDouble() >= end - 1e-3, "steps follow each other");
        end = e.get("ts").asDouble() + e.get("dur").asDouble();
        assertTrue(e.get("args").get("writes").get(0).asText().contains("+"), e.toString());
      }
    }
  }

  @Test
  void aTableForPeopleEndsWithWhatItLeavesOut() throws Exception {
    Path file = TinyDigits.in(folder).definition();
    String out = CommandRun.done("profile", file, "--seconds", "0.1", "--top", "2").out();
    assertTrue(out.contains("limits of this machine now: "), out);
    assertTrue(out.contains(" more steps: "), out);
  }

  @Test
  void wrongNumbersAreRefused() {
    for (String option : new String[] {"--batch", "--threads", "--seconds", "--top"}) {
      CommandRun r = CommandRun.of("profile", "any.toml", option, "0");
      assertEquals(Main.WRONG_USAGE, r.status());
      assertTrue(r.err().startsWith(option + " must be "), r.err());
    }
  }
}
