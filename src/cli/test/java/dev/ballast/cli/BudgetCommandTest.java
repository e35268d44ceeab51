package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** {@code --budget}, {@code --measure} and {@code --sweep}. */
class BudgetCommandTest {
  @TempDir private Path folder;

  /** Six layers with dropout between the two of the tiny digits' model. */
  private Path definition() throws IOException {
    Path file = TinyDigits.in(folder).definition();
    StringBuilder deeper = new StringBuilder("[[layer]]\nkind = \"relu\"\n");
    for (int i = 0; i < 6; i++) {
      deeper.append("[[layer]]\nkind = \"linear\"\nname = \"deep").append(i).append("\"\n");
      deeper.append("out = 8\n[[layer]]\nkind = \"relu\"\n");
      deeper.append("[[layer]]\nkind = \"dropout\"\nrate = 0.1\n");
    }
    String text = Files.readString(file);
    String relu = "[[layer]]\nkind = \"relu\"\n";
    assertTrue(text.contains(relu), text);
    return Files.writeString(file, text.replace(relu, deeper));
  }

  @ParameterizedTest
  @CsvSource({
    "1000000,1000000",
    "64MiB,67108864",
    "1.5GiB,1610612736",
    "10 kB,10000",
    "2kib,2048",
    "7B,7"
  })
  void sizesAreReadAsPeopleWriteThem(String text, long bytes) {
    assertEquals(bytes, new ByteSize().convert(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MiB", "-1", "1.MiB", "64 MiBs", "0", "1e6", "99999999999TiB"})
  void whatIsNoSizeIsRefused(String text) {
    String complaint =
        assertThrows(TypeConversionException.class, () -> new ByteSize().convert(text))
            .getMessage();
    assertTrue(complaint.startsWith("'" + text + "' is no "), complaint);
  }

  @Test
  void planFitsItsBudgetAndTellsWhatItCosts() throws IOException {
    Path model = definition();
    long whole = arena(CommandRun.done("plan", model, "--batch", "512", "--json").json());
    JsonNode rows = CommandRun.done("plan", model, "--batch", "512", "--sweep", "--json").json();
    long smallest = arena(rows.get(rows.size() - 1));
    assertEquals(whole, arena(rows.get(0)));
    assertTrue(smallest < whole, smallest + " < " + whole);
    JsonNode plan =
        CommandRun.done("plan", model, "--batch", "512", "--budget", smallest, "--json").json();
    assertTrue(arena(plan) <= smallest);
    assertTrue(plan.get("recomputedNodes").asInt() > 0);
    assertTrue(plan.get("extraFlops").asLong() >= plan.get("extraFlopsBound").asLong());
    CommandRun text =
        CommandRun.done("plan", model, "--batch", "512", "--budget", smallest, "--measure");
    assertTrue(text.out().contains("nodes run again"), text.out());
    assertTrue(text.out().contains("µs without the budget"), text.out());
    String refusal = CommandRun.complaint("plan", model, "--batch", "512", "--budget", 20_000);
    long needed = Long.parseLong(refusal.replaceAll("(?s).*a budget of (\\d+) bytes.*", "$1"));
    assertTrue(needed > 20_000 && needed < whole, refusal);
    CommandRun.done("plan", model, "--batch", "512", "--budget", needed);
  }

  private static long arena(JsonNode plan) {
    return plan.get("arenaBytes").asLong();
  }

  @Test
  void theSweepIsATableAndACurve() throws IOException {
    Path svg = folder.resolve("curve.svg");
    CommandRun r = CommandRun.done("plan", definition(), "--batch", "512", "--sweep", "--svg", svg);
    assertTrue(r.out().contains("extra FLOPs"), r.out());
    long rows = r.out().lines().count() - 1;
    String picture = Files.readString(svg);
    assertEquals(rows, picture.split("<circle", -1).length - 1);
    assertTrue(picture.contains("arena, MiB"), picture);
  }

  @Test
  void trainingWithinABudgetLearnsTheSameWeights() throws IOException {
    Path model = definition();
    JsonNode free =
        CommandRun.done("train", model, "--json", "--out", folder.resolve("a.ballast")).json();
    long segment = free.get("segmentBytes").asLong();
    Path out = folder.resolve("b.ballast");
    String refusal = CommandRun.complaint("train", model, "--budget", 1000, "--out", out);
    assertTrue(refusal.contains("all plans together need "), refusal);
    // The one budget that it asks for is the one that then does.
    long smallest =
        Long.parseLong(refusal.replaceAll("(?s).*give a budget of (\\d+) bytes or more.*", "$1"));
    assertTrue(smallest <= segment, smallest + " <= " + segment);
    JsonNode budgeted =
        CommandRun.done("train", model, "--json", "--budget", smallest, "--out", out).json();
    assertTrue(budgeted.get("segmentBytes").asLong() <= smallest);
    assertEquals(free.get("weightsChecksum"), budgeted.get("weightsChecksum"));
    assertEquals(free.get("trainLoss"), budgeted.get("trainLoss"));
  }

  @Test
  void optionsThatAskForDifferentThingsAreRefused() throws IOException {
    Path model = definition();
    assertEquals(Main.WRONG_USAGE, CommandRun.of("plan", model, "--measure").status());
    assertEquals(
        Main.WRONG_USAGE, CommandRun.of("plan", model, "--sweep", "--budget", "1MiB").status());
    CommandRun r = CommandRun.of("plan", model, "--budget", "lots");
    assertEquals(Main.WRONG_USAGE, r.status());
    assertTrue(r.err().contains("write 1000000, 64MiB or 1.5GiB"), r.err());
  }
}
