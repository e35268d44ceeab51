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
import java.util.Arrays;

/**
 * What weights answer to the probes, computed beside the service: by a session of its own on
 * weights of its own, opened before anything is served. Each time the interpreter, which has no
 * plan and no fast kernel, must agree.
 */
final class Reference implements AutoCloseable {
  /** Of scores, relative where they are larger than 1: sums of floats in another order. */
  static final double TOLERANCE = 1e-4;

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
    for (int i = 0; i < expected.length; i++) {
      if (!isNear(expected[i], found[i])) {
        throw new IllegalStateException(
            "the session that answers are compared with finds "
                + Arrays.toString(found)
                + ", the interpreter "
                + Arrays.toString(expected));
      }
    }
  }

  static boolean isNear(float expected, float found) {
    return Math.abs(found - expected) <= TOLERANCE * Math.max(1, Math.abs(expected));
  }

  @Override
  public void close() {
    session.close();
  }
}
