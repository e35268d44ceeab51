package dev.ballast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Activation;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Sgd;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import org.junit.jupiter.api.Test;

/** Bytes are promises: what a plan takes may shrink, never grow unseen. */
class BudgetTest {
  private static final Model MLP =
      new Model(
          "mnist-mlp",
          Shape.of(784),
          Sequential.of(
              Linear.of("fc1", 784, 512),
              Activation.RELU,
              Linear.of("fc2", 512, 256),
              Activation.RELU,
              Linear.of("fc3", 256, 10)));

  private static void demand(long budget, Plan plan) {
    assertTrue(plan.arenaBytes() <= budget, plan.arenaBytes() + " of " + budget + "\n" + plan);
    assertTrue(plan.certificate().isOptimal(), plan.toString());
    assertEquals(plan.arenaBytes(), plan.lowerBoundBytes() + plan.alignmentBytes());
  }

  @Test
  void aTrainingStepOfTheDigitsNetworkKeepsToItsBytes() {
    Plan plan =
        Planner.plan(
            Graphs.trainingStep(MLP, new CrossEntropy(), Sgd.of(0.01).withMomentum(0.9), 64),
            PlanOptions.defaults());
    demand(6_224_704, plan);
  }

  @Test
  void anInferenceOfTheDigitsNetworkKeepsToItsBytes() {
    Plan plan = Planner.plan(Graphs.serving(MLP, new CrossEntropy(), 1), PlanOptions.defaults());
    demand(2_149_696, plan);
  }
}
