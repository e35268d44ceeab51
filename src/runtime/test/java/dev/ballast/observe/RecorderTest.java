package dev.ballast.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.ArrayDataset;
import dev.ballast.data.Dataset;
import dev.ballast.format.ModelFile;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.optim.Sgd;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.serve.ModelRef;
import dev.ballast.serve.ServingModel;
import dev.ballast.serve.ServingOptions;
import dev.ballast.tensor.Shape;
import dev.ballast.testing.Allocations;
import dev.ballast.train.Graphs;
import dev.ballast.train.Trainer;
import dev.ballast.train.TrainingListener;
import dev.ballast.train.TrainingOptions;
import dev.ballast.train.TrainingSession;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import jdk.jfr.Configuration;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
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
      for (String name : List.of("Load", "Plan", "Swap", "TrainingStep")) {
        r.enable("dev.ballast." + name).withoutThreshold();
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

  private static List<RecordedEvent> stepsOf(List<RecordedEvent> events) {
    return events.stream()
        .filter(e -> e.getEventType().getName().equals("dev.ballast.TrainingStep"))
        .toList();
  }

  @Test
  void stepsOfTrainingsTellLossAndRate() throws Exception {
    TrainingOptions options = TrainingOptions.of(new CrossEntropy(), Sgd.of(0.5)).withBatch(2);
    double[] losses = new double[2];
    List<RecordedEvent> steps =
        stepsOf(
            recorded(
                Duration.ZERO,
                () -> {
                  try (TrainingSession training = TrainingSession.open(MODEL, options)) {
                    training.x().copyFrom(1f, 0f, 0f, 0f, 1f, 0f);
                    training.target().copyFrom(0, 1);
                    losses[0] = training.step();
                    training.rate(0.25);
                    losses[1] = training.step();
                  }
                }));
    assertEquals(2, steps.size());
    for (int i = 0; i < 2; i++) {
      assertEquals("line", steps.get(i).getString("model"));
      assertEquals(i + 1, steps.get(i).getLong("step"));
      assertEquals(losses[i], steps.get(i).getDouble("loss"));
      assertEquals(i == 0 ? 0.5 : 0.25, steps.get(i).getDouble("rate"));
    }
  }

  @Test
  void stepsOfATrainerAreCountedThroughItsEpochs() throws Exception {
    TrainingOptions options =
        TrainingOptions.of(new CrossEntropy(), Sgd.of(0.5)).withBatch(2).withEpochs(3);
    List<RecordedEvent> steps =
        stepsOf(
            recorded(
                Duration.ZERO,
                () -> {
                  try (Dataset data =
                          ArrayDataset.labelled(
                              Shape.of(3), new float[12], new int[] {0, 1, 0, 1});
                      Trainer trainer = new Trainer(MODEL, options, data, Optional.empty())) {
                    trainer.fit(new TrainingListener() {});
                  }
                }));
    assertEquals(
        List.of(1L, 2L, 3L, 4L, 5L, 6L), steps.stream().map(e -> e.getLong("step")).toList());
  }

  @Test
  void theSettingsFileNamesEachEventAndNoOther() throws Exception {
    FlightRecorder recorder = FlightRecorder.getFlightRecorder();
    // The events' classes register themselves when they are first used.
    Recorder.load("").close();
    Recorder.plan("").close();
    Recorder.swap("").close();
    Probe.ofRuns("", 0).begin();
    StepProbe.of("").begin();
    Set<String> events =
        recorder.getEventTypes().stream()
            .map(EventType::getName)
            .filter(n -> n.startsWith("dev.ballast."))
            .collect(Collectors.toSet());
    try (var in = Recorder.class.getResourceAsStream("/dev/ballast/ballast.jfc");
        var reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      assertEquals(
          events,
          Configuration.create(reader).getSettings().keySet().stream()
              .map(k -> k.substring(0, k.indexOf('#')))
              .collect(Collectors.toSet()));
    }
  }
}
