package dev.ballast.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ballast.cli.Report;
import dev.ballast.kernel.Slice;
import dev.ballast.nn.Model;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.Philox;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * One network at one batch size, trained or served.
 *
 * @param plan of the training step or the forward pass
 */
record MemoryRow(MemorySubject subject, boolean training, int batch, Plan plan) {
  private static final double TOLERANCE = 1e-4;
  private static final int SEED = 1;

  static MemoryRow of(MemorySubject s, boolean training, int batch) {
    var graph =
        training
            ? Graphs.trainingStep(s.model(), s.loss(), s.optimizer(), batch)
            : Graphs.serving(s.model(), s.loss(), batch);
    return new MemoryRow(s, training, batch, Planner.plan(graph, PlanOptions.defaults()));
  }

  String name() {
    return subject.model().name();
  }

  /** Weights and optimizer state. */
  long keptBytes() {
    return plan.bytes(Region.WEIGHTS) + plan.bytes(Region.STATE);
  }

  /** What the peers are asked: {@link #forward} gives the bytes of the file. */
  Map<String, Object> job(Path values) {
    Map<String, Object> job = new LinkedHashMap<>();
    job.put("name", name());
    job.put("training", training);
    job.put("batch", batch);
    job.put("input", IntStream.of(subject.model().example().dims()).boxed().toList());
    job.put("layers", subject.layers());
    job.put("loss", subject.loss().label());
    job.put("optimizer", subject.optimizerDescribed());
    job.put("values", values.toString());
    return job;
  }

  /**
   * Runs the forward pass on weights as they start and an input drawn at random, writes both to a
   * file, and returns the scores.
   */
  double[] forward(Path values) throws IOException {
    Plan forward =
        Planner.plan(
            Graphs.serving(subject.model(), subject.loss(), batch), PlanOptions.defaults());
    try (Session s = Session.open(forward)) {
      subject.model().initialize(SEED, s::parameter);
      Slice x = s.input(Model.INPUT);
      Philox random = new Philox(SEED, 0);
      for (long i = 0; i < x.elements(); i++) {
        x.set(i, random.nextInt(2001) / 1000.0 - 1);
      }
      List<float[]> all = new ArrayList<>();
      all.add(x.toFloats());
      forward.graph().parameters().forEach(p -> all.add(s.parameter(p.name()).toFloats()));
      ByteBuffer bytes =
          ByteBuffer.allocate(4 * all.stream().mapToInt(v -> v.length).sum())
              .order(ByteOrder.LITTLE_ENDIAN);
      for (float[] v : all) {
        bytes.asFloatBuffer().put(v);
        bytes.position(bytes.position() + 4 * v.length);
      }
      Files.write(values, bytes.array());
      s.run();
      return s.output(Model.OUTPUT).toDoubles();
    }
  }

  /**
   * A peer's network that computes something else has no place in the table.
   *
   * @throws IOException where its scores are not these
   */
  void demandSame(double[] own, String peer, JsonNode result) throws IOException {
    double largest = 0;
    double off = own.length == result.size() ? 0 : Double.POSITIVE_INFINITY;
    for (int i = 0; i < Math.min(own.length, result.size()); i++) {
      largest = Math.max(largest, Math.abs(own[i]));
      // Not a number remains one through max, and so fails below.
      off = Math.max(off, Math.abs(own[i] - result.get(i).asDouble()));
    }
    if (!(off <= TOLERANCE * largest)) {
      throw new IOException(
          name()
              + ", batch "
              + batch
              + ": "
              + peer
              + " computes something else: scores of up to "
              + largest
              + " are off by "
              + off);
    }
  }

  Report report(Optional<JsonNode> peers) {
    Report r =
        new Report()
            .put("model", name())
            .put("training", training)
            .put("batch", batch)
            .put("keptBytes", keptBytes())
            .put("arenaBytes", plan.arenaBytes())
            .put("noReuseBytes", plan.noReuseBytes());
    peers.ifPresent(
        p ->
            p.properties()
                .forEach(
                    e ->
                        e.getValue().properties().stream()
                            .filter(f -> f.getKey().endsWith("Bytes") || isBytes(f.getKey()))
                            .forEach(f -> put(r, e.getKey(), f))));
    return r;
  }

  private static boolean isBytes(String key) {
    return key.endsWith("BytesWithoutPattern");
  }

  /** {@code torch} and {@code peakBytes} make {@code torchPeakBytes}. */
  private static void put(Report r, String peer, Map.Entry<String, JsonNode> field) {
    String key = field.getKey();
    r.put(
        peer + Character.toUpperCase(key.charAt(0)) + key.substring(1), field.getValue().asLong());
  }

  static OptionalLong bytes(Optional<JsonNode> peers, String peer, String key) {
    return peers.isPresent() && peers.get().path(peer).has(key)
        ? OptionalLong.of(peers.get().get(peer).get(key).asLong())
        : OptionalLong.empty();
  }
}
