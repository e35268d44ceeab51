package dev.ballast.cli;

import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.ImageSource;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Value;
import dev.ballast.nn.Model;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.train.Graphs;
import dev.ballast.train.TrainingOptions;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What a process that runs a plan takes, part by part. The first parts are exact and come from
 * plans; those of OpenBLAS, the heap and the JVM were measured, and have room (decision 17).
 *
 * @param segmentBytes the session's segment: weights, states, and the scratch of all its plans
 * @param weightBytes of these, the weights
 * @param weightsCopyBytes the best epoch's weights, which a trainer keeps besides; where it keeps
 *     an average, also those in training while that is evaluated
 * @param dataBytes training and test data; empty where they can't be told
 * @param exampleBytes what one example of the data takes; zero where none are kept
 * @param heapBytes what {@code -Xmx} is to say
 * @param jvmBytes what the JVM takes besides its heap
 * @param furtherSessionBytes what one more session on the same weights takes, on a thread of its
 *     own; zero in training
 */
record ContainerNeeds(
    long segmentBytes,
    long weightBytes,
    long weightsCopyBytes,
    OptionalLong dataBytes,
    long exampleBytes,
    long heapBytes,
    long jvmBytes,
    long furtherSessionBytes) {
  private static final long MIB = 1 << 20;

  /** Loading takes 3 MiB, and the largest work buffer of one caller that was seen 11. */
  static final long OPENBLAS_BYTES = 14 * MIB;

  private static final long WORK_BUFFER_BYTES = 11 * MIB;

  /** Classes, compiled code, compilers, threads: 186 MiB at most with 1 to 64 processors. */
  private static final long TRAINING_JVM_BYTES = 208 * MIB;

  /** The same where nothing is trained: 98 MiB at most. */
  private static final long SERVING_JVM_BYTES = 128 * MIB;

  /** Starting and reading data; 8 MiB were enough. */
  private static final long HEAP_BYTES = 16 * MIB;

  /** While planning, for each step; about 3,300 bytes were enough. */
  private static final long HEAP_BYTES_PER_STEP = 4096;

  /** To decode photos of 12 megapixels, large ones one at a time; 96 MiB in all were enough. */
  private static final long PHOTO_HEAP_BYTES = 112 * MIB;

  /** One session, with weights from a model file. Mapped weights count: they are read. */
  static ContainerNeeds serving(Plan plan) {
    long weights = plan.bytes(Region.WEIGHTS);
    return new ContainerNeeds(
        plan.arenaBytes(),
        weights,
        0,
        OptionalLong.of(0),
        0,
        heap(plan),
        SERVING_JVM_BYTES,
        plan.arenaBytes() - weights + WORK_BUFFER_BYTES);
  }

  /**
   * A trainer: the plan of a step, that of a smaller last one, and two for evaluation.
   *
   * @throws IOException where data that are there can't be read
   */
  static ContainerNeeds training(Plan step, Definition d) throws IOException {
    Graph forward = Graphs.serving(d.model(), d.options().loss(), 1);
    int batch = batch(step);
    PlanOptions options = step.options().withoutBudget();
    TrainingOptions o = d.options();
    Stream<Graph> evaluations =
        Stream.of(batch, 1).map(b -> Graphs.evaluation(forward, o.loss(), b));
    Stream<Graph> accumulation =
        o.accumulate() == 1
            ? Stream.empty()
            : Stream.of(Graphs.accumulation(d.model(), o.loss(), o.update(), batch));
    List<Plan> others =
        Stream.concat(evaluations, accumulation).map(g -> Planner.plan(g, options)).toList();
    long scratch =
        Stream.concat(Stream.of(step), others.stream())
            .mapToLong(p -> p.bytes(Region.SCRATCH))
            .max()
            .orElseThrow();
    // How small the last batch is depends on the data: counted as a full one.
    long io = 2 * step.bytes(Region.IO) + others.stream().mapToLong(p -> p.bytes(Region.IO)).sum();
    long weights = step.bytes(Region.WEIGHTS);
    // The best epoch's and, where an average is kept, those in training while it is evaluated.
    long copies = o.update().average().isPresent() ? 2 : 1;
    boolean photos = d.data() instanceof ImageSource;
    return new ContainerNeeds(
        weights + step.bytes(Region.STATE) + io + scratch,
        weights,
        copies * weights,
        d.data().bytes(),
        d.model().example().elements() + 1,
        heap(step) + (photos ? PHOTO_HEAP_BYTES : 0),
        TRAINING_JVM_BYTES,
        0);
  }

  private static int batch(Plan step) {
    return step.graph().inputs().stream()
        .filter(i -> i.name().equals(Model.INPUT))
        .map(Value::type)
        .findFirst()
        .orElseThrow()
        .shape()
        .dim(0);
  }

  private static long heap(Plan plan) {
    long bytes = HEAP_BYTES + HEAP_BYTES_PER_STEP * plan.steps().size();
    return (bytes + MIB - 1) / MIB * MIB;
  }

  /** What the container's limit should be at least; data that can't be told are left out. */
  long containerBytes() {
    return segmentBytes
        + weightsCopyBytes
        + dataBytes.orElse(0)
        + OPENBLAS_BYTES
        + heapBytes
        + jvmBytes;
  }

  /**
   * For the JVM. Compiling one of the larger kernels takes up to 44 MB, and a JVM has more threads
   * that compile the more processors it sees; two bound it.
   */
  List<String> flags() {
    return List.of("-Xmx" + heapBytes / MIB + "m", "-XX:+UseSerialGC", "-XX:CICompilerCount=2");
  }

  Report addTo(Report r) {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("segmentBytes", segmentBytes);
    parts.put("weightBytes", weightBytes);
    parts.put("weightsCopyBytes", weightsCopyBytes);
    dataBytes.ifPresent(b -> parts.put("dataBytes", b));
    parts.put("exampleBytes", exampleBytes);
    parts.put("openblasBytes", OPENBLAS_BYTES);
    parts.put("heapBytes", heapBytes);
    parts.put("jvmBytes", jvmBytes);
    parts.put("furtherSessionBytes", furtherSessionBytes);
    parts.put("jvmFlags", flags());
    return r.put("containerBytes", containerBytes()).put("container", parts);
  }

  /** Some lines for people. */
  String text() {
    StringBuilder s = new StringBuilder();
    line(s, "container", containerBytes(), "or more, with " + String.join(" ", flags()));
    line(s, "  segment", segmentBytes, String.format(Locale.ROOT, "weights %,d", weightBytes));
    if (weightsCopyBytes > 0) {
      line(
          s,
          "  copy",
          weightsCopyBytes,
          "the best epoch's weights and, with ema, those in training");
    }
    if (dataBytes.orElse(1) > 0) {
      String each = String.format(Locale.ROOT, "%,d an example", exampleBytes);
      if (dataBytes.isPresent()) {
        line(s, "  data", dataBytes.getAsLong(), each);
      } else {
        s.append(String.format(Locale.ROOT, "%-11s %13s  not counted: %s%n", "  data", "?", each));
      }
    }
    line(s, "  OpenBLAS", OPENBLAS_BYTES, "library, and the work buffer of one caller");
    line(s, "  heap", heapBytes, "Ballast's own: add what your program needs");
    line(s, "  JVM", jvmBytes, "classes, compiled code, compilers, threads");
    if (furtherSessionBytes > 0) {
      line(s, "  + session", furtherSessionBytes, "for each further one, weights shared");
    }
    return s.toString();
  }

  private static void line(StringBuilder s, String part, long bytes, String remark) {
    s.append(String.format(Locale.ROOT, "%-11s %,13d  %s%n", part, bytes, remark));
  }
}
