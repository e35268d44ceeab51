package dev.ballast.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What PyTorch and ONNX Runtime take for the same rows; see {@code bench/peers/memory.py}.
 *
 * @param torch its version, or nothing where it is missing
 * @param onnxruntime its version, or nothing where it is missing
 * @param rows an object for each row
 */
record MemoryPeers(String torch, String onnxruntime, List<JsonNode> rows) {
  MemoryPeers {
    rows = List.copyOf(rows);
  }

  private record Forward(MemoryRow row, double[] scores) {}

  /**
   * Empty where there is no such interpreter.
   *
   * @throws IOException where the script fails, or a peer computes something else
   */
  static Optional<MemoryPeers> measure(
      String python, Path script, List<MemoryRow> rows, PrintWriter err) throws IOException {
    if (!runs(python)) {
      return Optional.empty();
    }
    Path folder = Files.createTempDirectory("ballast-memory");
    try {
      List<Forward> forwards = new ArrayList<>();
      List<Map<String, Object>> jobs = new ArrayList<>();
      for (MemoryRow r : rows) {
        Path values = folder.resolve(jobs.size() + ".f32");
        forwards.add(new Forward(r, r.forward(values)));
        jobs.add(r.job(values));
      }
      Path file = folder.resolve("jobs.json");
      new ObjectMapper().writeValue(file.toFile(), jobs);
      return Optional.of(read(answer(python, script, file, err), forwards));
    } finally {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path f : files.toList()) {
          Files.delete(f);
        }
      }
      Files.delete(folder);
    }
  }

  private static boolean runs(String python) {
    try {
      return new ProcessBuilder(python, "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static JsonNode answer(String python, Path script, Path jobs, PrintWriter err)
      throws IOException {
    err.flush();
    Process p =
        new ProcessBuilder(python, script.toString(), jobs.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    JsonNode j;
    try {
      j = new ObjectMapper().readTree(p.getInputStream());
    } catch (JsonProcessingException e) {
      throw new IOException(script + ": gave no JSON; see what it printed", e);
    }
    if (j == null || !j.has("rows")) {
      throw new IOException(script + ": gave no answer; see what it printed");
    }
    return j;
  }

  private static MemoryPeers read(JsonNode j, List<Forward> forwards) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    j.get("rows").forEach(rows::add);
    if (rows.size() != forwards.size()) {
      throw new IOException("the peers answered " + rows.size() + " of " + forwards.size());
    }
    for (int i = 0; i < rows.size(); i++) {
      Forward f = forwards.get(i);
      for (Map.Entry<String, JsonNode> e : rows.get(i).properties()) {
        f.row().demandSame(f.scores(), e.getKey(), e.getValue().path("result"));
      }
    }
    JsonNode versions = j.path("versions");
    return new MemoryPeers(
        versions.path("torch").asText(), versions.path("onnxruntime").asText(), rows);
  }
}
