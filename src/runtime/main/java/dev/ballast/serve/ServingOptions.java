package dev.ballast.serve;

import dev.ballast.format.ReadOptions;
import dev.ballast.plan.PlanOptions;
import dev.ballast.runtime.SessionOptions;

/**
 * How a model is served.
 *
 * @param read how its file is opened; by default checked and mapped
 * @param plan how each batch size is planned
 * @param session how sessions run
 * @param packWeights whether weights are packed for the products, once for each batch size, which
 *     is faster and takes their bytes a second time; by default they are
 */
public record ServingOptions(
    ReadOptions read, PlanOptions plan, SessionOptions session, boolean packWeights) {

  public static ServingOptions defaults() {
    return new ServingOptions(
        ReadOptions.defaults(), PlanOptions.defaults(), SessionOptions.defaults(), true);
  }

  public ServingOptions withRead(ReadOptions other) {
    return new ServingOptions(other, plan, session, packWeights);
  }

  public ServingOptions withPlan(PlanOptions other) {
    return new ServingOptions(read, other, session, packWeights);
  }

  public ServingOptions withSession(SessionOptions other) {
    return new ServingOptions(read, plan, other, packWeights);
  }

  public ServingOptions withPackWeights(boolean pack) {
    return new ServingOptions(read, plan, session, pack);
  }
}
