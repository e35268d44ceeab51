package dev.ballast.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.ballast.format.ModelFile;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Node;
import dev.ballast.kernel.Simd;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Sgd;
import dev.ballast.pass.Passes;
import dev.ballast.pass.Rebatch;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.plan.Region;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions whose weights are packed when they are opened. */
class PreparedSessionTest {
  private static final SessionOptions CHECKED = SessionOptions.defaults().withPoison(true);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final Model MODEL =
      new Model(
          "small",
          Shape.of(60),
          Sequential.of(
              Linear.of("fc1", 60, 130),
              Activation.RELU,
              Linear.of("fc2", 130, 50),
              Activation.TANH,
              Linear.of("fc3", 50, 10)));

  @TempDir Path folder;

  private static Graph serving(int batch) {
    return Graphs.serving(MODEL, new CrossEntropy(), batch);
  }

  private static Plan plan(Graph g) {
    return Planner.plan(g, PlanOptions.defaults());
  }

  private static void fill(Session s, int stream) {
    for (var p : s.plan().graph().parameters()) {
      Philox random = new Philox(stream, p.id());
      for (long i = 0; i < p.type().elements(); i++) {
        s.parameter(p.name()).set(i, 0.2 * random.nextGaussian());
      }
    }
  }

  private static float[] scores(Session s) {
    Philox random = new Philox(5, 5);
    for (long i = 0; i < s.input(Model.INPUT).elements(); i++) {
      s.input(Model.INPUT).set(i, random.nextGaussian());
    }
    s.run();
    return s.output(Graphs.PROBABILITIES).toFloats();
  }

  private static void assertClose(float[] expected, float[] actual) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      // Probabilities; what a sum loses to rounding is relative to its largest terms.
      assertEquals(expected[i], actual[i], 1e-6, "probability " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 19, 64})
  void aMappedModelGivesTheSameAnswersPackedAndNot(int batch) throws IOException {
    Path file = folder.resolve("small.ballast");
    try (Session s = Session.open(plan(serving(1)), CHECKED)) {
      fill(s, 1);
      ModelFile.write(file, serving(1), s.weights(), new TreeMap<>());
    }
    try (ModelFile model = ModelFile.open(file)) {
      Graph g = Rebatch.run(model.graph(), batch);
      Plan prepared = plan(Passes.forServing(g));
      try (Session plain = Session.open(plan(g), model.weights(), CHECKED);
          Session packed = Session.open(prepared, model.weights(), CHECKED);
          Session threaded = Session.open(prepared, model.weights(), CHECKED.withThreads(2))) {
        float[] answers = scores(packed);
        assertClose(scores(plain), answers);
        assertArrayEquals(answers, scores(packed), "a second run");
        assertArrayEquals(answers, scores(threaded), "two threads");
        assertEquals(prepared.arenaBytes() - prepared.bytes(Region.WEIGHTS), packed.segmentBytes());
        assertEquals(Simd.isAvailable(), prepared.bytes(Region.PREPARED) > 0);
      }
    }
  }

  @Test
  void weightsWrittenLaterCountOncePrepared() {
    Graph g = serving(8);
    Plan prepared = plan(Passes.forServing(g));
    boolean packs = g.parameters().size() > 0 && prepared.bytes(Region.PREPARED) > 0;
    assertEquals(Simd.isAvailable(), packs);
    try (Session plain = Session.open(plan(g), CHECKED);
        Session packed = Session.open(prepared, CHECKED)) {
      fill(plain, 1);
      fill(packed, 1);
      float[] first = scores(packed);
      assertClose(scores(plain), first);
      packed.parameter("fc1.weight").fill(0.01);
      plain.parameter("fc1.weight").fill(0.01);
      if (packs) {
        assertArrayEquals(first, scores(packed), "until then as before");
      }
      packed.prepare();
      float[] later = scores(packed);
      assertFalse(Arrays.equals(first, later));
      assertClose(scores(plain), later);
    }
  }

  /** Each plan has prepared values of its own, even of the same weights. */
  @Test
  void plansAlongsidePrepareForThemselves() {
    Plan full = plan(Passes.forServing(serving(8)));
    Plan single = plan(Passes.forServing(serving(1)));
    try (Session a = Session.open(full, CHECKED, single);
        Session b = a.alongside(single);
        Session apart = Session.open(single, CHECKED)) {
      fill(a, 3);
      fill(apart, 3);
      float[] of8 = scores(a);
      assertArrayEquals(scores(apart), scores(b));
      assertArrayEquals(of8, scores(a));
      assertEquals(
          full.arenaBytes()
              + single.bytes(Region.PREPARED)
              + single.bytes(Region.IO)
              + Math.max(0, single.bytes(Region.SCRATCH) - full.bytes(Region.SCRATCH)),
          a.segmentBytes());
    }
  }

  @Test
  void trainingPreparesNothing() {
    Graph step = Graphs.trainingStep(MODEL, new CrossEntropy(), Sgd.of(0.1), 8);
    assertTrue(step.nodes().stream().noneMatch(Node::prepares));
    Graph evaluation = Graphs.evaluation(serving(8), new CrossEntropy(), 8);
    assertTrue(evaluation.nodes().stream().noneMatch(Node::prepares));
  }

  @Test
  void runsAllocateNothing() {
    for (int batch : new int[] {1, 8}) {
      try (Session s = Session.open(plan(Passes.forServing(serving(batch))))) {
        fill(s, 1);
        long bytes;
        long deadline = System.nanoTime() + 20_000_000_000L;
        do {
          bytes = allocated(s::run, 2_000) - allocated(() -> {}, 2_000);
        } while (bytes != 0 && System.nanoTime() < deadline);
        assertEquals(0, bytes, "bytes in 2,000 runs");
      }
    }
  }

  private static long allocated(Runnable body, int runs) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < runs; i++) {
      body.run();
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
