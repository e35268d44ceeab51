package dev.ballast.cli.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardLogTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochMilli(1_700_000_000_250L), ZoneOffset.UTC);

  private static Epoch epoch(int number, int steps) {
    Evaluation e = new Evaluation(0.25, OptionalDouble.of(0.875));
    return new Epoch(number, 0.5, 2, steps, 0, Optional.of(e));
  }

  /** events.golden was written by the package tensorboard: python/make_event_file.py. */
  @Test
  void theBytesAreThoseOfTensorBoardsOwnWriter() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TensorBoardLog log = new TensorBoardLog(out, CLOCK)) {
      log.begin(List.of(epoch(1, 5)), 2);
      for (int step = 1; step <= 100; step++) {
        log.onStep(2, step, 100, 0.75);
      }
      log.onEpoch(epoch(2, 100));
    }
    try (InputStream golden = getClass().getResourceAsStream("events.golden")) {
      assertArrayEquals(golden.readAllBytes(), out.toByteArray());
    }
  }

  @Test
  void theFilesNameIsOneThatTensorBoardLooksFor(@TempDir Path folder) throws IOException {
    TensorBoardLog.open(folder.resolve("a/b")).close();
    try (Stream<Path> files = Files.list(folder.resolve("a/b"))) {
      List<Path> all = files.toList();
      assertEquals(1, all.size());
      assertTrue(all.getFirst().getFileName().toString().startsWith("events.out.tfevents."));
    }
  }
}
