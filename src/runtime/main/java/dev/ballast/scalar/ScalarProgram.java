package dev.ballast.scalar;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Op;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.ScalarCode;
import dev.ballast.kernel.ScalarRun;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * A scalar graph as one op of a tensor graph: the elements of all inputs, one after the other, are
 * the scalar graph's inputs, and its outputs are the elements of the results. Its slots are the
 * op's workspace, so they lie in the session's arena and are planned with everything else.
 *
 * <pre>{@code
 * ScalarProgram df = ScalarProgram.of(ScalarAutodiff.valueAndGradient(f), Shape.SCALAR, Shape.of(2));
 * List<Expr> lossAndGradient = builder.applyAll(df, List.of(builder.input("x", TensorType.f64(2))));
 * }</pre>
 *
 * <p>Two programs are equal where they are of the same graph, not of a like one. It is made where a
 * graph is planned and is not written to model files.
 *
 * @param graph what is computed
 * @param code the same, planned
 * @param results the results' shapes
 */
public record ScalarProgram(ScalarGraph graph, ScalarCode code, List<Shape> results) implements Op {
  public ScalarProgram {
    results = List.copyOf(results);
    long elements = results.stream().mapToLong(Shape::elements).sum();
    if (elements != graph.outputs()) {
      throw new ShapeException(
          "scalar_program: results "
              + results
              + " have "
              + elements
              + " elements, the graph has "
              + graph.outputs()
              + " outputs");
    }
  }

  /** Plans the graph. */
  public static ScalarProgram of(ScalarGraph graph, List<Shape> results) {
    return new ScalarProgram(graph, ScalarPlanner.plan(graph), results);
  }

  /** Plans the graph. */
  public static ScalarProgram of(ScalarGraph graph, Shape... results) {
    return of(graph, List.of(results));
  }

  @Override
  public String name() {
    return "scalar_program";
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    long elements = 0;
    for (TensorType t : inputs) {
      if (t.dtype() != graph.dtype()) {
        throw new ShapeException("scalar_program: works in " + graph.dtype() + ", not on " + t);
      }
      elements += t.elements();
    }
    if (elements != graph.inputs()) {
      throw new ShapeException(
          "scalar_program: takes "
              + graph.inputs()
              + " numbers, not the "
              + elements
              + " of "
              + inputs);
    }
    return results.stream().map(s -> new TensorType(graph.dtype(), s)).toList();
  }

  /** Runs the forward pass again, with the backward pass behind it. Keeps the inputs. */
  @Override
  public void gradient(Backprop b) {
    List<Expr> operands = new ArrayList<>();
    List<Shape> shapes = new ArrayList<>();
    for (int k = 0; k < b.inputs(); k++) {
      operands.add(b.in(k));
      shapes.add(b.in(k).shape());
    }
    operands.addAll(b.douts());
    Op pullback = of(ScalarAutodiff.pullback(graph), shapes);
    List<Expr> gradients = b.dout().builder().applyAll(pullback, operands);
    for (int k = 0; k < gradients.size(); k++) {
      b.contribute(k, gradients.get(k));
    }
  }

  @Override
  public long flops(List<TensorType> inputs) {
    return code.instructions();
  }

  @Override
  public long workspaceBytes(List<TensorType> inputs) {
    return code.slotBytes();
  }

  @Override
  public Kernel bind(Slices s) {
    return new ScalarRun(code, graph.dtype(), s);
  }

  /** Node by node, every value in a place of its own. */
  @Override
  public Kernel reference(Slices s) {
    return () -> {
      double[] in =
          s.inputs().stream()
              .flatMapToDouble(x -> java.util.Arrays.stream(x.toDoubles()))
              .toArray();
      double[] out = graph.results(graph.evaluate(in));
      int at = 0;
      for (var slice : s.results()) {
        for (long i = 0; i < slice.elements(); i++) {
          slice.set(i, out[at++]);
        }
      }
    };
  }

  @Override
  public String toString() {
    return "ScalarProgram[" + graph + "]";
  }
}
