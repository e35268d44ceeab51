package dev.ballast.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.bench.load.Load.Arrivals;
import dev.ballast.bench.load.LoadResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class LatencyCommandTest {
  @TempDir private Path folder;

  private static String run(int status, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int found =
        new CommandLine(new LatencyCommand())
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    assertEquals(status, found, err.toString());
    return status == 0 ? out.toString() : err.toString();
  }

  /** Ballast by itself, for a second: the whole way through a process of its own. */
  @Test
  void aShortLoadIsMeasuredToTheEnd() throws IOException {
    Path page = folder.resolve("RESULTS.md");
    String json =
        run(
            0,
            "--sides=ballast",
            "--collectors=G1",
            "--pressure=50",
            "--rate=200",
            "--seconds=1",
            "--rounds=1",
            "--heap=256",
            "--svg=" + folder.resolve("l.svg"),
            "--results=" + page,
            "--json");
    JsonNode all = new ObjectMapper().readTree(json);
    assertEquals(1, all.size());
    JsonNode row = all.get(0);
    assertEquals("ballast", row.get("side").asText());
    assertEquals("G1", row.get("collector").asText());
    assertEquals(50, row.get("pressureMBps").asDouble());
    // 200 on average, at random: eight standard deviations.
    assertEquals(200, row.get("requests").asInt(), 113);
    double last = 0;
    for (String p : List.of("p50", "p90", "p99", "p999", "p9999", "max")) {
      double micros = row.get(p + "Micros").asDouble();
      assertTrue(micros >= last && micros > 0, json);
      last = micros;
    }
    assertTrue(row.get("gcCount").isInt() && row.get("ttspMaxMicros").isNumber(), json);
    assertTrue(Files.readString(folder.resolve("l-g1.svg")).contains("</svg>"));
    assertTrue(Files.readString(page).contains("| G1, 50 MB/s of garbage, 1 thread | ballast |"));
    assertTrue(Files.exists(folder.resolve("results/latency-g1.svg")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --collectors=CMS | there is no collector 'CMS', only [G1, ZGC, Shenandoah, Parallel, Serial]
          --sides=torch    | there is no side 'torch', only [ballast, onnxruntime-java, djl]
          --workload=mlp   | there is no workload 'mlp' that infers
          --rate=0         | --rate must be in (0, 1000000], not 0.0
          --seconds=-1     | --seconds must be in (0, 3600], not -1.0
          --pressure=-5    | --pressure must be from 0 to 100000, not -5.0
          --threads=0      | --threads must be from 1 to 256, not 0
          --arrivals=now   | --arrivals is poisson or fixed, not 'now'
          """)
  void whatCannotBeIsRefused(String argument, String complaint) {
    String said = run(2, argument);
    assertTrue(said.contains(complaint), said);
  }

  private static LatencyRow row(String side, double pressure, long... micros) {
    Histogram h = new Histogram(3_600_000_000_000L, 3);
    Arrays.stream(micros).forEach(m -> h.recordValue(m * 1_000));
    LoadResult load = new LoadResult(h, micros.length, 1, 1, 0);
    return new LatencyRow(
        side, "1", new Setting(Collector.G1, pressure, 1), load, Safepoints.none(), 0, pressure);
  }

  private static List<String> verdicts(LatencyRow... rows) {
    LatencyResults all =
        new LatencyResults("w", 1, Arrivals.FIXED, List.of(rows), List.of(), false);
    return Claims.of(all).stream().map(v -> v.word() + ": " + v.claim()).toList();
  }

  @Test
  void aClaimIsMetOnlyAgainstEveryPeer() {
    assertEquals(
        List.of("met: p99.9 below each peer's", "met: p99.99 below each peer's"),
        verdicts(row("ballast", 0, 10), row("djl", 0, 20), row("onnxruntime-java", 0, 11)));
    assertEquals(
        List.of("missed: p99.9 below each peer's", "missed: p99.99 below each peer's"),
        verdicts(row("ballast", 0, 10), row("djl", 0, 20), row("onnxruntime-java", 0, 10)));
  }

  @Test
  void garbageMayCostHalfAsMuchAgain() {
    String claim = "up to p99.9 within 1.5 times the quiet JVM's";
    assertEquals(
        List.of("met: " + claim), verdicts(row("ballast", 0, 100), row("ballast", 500, 149)));
    assertEquals(
        List.of("missed: " + claim), verdicts(row("ballast", 0, 100), row("ballast", 500, 152)));
  }

  @Test
  void whatWasAskedForAndNotReachedIsSaidInTheRow() {
    Histogram h = new Histogram(3_600_000_000_000L, 3);
    h.recordValueWithCount(1_000, 100);
    LatencyRow behind =
        new LatencyRow(
            "ballast",
            "1",
            new Setting(Collector.ZGC, 500, 1),
            new LoadResult(h, 100, 1, 2, 0),
            Safepoints.none(),
            0,
            200);
    assertEquals(
        List.of("rate not kept: 50/s reached", "garbage: 200 MB/s reached"), behind.shortfalls());
    assertEquals(List.of(), row("ballast", 500, 10).shortfalls());
  }

  @Test
  void ratiosAreToTheQuietJvmAndToTheBestPeerUnderTheSameSetting() {
    LatencyRow own = row("ballast", 500, 30);
    LatencyResults all =
        new LatencyResults(
            "w",
            1,
            Arrivals.FIXED,
            List.of(row("ballast", 0, 20), own, row("djl", 500, 60), row("djl", 0, 1)),
            List.of(),
            false);
    assertEquals(1.5, all.overQuiet(own, 0.999).orElseThrow(), 1e-3);
    assertEquals(0.5, all.overBestPeer(own, 0.999).orElseThrow(), 1e-3);
    assertTrue(all.overQuiet(all.rows().getFirst(), 0.5).isEmpty(), "it is the quiet one");
    assertEquals(
        1.5, (double) all.reports().get(1).values().get("ratioToQuietP999"), 1e-3, "in JSON");
  }

  @Test
  void aPlotHasACurveForEachSideAndAmountOfGarbage() {
    LatencyResults all =
        new LatencyResults(
            "w",
            1,
            Arrivals.FIXED,
            List.of(row("ballast", 0, 20), row("ballast", 500, 30), row("djl", 0, 40)),
            List.of(),
            false);
    String svg = LatencyPlot.svg(all, Collector.G1, 1);
    for (String label : List.of(">ballast, quiet<", ">ballast, 500 MB/s<", ">djl, quiet<")) {
      assertTrue(svg.contains(label), svg);
    }
    assertThrows(
        IllegalArgumentException.class, () -> LatencyPlot.svg(all, Collector.ZGC, 1), "no rows");
  }

  @Test
  void safepointsAreReadFromTheJvmsOwnLog() throws IOException {
    Path log =
        Files.writeString(
            folder.resolve("log"),
            """
            [1000000000ns][info][safepoint] Safepoint "ThreadDump", Time since last: 3178997149 ns, Reaching safepoint: 4268 ns, At safepoint: 153922 ns, Leaving safepoint: 2935 ns, Total: 161125 ns, Threads: 0 runnable, 11 total
            [2000000000ns][info][safepoint] Safepoint "G1CollectForAllocation", Time since last: 1 ns, Reaching safepoint: 90000 ns, At safepoint: 1900000 ns, Leaving safepoint: 10000 ns, Total: 2000000 ns, Threads: 1 runnable, 11 total
            [9000000000ns][info][safepoint] Safepoint "G1CollectForAllocation", Time since last: 1 ns, Reaching safepoint: 900000 ns, At safepoint: 1 ns, Leaving safepoint: 1 ns, Total: 1 ns, Threads: 1 runnable, 11 total
            """);
    Safepoints s = Safepoints.read(log, 500, 8_000);
    assertEquals(2, s.count());
    assertEquals(90, s.reachingMicros(1), 0.1);
    assertEquals(2, s.gcPauseMillis(), 1e-9);
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                Safepoints.read(
                    Files.writeString(folder.resolve("other"), "Safepoint \"X\" took long\n"),
                    0,
                    1));
    assertTrue(e.getMessage().contains("line 1"), e.getMessage());
  }
}
