package dev.ballast.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.cli.Commands;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ballast bench peers}, beside peers that are shell scripts. */
@DisabledOnOs(OS.WINDOWS)
class PeersCommandTest {
  /** One run of 1,048.576 µs, as int64. */
  private static final String TIMES =
      "printf '\\000\\000\\020\\000\\000\\000\\000\\000' > \"$times\"";

  private static final String ROUND = TIMES + "; echo '{\"operations\": 1}'";

  /** What Ballast computed, which comes first. */
  private static final String CHECK = "cp \"$own\" \"$result\"; echo '{\"checked\": true}'";

  private static final String FIRST = "echo '{\"first\": true, \"version\": \"4.2\"}'";

  /** Processes of each side; one is started before, so that files are in memory. */
  private static final int STARTS = 2;

  @TempDir private Path folder;

  private record Run(int status, String out, String err) {
    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(out);
    }

    JsonNode row(String side) throws IOException {
      for (JsonNode r : json()) {
        if (r.get("side").asText().equals(side)) {
          return r;
        }
      }
      throw new AssertionError("no row of " + side + " in " + out);
    }
  }

  private static Run run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> texts = new ArrayList<>();
    for (Object a : arguments) {
      texts.add(a.toString());
    }
    int status =
        Commands.run(
            new PeersCommand(),
            List.of(),
            new PrintWriter(out),
            new PrintWriter(err),
            texts.toArray(String[]::new));
    return new Run(status, out.toString(), err.toString());
  }

  /** The smallest workload, for as short as it gets. */
  private Run quick(String sides, Object... more) {
    List<Object> all = new ArrayList<>(List.of("--peers", folder, "--sides", sides));
    all.addAll(List.of("--only", "mlp-b1-infer", "--threads", 1, "--seconds", 0.02));
    all.addAll(List.of("--starts", STARTS));
    all.addAll(List.of(more));
    return run(all.toArray());
  }

  /** A program in place of Python's that speaks the protocol, with these answers. */
  private void pretend(String first, String check, String round) throws IOException {
    Path python = Files.createDirectories(folder.resolve("venv").resolve("bin")).resolve("python");
    Files.writeString(
        python,
        """
        #!/bin/sh
        result=$(sed -n 's/^result=//p' "$2")
        times=$(sed -n 's/^times=//p' "$2")
        own=$(dirname "$2")/ballast.result
        echo started >> "$0.starts"
        %s
        while read -r word rest; do
          case $word in
            check) %s ;;
            round) %s ;;
            *) exit ;;
          esac
        done
        """
            .formatted(first, check, round));
    assertTrue(python.toFile().setExecutable(true));
  }

  @Test
  void withoutPeersThereAreBallastsOwnFiguresAndWhatToInstall() throws IOException {
    Run r = quick("ballast,torch,torch-compiled,jax,onnxruntime-java,djl", "--json");
    assertEquals(0, r.status(), r.err());
    assertEquals(1, r.json().size(), r.out());
    JsonNode row = r.row("ballast");
    assertEquals("mlp-b1-infer", row.get("workload").asText());
    assertEquals(1, row.get("threads").asInt());
    for (String key : List.of("medianMicros", "p99Micros", "p999Micros", "startMillis")) {
      assertTrue(row.get(key).asDouble() > 0, key);
    }
    for (String key : List.of("heapBytesPerOp", "gcCount", "spreadPercent", "runs")) {
      assertTrue(row.get(key).asDouble() >= 0, key);
    }
    assertTrue(row.get("p99Micros").asDouble() >= row.get("medianMicros").asDouble());
    assertFalse(row.has("ratioToBestPeer"), "there is no peer");
    for (String side : List.of("torch", "torch-compiled", "jax", "onnxruntime-java", "djl")) {
      assertTrue(r.err().contains(side + " is left out: " + folder), r.err());
    }
    assertTrue(r.err().contains("install.sh " + folder), r.err());
  }

  @Test
  void aPeerThatComputesTheSameIsMeasuredAndBallastComparedWithIt() throws IOException {
    pretend(FIRST, CHECK, ROUND);
    Run r = quick("ballast,torch", "--json");
    assertEquals(0, r.status(), r.err());
    JsonNode torch = r.row("torch");
    assertEquals(1048.576, torch.get("medianMicros").asDouble(), 1e-9);
    assertEquals(1048.576, torch.get("p999Micros").asDouble(), 1e-9);
    assertEquals(1 + STARTS, Files.readAllLines(folder.resolve("venv/bin/python.starts")).size());
    assertEquals(0, torch.get("spreadPercent").asDouble(), 0);
    assertEquals(1, torch.get("ratioToBestPeer").asDouble(), 0);
    assertEquals("4.2", torch.get("version").asText());
    assertFalse(torch.has("heapBytesPerOp"), "it is no JVM");
    JsonNode own = r.row("ballast");
    double ratio = own.get("medianMicros").asDouble() / 1048.576;
    assertEquals(ratio, own.get("ratioToBestPeer").asDouble(), 1e-9);
  }

  @Test
  void theTableNamesSidesReasonsAndThreads() throws IOException {
    pretend("echo '{\"missing\": \"it rains\"}'", CHECK, ROUND);
    Run r = quick("ballast,torch", "--threads", 2);
    assertEquals(0, r.status(), r.err());
    assertTrue(r.out().contains("mlp-b1-infer ×2"), r.out());
    assertTrue(r.out().contains("torch is left out: it rains"), r.out());
  }

  @Test
  void ofThreeTheOneThatComputesSomethingElseIsDisqualified() throws IOException {
    // Zeros, but only from JAX's script.
    String wrong =
        "case $1 in *jax*) head -c 40 /dev/zero > \"$result\" ;; *) cp \"$own\" \"$result\" ;;"
            + " esac; echo '{\"checked\": true}'";
    pretend(FIRST, wrong, ROUND);
    Run r = quick("ballast,torch,jax", "--json");
    assertEquals(0, r.status(), r.err());
    assertEquals(2, r.json().size(), r.out());
    assertTrue(
        r.err().contains("jax is disqualified: computes something else: scores differs by 1"),
        r.err());
    assertFalse(r.err().contains("torch is disqualified"), r.err());
  }

  @Test
  void ofTwoThatDifferNeitherIsMeasured() throws IOException {
    String zeros = "head -c 40 /dev/zero > \"$result\"; echo '{\"checked\": true}'";
    pretend(FIRST, zeros, ROUND);
    Run r = quick("ballast,torch", "--json");
    assertEquals(1, r.status(), r.err());
    assertEquals(0, r.json().size(), r.out());
    assertTrue(r.err().contains("ballast is disqualified"), r.err());
    assertTrue(r.err().contains("from ballast, and no third side tells"), r.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exit 3 | it ended with status 3",
        "echo garbage; read -r x | answered no JSON object but 'garbage'",
        "echo '[1]'; read -r x | answered no JSON object but '[1]'",
        "echo '{}'; read -r x | without 'first'",
        "echo 'no disk' >&2; exit 1 | the last it printed: no disk",
        "exec sleep 600 | it did not answer for 1 s"
      })
  void aPeerThatBreaksAtItsStartIsLeftOutAndTheOthersAreMeasured(String first, String said)
      throws IOException {
    pretend(first, CHECK, ROUND);
    Measured m = measured();
    assertEquals(List.of("other"), m.names());
    assertTrue(m.reason().contains(said), m.reason());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exit 3 | asked for its results, it ended with status 3",
        "echo garbage | answered no JSON object but 'garbage'",
        "echo '{\"checked\": true}' | it left no results",
        "printf abcd > \"$result\"; echo '{\"checked\": true}' | it left 1 results, not 10"
      })
  void aPeerThatBreaksWhileItIsCheckedIsLeftOut(String check, String said) throws IOException {
    pretend(FIRST, check, ROUND);
    Measured m = measured();
    assertEquals(List.of("other"), m.names());
    assertTrue(m.reason().contains(said), m.reason());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exit 3",
        "echo garbage",
        "echo '{\"operations\": 1}'",
        "exec sleep 600",
      })
  void aPeerThatBreaksInARoundIsLeftOut(String round) throws IOException {
    pretend(FIRST, "head -c 40 /dev/zero > \"$result\"; echo '{\"checked\": true}'", round);
    Measured m = measured();
    assertEquals(List.of("other"), m.names());
    assertEquals(1, m.comparison().leftOut().size());
  }

  private record Measured(Comparison comparison) {
    List<String> names() {
      return comparison.rows().stream().map(PeerRow::side).toList();
    }

    String reason() {
      assertEquals(1, comparison.leftOut().size(), comparison.leftOut().toString());
      assertEquals(Comparison.Why.FAILED, comparison.leftOut().getFirst().why());
      return comparison.leftOut().getFirst().reason();
    }
  }

  /** The pretender beside one that always does as it should. */
  private Measured measured() throws IOException {
    Path bad = folder.resolve("venv").resolve("bin").resolve("python");
    Path moved = Files.move(bad, folder.resolve("bad"));
    pretend(FIRST, "head -c 40 /dev/zero > \"$result\"; echo '{\"checked\": true}'", ROUND);
    Side one = new Side.Python("one", moved, Path.of("one.py"), List.of(), "");
    Side other = new Side.Python("other", bad, Path.of("other.py"), List.of(), "");
    Measurement m = new Measurement(folder, 0.02, Duration.ofSeconds(1), 1);
    PeerWorkload w =
        PeerWorkload.all().stream()
            .filter(each -> each.name().equals("mlp-b1-infer"))
            .findFirst()
            .orElseThrow();
    return new Measured(m.run(w, 1, List.of(one, other)));
  }

  @Test
  void unknownNamesAreWrongUsageAndTheKnownOnesAreTold() {
    Run workload = run("--only", "mlp-b65");
    assertEquals(2, workload.status());
    assertTrue(workload.err().contains("there is no workload 'mlp-b65', only [mlp-b64,"));
    Run side = run("--sides", "ballast,tensorflow");
    assertEquals(2, side.status());
    assertTrue(side.err().contains("there is no side 'tensorflow', only [ballast, torch,"));
    assertEquals(2, run("--threads", "0").status());
    assertEquals(2, run("--seconds", "0").status());
  }

  @Test
  void theRealPeersAgreeWhereTheyAreInstalled() throws IOException {
    String peers = System.getProperty("ballast.peers", "");
    Assumptions.assumeFalse(peers.isEmpty(), "no folder of peers is named: -Dballast.peers");
    Run r =
        run(
            "--json",
            "--peers",
            peers,
            "--threads",
            1,
            "--seconds",
            0.1,
            "--only",
            "mlp-b8-infer,mlp-b64-forward,catdog-b32,lenet");
    assertEquals(0, r.status(), r.err());
    assertFalse(r.err().contains("disqualified"), r.err());
    assertTrue(r.json().size() > 10, r.out());
  }
}
