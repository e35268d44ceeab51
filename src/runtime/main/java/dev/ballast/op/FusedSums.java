package dev.ballast.op;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Op;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slices;
import dev.ballast.kernel.SummedProgram;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * {@link Fused}, and sums of some of its results over all axes but the last, as the gradient of a
 * bias is: the results, and behind them the sums, each [C] of a result […,C]. It is made where a
 * graph is planned, by {@code FuseSums}, and is not written to model files.
 *
 * @param sums which results are added up
 */
public record FusedSums(Fused map, List<Integer> sums) implements Op {
  public FusedSums {
    sums = List.copyOf(sums);
  }

  @Override
  public String name() {
    return "fused_sums";
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    List<TensorType> results = map.infer(inputs);
    return Stream.concat(results.stream(), sums.stream().map(k -> sum(results.get(k)))).toList();
  }

  private static TensorType sum(TensorType t) {
    return t.withShape(Shape.of(t.shape().dim(-1)));
  }

  /** What a sum is differentiated by goes to each element of its result. Keeps the inputs. */
  @Override
  public void gradient(Backprop b) {
    GraphBuilder builder = b.dout().builder();
    List<Expr> douts = new ArrayList<>(b.douts());
    for (int k = 0; k < sums.size(); k++) {
      Expr dSum = b.douts().get(b.douts().size() - sums.size() + k);
      douts.set(sums.get(k), Ops.add(douts.get(sums.get(k)), dSum));
    }
    List<Expr> inputs = IntStream.range(0, b.inputs()).mapToObj(b::in).toList();
    int results = builder.applyAll(map, inputs).size();
    Backprop inner = new Backprop(builder, builder.nodes().getLast(), douts.subList(0, results));
    map.gradient(inner);
    for (int k = 0; k < b.inputs(); k++) {
      int input = k;
      inner.contributions().get(k).ifPresent(c -> b.contribute(input, c));
    }
  }

  @Override
  public long flops(List<TensorType> inputs) {
    List<TensorType> results = map.infer(inputs);
    return map.flops(inputs) + sums.stream().mapToLong(k -> results.get(k).elements()).sum();
  }

  @Override
  public List<InPlace> inPlace(List<TensorType> inputs) {
    return map.inPlace(inputs);
  }

  @Override
  public long workspaceBytes(List<TensorType> inputs) {
    Shape space = map.infer(inputs).get(sums.getFirst()).shape();
    List<Shape> shapes = inputs.stream().map(TensorType::shape).toList();
    return SummedProgram.workspaceBytes(map.program(), sums.size(), space, shapes);
  }

  @Override
  public Kernel bind(Slices s) {
    return SummedProgram.bind(map.program(), sums, map.shape(s), s);
  }

  @Override
  public Kernel reference(Slices s) {
    return SummedProgram.reference(map.program(), sums, map.shape(s), s);
  }

  /** {@code FusedSums[mul(in0, in1); sum of #0]}: sums by the numbers of the results. */
  @Override
  public String toString() {
    String steps = map.toString();
    return "FusedSums"
        + steps.substring("Fused".length(), steps.length() - 1)
        + "; sums"
        + sums
        + "]";
  }
}
