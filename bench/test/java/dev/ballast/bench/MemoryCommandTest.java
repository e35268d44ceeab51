package dev.ballast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.cli.Commands;
import dev.ballast.kernel.Gemm;
import dev.ballast.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ballast bench memory}. */
class MemoryCommandTest {
  @TempDir private Path folder;

  private record Run(int status, String out, String err) {
    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(out);
    }
  }

  private static Run run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = new String[arguments.length + 1];
    texts[0] = "memory";
    for (int i = 0; i < arguments.length; i++) {
      texts[i + 1] = arguments[i].toString();
    }
    int status =
        Commands.run(new Bench(), List.of(), new PrintWriter(out), new PrintWriter(err), texts);
    return new Run(status, out.toString(), err.toString());
  }

  /** 3 inputs, 2 outputs, squares. */
  private Path tiny() throws IOException {
    return Files.writeString(
        folder.resolve("tiny.toml"),
        """
        name = "tiny"
        input = [1, 3]
        loss = "mse"
        batch = 4
        epochs = 1
        seed = 1
        [data]
        kind = "images"
        folder = "none"
        [optimizer]
        kind = "adam"
        learning_rate = 0.1
        [[layer]]
        kind = "flatten"
        [[layer]]
        kind = "linear"
        name = "fc"
        out = 2
        """);
  }

  /** A program in place of Python that answers whatever it is asked. */
  private Path answering(String text) throws IOException {
    Path program = folder.resolve("answering");
    Files.writeString(program, "#!/bin/sh\ncat <<'END'\n" + text + "\nEND\n");
    assertTrue(program.toFile().setExecutable(true));
    return program;
  }

  @Test
  void withoutPythonThereAreBallastsOwnFigures() throws IOException {
    Run r = run("--json", "--python", folder.resolve("no-python"));
    assertEquals(0, r.status(), r.err());
    assertEquals(15, r.json().size());
    for (JsonNode row : r.json()) {
      long kept = row.get("keptBytes").asLong();
      long arena = row.get("arenaBytes").asLong();
      assertTrue(kept < arena && arena <= row.get("noReuseBytes").asLong(), row.toString());
      assertFalse(row.has("torchPeakBytes"), row.toString());
    }
    assertTrue(r.err().contains("pip install torch"), r.err());
    assertTrue(r.err().contains("pip install onnx onnxruntime"), r.err());
  }

  @Test
  void aServedModelTakesItsWeightsItsInputAndItsResult() throws IOException {
    Run r = run(tiny(), "--json", "--python", folder.resolve("no-python"));
    JsonNode served = r.json().get(1);
    assertEquals(1, served.get("batch").asInt());
    // Two parameters; the input, the product, and its sum with the bias: less than 64 bytes each;
    // and the product's workspace, which depends on the machine's vectors.
    assertEquals(2 * 64, served.get("keptBytes").asLong());
    long workspace = Gemm.workspaceBytes(DType.F32, new Gemm.Dims(1, 2, 3), false, true, false);
    assertEquals(5 * 64 + workspace, served.get("arenaBytes").asLong());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aPythonWithoutPeersIsToldWhatToInstall() throws IOException {
    Path python =
        answering("{\"versions\": {\"torch\": \"\", \"onnxruntime\": \"\"}, \"rows\": [{},{},{}]}");
    Run r = run(tiny(), "--python", python);
    assertEquals(0, r.status(), r.err());
    assertTrue(r.err().contains("PyTorch is left out"), r.err());
    assertTrue(r.out().contains("tiny"), r.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Traceback", "{\"versions\": {}}", "{\"rows\": [{}]}"})
  @DisabledOnOs(OS.WINDOWS)
  void anAnswerThatIsNoneIsAComplaint(String answer) throws IOException {
    Run r = run(tiny(), "--python", answering(answer));
    assertEquals(1, r.status(), r.err());
    assertEquals("", r.out());
    assertFalse(r.err().contains("\tat "), r.err());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aPeerThatComputesSomethingElseHasNoPlaceInTheTable() throws IOException {
    String one = "{\"torch\": {\"peakBytes\": 1, \"keptBytes\": 0, \"result\": [0, 0]}}";
    Run r = run(tiny(), "--python", answering("{\"rows\": [" + one + "," + one + "," + one + "]}"));
    assertEquals(1, r.status(), r.out());
    assertTrue(r.err().contains("torch computes something else"), r.err());
  }

  @Test
  void aScoreThatIsNotANumberIsSomethingElse() throws IOException {
    MemoryRow row = MemoryRow.of(MemorySubject.deepPerceptron(1, 4, 2), false, 1);
    ObjectMapper json = new ObjectMapper();
    double[] own = {1, -2};
    row.demandSame(own, "peer", json.readTree("[1.0001, -2]"));
    for (String other : List.of("[1.001, -2]", "[1]", "[\"NaN\", -2]", "[1, -2, 0]")) {
      JsonNode result = json.readTree(other);
      assertThrows(IOException.class, () -> row.demandSame(own, "peer", result), other);
    }
  }

  @Test
  void theRealPeersAgreeWhereTheyAreInstalled() throws IOException {
    String python = System.getProperty("ballast.python", "python3");
    Run r = run(tiny(), "--json", "--python", python);
    Assumptions.assumeFalse(
        r.err().contains("PyTorch is left out"), python + " has no PyTorch: -Dballast.python");
    assertEquals(0, r.status(), r.err());
    JsonNode trained = r.json().get(0);
    // Two parameters of 6 and 2 numbers, two moments each and a counter of 4 bytes.
    assertEquals(3 * 4 * 8 + 2 * 4, trained.get("torchKeptBytes").asLong());
    JsonNode served = r.json().get(1);
    // Input, weights, and 2 scores.
    assertEquals(4 * (3 + 8 + 2), served.get("torchPeakBytes").asLong());
  }

  @Test
  void aDefinitionThatIsNotThereIsNamed() {
    Run r = run(folder.resolve("none.toml"));
    assertEquals(1, r.status());
    assertTrue(r.err().contains("none.toml"), r.err());
  }
}
