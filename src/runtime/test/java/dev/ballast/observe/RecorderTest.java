package dev.ballast.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.format.ModelFile;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.serve.ModelRef;
import dev.ballast.serve.ServingModel;
import dev.ballast.serve.ServingOptions;
import dev.ballast.tensor.Shape;
import dev.ballast.testing.Allocations;
import dev.ballast.train.Graphs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real recording holds afterwards. */
class RecorderTest {
  private static final Model MODEL = new Model("line", Shape.of(3), Linear.of("fc", 3, 2));

  @TempDir private Path folder;

  private List<RecordedEvent> recorded(Duration threshold, ThrowingRunnable what) throws Exception {
    Path file = folder.resolve("recording.jfr");
    try (Recording r = new Recording()) {
      r.enable("dev.ballast.Run").withThreshold(threshold);
      for (String name : List.of("Load", "Plan", "Swap")) {
        r.enable("dev.ballast." + name);
      }
      r.start();
      what.run();
      r.stop();
      r.dump(file);
    }
    return RecordingFile.readAllEvents(file);
  }

  private interface ThrowingRunnable {
    void run() throws Exception;
  }

  @Test
  void aSwapUnderRecordingIsSeenWithItsParts() throws Exception {
    var graph = Graphs.serving(MODEL, new CrossEntropy(), 1);
    Path file = folder.resolve("line.ballast");
    try (Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()))) {
      ModelFile.write(file, graph, s.weights(), new TreeMap<>());
    }
    List<RecordedEvent> events =
        recorded(
            Duration.ZERO,
            () -> {
              try (ModelRef ref =
                  new ModelRef(ServingModel.load(file, ServingOptions.defaults()))) {
                var pool = ref.pool(4, 3);
                ref.swap(ServingModel.load(file));
                try (var s = pool.borrow()) {
                  s.run();
                }
              }
            });
    var byName = events.stream().collect(Collectors.groupingBy(e -> e.getEventType().getName()));
    assertEquals(2, byName.get("dev.ballast.Load").size());
    RecordedEvent load = byName.get("dev.ballast.Load").getFirst();
    assertEquals(file.toString(), load.getString("what"));
    assertEquals(8, load.getDouble("number"));
    RecordedEvent swap = byName.get("dev.ballast.Swap").getFirst();
    assertEquals("line (8 parameters)", swap.getString("what"));
    assertEquals(3, swap.getDouble("number"));
    assertTrue(swap.getLong("bytes") > 0);
    assertTrue(
        byName.get("dev.ballast.Plan").stream()
            .anyMatch(e -> e.getString("what").equals("line, batch 4")));
    RecordedEvent run = byName.get("dev.ballast.Run").getFirst();
    assertEquals("line", run.getString("graph"));
    assertTrue(run.getDuration().toNanos() > 0);
  }

  @Test
  void runsBelowTheThresholdAreNotRecordedAndNoneAllocates() throws Exception {
    var graph = Graphs.serving(MODEL, new CrossEntropy(), 1);
    List<RecordedEvent> events =
        recorded(
            Duration.ofHours(1),
            () -> {
              try (Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()))) {
                Allocations.assertNone(s::run);
              }
            });
    assertTrue(
        events.stream().noneMatch(e -> e.getEventType().getName().equals("dev.ballast.Run")));
  }
}
