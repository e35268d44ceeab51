package dev.ballast.format;

import dev.ballast.ir.Op;
import dev.ballast.op.OpRegistry;

/**
 * How a model file is opened.
 *
 * @param ops the ops a graph may use; by default the built-in ones
 * @param verifyWeights whether opening reads all weights to check them, which costs a pass over
 *     them; by default it does
 * @param mapWeights whether the weights are the mapped file itself, or a copy of it that outlives
 *     whatever happens to the file; by default mapped
 */
public record ReadOptions(OpRegistry ops, boolean verifyWeights, boolean mapWeights) {

  public static ReadOptions defaults() {
    return new ReadOptions(OpRegistry.builtIn(), true, true);
  }

  /** Accepts a user's own op as well. */
  public ReadOptions withOp(Class<? extends Op> op) {
    return withOps(ops.with(op));
  }

  public ReadOptions withOps(OpRegistry other) {
    return new ReadOptions(other, verifyWeights, mapWeights);
  }

  public ReadOptions withVerifyWeights(boolean verify) {
    return new ReadOptions(ops, verify, mapWeights);
  }

  public ReadOptions withMapWeights(boolean map) {
    return new ReadOptions(ops, verifyWeights, map);
  }
}
