package dev.ballast.bench.soak;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Interpreter;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.pass.Passes;
import dev.ballast.pass.Rebatch;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What weights answer to the probes, computed beside the service: by a session of its own on
 * weights of its own, opened before anything is served. Each time the interpreter, which has no
 * plan and no fast kernel, must agree.
 */
final class Reference implements AutoCloseable {
  /** Of the largest score of a probe, or of 1: sums of floats in another order. */
  static final float TOLERANCE = 1e-4f;

  private final Graph graph = Rebatch.run(SoakModel.serving(), SoakModel.PROBES);
  private final Session session;
  private final float[] probes = SoakModel.probes();

  Reference() {
    Graph single = Passes.forServing(SoakModel.serving());
    this.session = Session.open(Planner.plan(single, PlanOptions.defaults()));
  }

  long weightBytes() {
    return session.weights().byteSize();
  }

  /**
   * The scores of all probes, one after the other.
   *
   * @throws IllegalStateException where the interpreter finds others
   */
  float[] answers(MemorySegment weights) {
    session.weights().copyFrom(weights);
    session.prepare();
    float[] all = new float[SoakModel.PROBES * SoakModel.CLASSES];
    for (int p = 0; p < SoakModel.PROBES; p++) {
      MemorySegment.copy(
          probes,
          p * SoakModel.INPUTS,
          session.input(SoakModel.INPUT).memory(),
          ValueLayout.JAVA_FLOAT,
          0,
          SoakModel.INPUTS);
      session.run();
      MemorySegment.copy(
          session.output(SoakModel.OUTPUT).memory(),
          ValueLayout.JAVA_FLOAT,
          0,
          all,
          p * SoakModel.CLASSES,
          SoakModel.CLASSES);
    }
    demandSame(interpreted(), all);
    return all;
  }

  private float[] interpreted() {
    try (Arena arena = Arena.ofConfined()) {
      Interpreter interpreter = Interpreter.of(graph, arena);
      for (Value.Parameter p : graph.parameters()) {
        interpreter.slice(p).copyFrom(session.parameter(p.name()));
      }
      interpreter.slice(graph.inputs().getFirst()).copyFrom(probes);
      interpreter.run(graph, arena);
      Slice y = interpreter.slice(graph.outputs().get(SoakModel.OUTPUT));
      return y.toFloats();
    }
  }

  private static void demandSame(float[] expected, float[] found) {
    for (int p = 0; p < SoakModel.PROBES; p++) {
      float within = tolerance(expected, p);
      for (int i = p * SoakModel.CLASSES; i < (p + 1) * SoakModel.CLASSES; i++) {
        if (!(Math.abs(expected[i] - found[i]) <= within)) {
          throw new IllegalStateException(
              ("score %d of probe %d: the session that answers are compared with finds %s, the"
                      + " interpreter %s")
                  .formatted(i % SoakModel.CLASSES, p, found[i], expected[i]));
        }
      }
    }
  }

  /** How far the scores of a probe may be from these. */
  static float tolerance(float[] scores, int probe) {
    float most = 1;
    for (int i = probe * SoakModel.CLASSES; i < (probe + 1) * SoakModel.CLASSES; i++) {
      most = Math.max(most, Math.abs(scores[i]));
    }
    return TOLERANCE * most;
  }

  @Override
  public void close() {
    session.close();
  }
}
