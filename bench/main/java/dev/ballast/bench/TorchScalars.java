package dev.ballast.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.kernel.ScalarOp;
import dev.ballast.scalar.ScalarGraph;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The same graphs in PyTorch, a 0-dimensional tensor for each node, in a process of its own; see
 * {@code bench/peers/scalars.py}.
 *
 * @param python an interpreter that has torch
 * @param mostNodes larger graphs are not tried
 * @param seconds for each graph
 */
record TorchScalars(String python, Path script, int mostNodes, double seconds) {
  /** In the order of the codes that the script knows. */
  private static final List<ScalarOp> CODES =
      List.of(
          ScalarOp.ADD,
          ScalarOp.SUB,
          ScalarOp.MUL,
          ScalarOp.MIN,
          ScalarOp.TANH,
          ScalarOp.SIGMOID,
          ScalarOp.SIN,
          ScalarOp.RELU);

  record Answer(String version, double nanosPerNode, double[] lossAndGradient) {}

  /** Empty where the interpreter is missing or has no torch. */
  static Optional<TorchScalars> find(String python, Path script, int mostNodes, double seconds) {
    try {
      Process p =
          new ProcessBuilder(python, "-c", "import torch")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return p.waitFor() == 0
          ? Optional.of(new TorchScalars(python, script, mostNodes, seconds))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  Answer run(ScalarGraph g, double[] point) {
    try {
      Path file = Files.createTempFile("scalars", ".bin");
      try {
        Files.write(file, bytes(g, point));
        return run(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Answer run(Path file) throws IOException {
    Process p =
        new ProcessBuilder(python, script.toString(), file.toString(), Double.toString(seconds))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    JsonNode j = new ObjectMapper().readTree(p.getInputStream());
    if (j == null || !j.has("nanosPerNode")) {
      throw new IOException(script + ": PyTorch gave no answer; see what it printed");
    }
    double[] answer =
        IntStream.range(0, j.get("lossAndGradient").size())
            .mapToDouble(i -> j.get("lossAndGradient").get(i).asDouble())
            .toArray();
    return new Answer(j.get("version").asText(), j.get("nanosPerNode").asDouble(), answer);
  }

  /** The file that the script reads; its form is written there. */
  private static byte[] bytes(ScalarGraph g, double[] point) {
    int n = g.nodes();
    ByteBuffer b =
        ByteBuffer.allocate(12 + 8 * point.length + 9 * n).order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(g.inputs()).putInt(n).putInt(g.output(0));
    for (double x : point) {
      b.putDouble(x);
    }
    for (int i = 0; i < n; i++) {
      b.put((byte) CODES.indexOf(g.op(i)));
    }
    for (int k = 0; k < 2; k++) {
      for (int i = 0; i < n; i++) {
        b.putInt(k < g.op(i).arity() ? g.operand(i, k) : -1);
      }
    }
    return b.array();
  }
}
