package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Dropout;
import dev.ballast.nn.Embedding;
import dev.ballast.nn.LayerNorm;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.MultiHeadAttention;
import dev.ballast.nn.Positions;
import dev.ballast.nn.Residual;
import dev.ballast.nn.Sequential;
import dev.ballast.nn.TiedLinear;
import dev.ballast.optim.Adam;
import dev.ballast.optim.Clipping;
import dev.ballast.optim.Lion;
import dev.ballast.optim.Optimizer;
import dev.ballast.optim.Sgd;
import dev.ballast.optim.UpdateRule;
import dev.ballast.optim.WeightAverage;
import dev.ballast.pass.PassRule;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Philox;
import dev.ballast.tensor.Shape;
import dev.ballast.testing.Allocations;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What a service is promised once it is warm: no heap, and the same bits whoever else runs. */
class SteadyStateTest {
  private static final Model MODEL =
      new Model(
          "small",
          Shape.of(20),
          Sequential.of(
              Linear.of("fc1", 20, 33),
              Activation.RELU,
              new Dropout(0.1),
              Linear.of("fc2", 33, 10)));

  private static final Model GPT =
      new Model(
          "small gpt",
          Shape.of(5),
          DType.I32,
          Sequential.of(
              Embedding.of("wte", 7, 20),
              Positions.of("wpe", 5, 20),
              new Residual(
                  Sequential.of(
                      LayerNorm.of("ln_1", 20), MultiHeadAttention.of("attn", 20, 2, true))),
              LayerNorm.of("ln_f", 20),
              Activation.GELU,
              new TiedLinear("lm_head", "wte")));

  private static Session training(Optimizer optimizer) {
    return training(UpdateRule.of(optimizer));
  }

  private static Session training(UpdateRule rule) {
    var graph = Graphs.trainingStep(MODEL, new CrossEntropy(), rule, 7, PassRule.all());
    Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()));
    MODEL.initialize(1, s::parameter);
    s.input(Graphs.RATE).set(0, 1e-3);
    feed(s);
    return s;
  }

  private static Session inference(int batch) {
    var graph = Graphs.serving(MODEL, new CrossEntropy(), batch);
    Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()));
    MODEL.initialize(1, s::parameter);
    feed(s);
    return s;
  }

  private static void feed(Session s) {
    Philox random = new Philox(2, 0);
    for (long i = 0; i < s.input(Model.INPUT).elements(); i++) {
      s.input(Model.INPUT).set(i, random.nextGaussian());
    }
  }

  @Test
  void aTrainingStepAllocatesNothingOnTheHeap() {
    for (UpdateRule rule :
        List.of(
            UpdateRule.of(Sgd.of(0).withMomentum(0.9)),
            UpdateRule.of(Adam.decoupled(1e-3)),
            UpdateRule.of(Lion.of(1e-3))
                .withClipping(new Clipping.ByNorm(1))
                .withAverage(new WeightAverage(0.99)))) {
      try (Session s = training(rule)) {
        Allocations.assertNone(s::run);
      }
    }
  }

  @Test
  void aTrainingStepOfATransformerAllocatesNothingOnTheHeap() {
    UpdateRule rule = UpdateRule.of(Adam.decoupled(1e-3)).withClipping(new Clipping.ByNorm(1));
    var graph = Graphs.trainingStep(GPT, new CrossEntropy(), rule, 3, PassRule.all());
    try (Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()))) {
      GPT.initialize(1, s::parameter);
      RandomBatch.of(GPT, new CrossEntropy(), 2).fill(s);
      Allocations.assertNone(s::run);
    }
  }

  @Test
  void anInferenceAllocatesNothingOnTheHeap() {
    for (int batch : new int[] {1, 8}) {
      try (Session s = inference(batch)) {
        Allocations.assertNone(s::run);
      }
    }
  }

  @Test
  void twoSessionsInTwoThreadsGiveTheBitsOfOne() throws Exception {
    float[] alone = trained();
    try (ExecutorService two = Executors.newFixedThreadPool(2)) {
      List<Callable<float[]>> both = List.of(SteadyStateTest::trained, SteadyStateTest::trained);
      for (Future<float[]> f : two.invokeAll(new ArrayList<>(both))) {
        assertArrayEquals(alone, f.get());
      }
    }
  }

  private static float[] trained() {
    try (Session s = training(Adam.of(1e-3))) {
      for (int i = 0; i < 300; i++) {
        s.run();
      }
      return s.parameter("fc1.weight").toFloats();
    }
  }

  @Test
  void poisonedOrNotTheBitsAreTheSame() {
    var graph = Graphs.trainingStep(MODEL, new CrossEntropy(), Adam.of(1e-3), 7);
    var plan = Planner.plan(graph, PlanOptions.defaults());
    List<float[]> weights = new ArrayList<>();
    for (boolean poison : new boolean[] {false, true}) {
      try (Session s = Session.open(plan, SessionOptions.defaults().withPoison(poison))) {
        MODEL.initialize(1, s::parameter);
        s.input(Graphs.RATE).set(0, 1e-3);
        feed(s);
        for (int i = 0; i < 20; i++) {
          s.run();
        }
        weights.add(s.parameter("fc1.weight").toFloats());
      }
    }
    assertArrayEquals(weights.get(0), weights.get(1));
  }
}
