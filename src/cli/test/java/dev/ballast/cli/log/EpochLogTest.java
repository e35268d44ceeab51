package dev.ballast.cli.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochLogTest {
  private static final Epoch FIRST =
      new Epoch(1, 0.5, 2, 100, 16, Optional.of(new Evaluation(0.25, OptionalDouble.of(0.875))));
  private static final Epoch SECOND = new Epoch(2, 0.125, 1.5, 100, 0, Optional.empty());

  @TempDir Path folder;

  private List<String> log(String name) throws IOException {
    Path file = folder.resolve(name);
    try (EpochLog log = EpochLog.open(file)) {
      log.begin(List.of(FIRST), 0);
      assertEquals(1, Files.readAllLines(file).stream().filter(l -> l.contains("0.875")).count());
      log.onEpoch(SECOND);
    }
    return Files.readAllLines(file);
  }

  @Test
  void csvHasAHeaderAndEmptyCells() throws IOException {
    assertEquals(
        List.of(
            "epoch,trainLoss,evaluationLoss,evaluationAccuracy,steps,seconds,heapBytesPerStep",
            "1,0.5,0.25,0.875,100,2.0,16.0",
            "2,0.125,,,100,1.5,0.0"),
        log("log.csv"));
  }

  @Test
  void jsonLinesLeaveOutWhatThereIsNot() throws IOException {
    assertEquals(
        List.of(
            "{\"epoch\":1,\"trainLoss\":0.5,\"evaluationLoss\":0.25,\"evaluationAccuracy\":0.875,"
                + "\"steps\":100,\"seconds\":2.0,\"heapBytesPerStep\":16.0}",
            "{\"epoch\":2,\"trainLoss\":0.125,"
                + "\"steps\":100,\"seconds\":1.5,\"heapBytesPerStep\":0.0}"),
        log("log.jsonl"));
  }

  @Test
  void anotherEndingIsRefusedBeforeAnythingIsWritten() {
    Path file = folder.resolve("log.txt");
    IOException e = assertThrows(IOException.class, () -> EpochLog.open(file).close());
    assertTrue(e.getMessage().endsWith("log.txt: a log ends in .csv or .jsonl"), e.getMessage());
    assertTrue(Files.notExists(file));
  }
}
