package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.ArrayDataset;
import dev.ballast.format.Checkpoint;
import dev.ballast.format.ModelFile;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Dropout;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Adam;
import dev.ballast.optim.UpdateRule;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  private static final TrainingListener SILENT = new TrainingListener() {};
  private static final int EPOCHS = 5;

  @TempDir Path folder;

  private static Model model(double dropout) {
    return new Model(
        "points",
        Shape.of(2),
        Sequential.of(
            Linear.of("fc1", 2, 12),
            Activation.TANH,
            new Dropout(dropout),
            Linear.of("fc2", 12, 2)));
  }

  /** Batches of 16 out of 70: the last step of an epoch is smaller. */
  private static TrainingOptions options() {
    return TrainingOptions.of(new CrossEntropy(), Adam.of(0.05))
        .withBatch(16)
        .withEpochs(EPOCHS)
        .withSeed(3);
  }

  private static ArrayDataset points(int size, long seed) {
    Philox random = new Philox(seed, 0);
    float[] x = new float[2 * size];
    int[] labels = new int[size];
    for (int i = 0; i < size; i++) {
      x[2 * i] = 2 * random.nextFloat() - 1;
      x[2 * i + 1] = 2 * random.nextFloat() - 1;
      labels[i] = x[2 * i] * x[2 * i + 1] < 0 ? 1 : 0;
    }
    return ArrayDataset.labelled(Shape.of(2), x, labels);
  }

  /** What a run leaves: final weights, and all that it told of its epochs but the times. */
  private record Left(byte[] weights, List<String> epochs) {
    static Left of(Trainer t, TrainingRun run) {
      List<String> told = new ArrayList<>();
      for (Epoch e : run.epochs()) {
        told.add(e.number() + " " + e.trainLoss() + " " + e.steps() + " " + e.evaluation());
      }
      told.add("best " + run.bestEpoch() + ", " + run.end());
      return new Left(t.session().weights().toArray(ValueLayout.JAVA_BYTE), told);
    }

    void demandSame(Left other) {
      assertArrayEquals(weights, other.weights);
      assertEquals(epochs, other.epochs);
    }
  }

  private interface Use<T> {
    T with(Trainer t) throws IOException;
  }

  private static <T> T trainer(TrainingOptions options, Use<T> use) throws IOException {
    try (ArrayDataset train = points(70, 1);
        ArrayDataset test = points(50, 2);
        Trainer t = new Trainer(model(0.2), options, train, Optional.of(test))) {
      return use.with(t);
    }
  }

  private Checkpoints open(CheckpointPolicy policy) throws IOException {
    return Checkpoints.open(folder.resolve("run"), policy, new TreeMap<>());
  }

  /** Asks for a stop after so many steps of all. */
  private record StopAfter(Trainer trainer, int total, int[] done) implements TrainingListener {
    StopAfter(Trainer trainer, int total) {
      this(trainer, total, new int[1]);
    }

    @Override
    public void onStep(int epoch, int step, int steps, double meanLoss) {
      if (++done[0] == total) {
        trainer.stop();
      }
    }
  }

  private Left interruptedAfter(int steps) throws IOException {
    TrainingRun.End end =
        trainer(
            options(),
            t -> {
              try (Checkpoints c = open(CheckpointPolicy.eachEpoch())) {
                return t.fit(new StopAfter(t, steps), Optional.of(c)).end();
              }
            });
    assertEquals(TrainingRun.End.STOPPED, end);
    return resumed();
  }

  private Left resumed() throws IOException {
    return trainer(
        options(),
        t -> {
          try (Checkpoints c = open(CheckpointPolicy.eachEpoch());
              Arena arena = Arena.ofConfined()) {
            t.resume(c.newest(arena, e -> {}).orElseThrow().checkpoint());
            return Left.of(t, t.fit(SILENT, Optional.of(c)));
          }
        });
  }

  private static Left uninterrupted() throws IOException {
    return trainer(options(), t -> Left.of(t, t.fit(SILENT)));
  }

  @Test
  void aResumedRunHasTheBitsOfOneThatNeverStopped() throws IOException {
    Left expected = uninterrupted();
    for (int steps : new int[] {1, 4, 5, 6, 12, 24}) {
      interruptedAfter(steps).demandSame(expected);
      deleteRun();
    }
  }

  private void deleteRun() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path p : files.filter(Files::isRegularFile).toList()) {
        Files.delete(p);
      }
    }
  }

  @Test
  void aFinishedRunResumesToItself() throws IOException {
    Left first =
        trainer(
            options(),
            t -> {
              try (Checkpoints c = open(CheckpointPolicy.eachEpoch())) {
                return Left.of(t, t.fit(SILENT, Optional.of(c)));
              }
            });
    resumed().demandSame(first);
  }

  @Test
  void theNewestAndTheBestAreKept() throws IOException {
    int best =
        trainer(
            options(),
            t -> {
              try (Checkpoints c =
                  open(CheckpointPolicy.eachEpoch().withEverySteps(2).withKeep(2))) {
                return t.fit(SILENT, Optional.of(c)).bestEpoch().getAsInt();
              }
            });
    TreeSet<String> expected =
        new TreeSet<>(List.of("epoch-0004-step-000004.ballast", "epoch-0005.ballast"));
    expected.add("epoch-000" + best + ".ballast");
    assertEquals(expected, names());
  }

  private TreeSet<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("run"))) {
      TreeSet<String> names = new TreeSet<>();
      files
          .map(f -> f.getFileName().toString())
          .filter(n -> n.endsWith(".ballast"))
          .forEach(names::add);
      return names;
    }
  }

  @Test
  void aDamagedCheckpointIsToldAndTheOneBeforeTaken() throws IOException {
    Left expected = uninterrupted();
    interruptedAfter(12);
    Path newest = folder.resolve("run").resolve(names().last());
    byte[] bytes = Files.readAllBytes(newest);
    bytes[bytes.length - 100] ^= 1;
    Files.write(newest, bytes);
    List<String> remarks = new ArrayList<>();
    try (Checkpoints c = open(CheckpointPolicy.eachEpoch());
        Arena arena = Arena.ofConfined()) {
      Path taken = c.newest(arena, remarks::add).orElseThrow().file();
      assertFalse(taken.equals(newest));
    }
    assertEquals(1, remarks.size());
    assertTrue(remarks.getFirst().contains(newest.toString()), remarks.getFirst());
    resumed().demandSame(expected);
  }

  @Test
  void aCheckpointIsAModelFile() throws IOException {
    interruptedAfter(7);
    try (ModelFile model = ModelFile.open(folder.resolve("run").resolve(names().last()))) {
      assertEquals(4, model.graph().parameters().size());
    }
  }

  @Test
  void aModelIsNoCheckpoint() throws IOException {
    Path file = folder.resolve("model.ballast");
    trainer(
        options(),
        t -> {
          ModelFile.write(
              file,
              Graphs.serving(model(0.2), new CrossEntropy(), 1),
              t.session().weights(),
              new TreeMap<>());
          return 0;
        });
    try (Arena arena = Arena.ofConfined()) {
      IOException e = assertThrows(IOException.class, () -> Checkpoint.read(file, arena));
      assertTrue(e.getMessage().contains("found a model"), e.getMessage());
    }
  }

  @Test
  void anotherRunsCheckpointIsRefused() throws IOException {
    Checkpoints c = open(CheckpointPolicy.eachEpoch());
    c.close();
    trainer(options(), t -> demandRefusal(t, options().withSeed(4), "its seed is 3, here it is 4"));
    trainer(
        options(), t -> demandRefusal(t, options().withBatch(8), "its batch is 16, here it is 8"));
    trainer(
        options(),
        t ->
            demandRefusal(
                t,
                options().withUpdate(UpdateRule.of(Adam.of(0.01))),
                "its optimizer is UpdateRule["));
    trainer(
        options(),
        t ->
            demandRefusal(
                t,
                options().withLoss(new CrossEntropy()).withShuffle(false),
                "its shuffle is true"));
  }

  private static int demandRefusal(Trainer from, TrainingOptions other, String expected)
      throws IOException {
    return trainer(
        other,
        t -> {
          IllegalArgumentException e =
              assertThrows(IllegalArgumentException.class, () -> t.resume(from.checkpoint()));
          assertTrue(e.getMessage().contains(expected), e.getMessage());
          return 0;
        });
  }

  @Test
  void moreEpochsMayFollow() throws IOException {
    Left longer = trainer(options().withEpochs(EPOCHS + 2), t -> Left.of(t, t.fit(SILENT)));
    trainer(
        options(),
        t -> {
          try (Checkpoints c = open(CheckpointPolicy.eachEpoch())) {
            return t.fit(SILENT, Optional.of(c));
          }
        });
    Left resumed =
        trainer(
            options().withEpochs(EPOCHS + 2),
            t -> {
              try (Checkpoints c = open(CheckpointPolicy.eachEpoch());
                  Arena arena = Arena.ofConfined()) {
                t.resume(c.newest(arena, e -> {}).orElseThrow().checkpoint());
                return Left.of(t, t.fit(SILENT, Optional.of(c)));
              }
            });
    resumed.demandSame(longer);
  }

  @Test
  void oneRunAtATimeWritesIntoAFolder() throws IOException {
    try (Checkpoints first = open(CheckpointPolicy.eachEpoch())) {
      IOException e =
          assertThrows(IOException.class, () -> open(CheckpointPolicy.eachEpoch()).close());
      assertTrue(e.getMessage().contains("another run writes"), e.getMessage());
      assertTrue(first.isEmpty());
    }
  }

  @Test
  void whatAKilledWriterLeftIsDeleted() throws IOException {
    Path left = Files.createDirectories(folder.resolve("run")).resolve(".ballast-12ab.tmp");
    Files.writeString(left, "half a checkpoint");
    open(CheckpointPolicy.eachEpoch()).close();
    assertFalse(Files.exists(left));
  }

  @Test
  void aCheckpointThatCantBeWrittenEndsTheRunAndTheLastStays() throws IOException {
    interruptedAfter(6);
    TreeSet<String> before = names();
    IOException e =
        trainer(
            options().withEpochs(EPOCHS + 1),
            t -> {
              try (Checkpoints c = open(CheckpointPolicy.eachEpoch());
                  Arena arena = Arena.ofConfined()) {
                t.resume(c.newest(arena, r -> {}).orElseThrow().checkpoint());
                Files.createDirectory(folder.resolve("run/epoch-0006.ballast"));
                return assertThrows(IOException.class, () -> t.fit(SILENT, Optional.of(c)));
              }
            });
    assertTrue(
        e.getMessage().contains("epoch-0006.ballast: this checkpoint can't be written"),
        e.getMessage());
    assertTrue(e.getMessage().contains("the last one is"), e.getMessage());
    Files.delete(folder.resolve("run/epoch-0006.ballast"));
    assertEquals(before, names());
  }
}
