package dev.ballast.op;

import dev.ballast.ir.Backprop;
import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.MapProgram;
import dev.ballast.kernel.MapProgram.Result;
import dev.ballast.kernel.MapProgram.Step;
import dev.ballast.kernel.MapProgram.Storage;
import dev.ballast.kernel.Programs;
import dev.ballast.kernel.Slices;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Several elementwise ops as one, so that what is between them is never stored. Inputs broadcast to
 * one index space, and every result has its shape. It is made where a graph is planned, by {@code
 * FuseElementwise}, and is not written to model files.
 */
public record Fused(MapProgram program) implements Op {
  @Override
  public String name() {
    return "fused";
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    if (inputs.size() != program.inputs().size()) {
      throw new ShapeException(
          "fused: takes " + program.inputs().size() + " inputs, not " + inputs.size());
    }
    TensorType space = space(inputs);
    for (int k = 0; k < inputs.size(); k++) {
      boolean bits = program.inputs().get(k) == Storage.BITS;
      TensorType wanted = bits ? Mask.PositiveBits.bits(space) : space;
      boolean fits = bits ? inputs.get(k).equals(wanted) : sameDType(inputs.get(k), wanted);
      if (!fits) {
        throw new ShapeException("fused: input " + k + " is " + inputs.get(k) + ", not " + wanted);
      }
    }
    return program.results().stream()
        .map(r -> r.storage() == Storage.BITS ? Mask.PositiveBits.bits(space) : space)
        .toList();
  }

  private static boolean sameDType(TensorType a, TensorType b) {
    return a.dtype() == b.dtype() && a.dtype().isFloating();
  }

  /** What the inputs that are numbers broadcast to. */
  private TensorType space(List<TensorType> inputs) {
    List<TensorType> numbers =
        IntStream.range(0, inputs.size())
            .filter(k -> program.inputs().get(k) == Storage.NUMBERS)
            .mapToObj(inputs::get)
            .toList();
    if (numbers.isEmpty()) {
      throw new ShapeException("fused: needs an input of numbers, not bits alone");
    }
    try {
      return numbers
          .getFirst()
          .withShape(
              numbers.stream().map(TensorType::shape).reduce(Shape.SCALAR, Shape::broadcast));
    } catch (ShapeException e) {
      throw new ShapeException("fused: " + e.getMessage());
    }
  }

  /** Each step's own rule, on the steps written out again. Keeps the inputs. */
  @Override
  public void gradient(Backprop b) {
    GraphBuilder builder = b.dout().builder();
    List<Expr> values = sources(b);
    List<Node> nodes = new ArrayList<>();
    for (Step s : program.steps()) {
      List<Expr> operands = s.operands().stream().map(values::get).toList();
      values.add(builder.applyAll(Pointwise.of(s.op()), operands).getFirst());
      nodes.add(builder.nodes().getLast());
    }
    List<Optional<Expr>> d = new ArrayList<>();
    values.forEach(v -> d.add(Optional.empty()));
    for (int k = 0; k < program.results().size(); k++) {
      Result r = program.results().get(k);
      if (r.storage() == Storage.NUMBERS) {
        accumulate(d, r.value(), Ops.sumTo(b.douts().get(k), values.get(r.value()).shape()));
      }
    }
    for (int k = nodes.size() - 1; k >= 0; k--) {
      Optional<Expr> dStep = d.get(program.firstStep() + k);
      if (dStep.isPresent()) {
        Backprop inner = new Backprop(builder, nodes.get(k), List.of(dStep.get()));
        nodes.get(k).op().gradient(inner);
        List<Integer> operands = program.steps().get(k).operands();
        for (int j = 0; j < operands.size(); j++) {
          int operand = operands.get(j);
          inner.contributions().get(j).ifPresent(c -> accumulate(d, operand, c));
        }
      }
    }
    for (int k = 0; k < b.inputs(); k++) {
      if (program.inputs().get(k) == Storage.NUMBERS && d.get(k).isPresent()) {
        b.contribute(k, d.get(k).get());
      }
    }
  }

  private static void accumulate(List<Optional<Expr>> d, int value, Expr contribution) {
    d.set(
        value,
        d.get(value).map(sum -> Ops.add(sum, contribution)).or(() -> Optional.of(contribution)));
  }

  /** Inputs and constants as exprs; bits as the numbers that they are read as. */
  private List<Expr> sources(Backprop b) {
    GraphBuilder builder = b.dout().builder();
    List<TensorType> types = IntStream.range(0, b.inputs()).mapToObj(k -> b.in(k).type()).toList();
    TensorType space = space(types);
    List<Expr> values = new ArrayList<>();
    for (int k = 0; k < b.inputs(); k++) {
      if (program.inputs().get(k) == Storage.NUMBERS) {
        values.add(b.in(k));
      } else {
        Expr one = builder.constant(Literal.scalar(space.dtype(), 1));
        Expr ones = Ops.broadcastTo(one, space.shape());
        values.add(builder.apply(new Mask.SelectBits(), b.in(k), ones));
      }
    }
    for (double c : program.constants()) {
      values.add(builder.constant(Literal.scalar(space.dtype(), c)));
    }
    return values;
  }

  @Override
  public long flops(List<TensorType> inputs) {
    return program.steps().size() * space(inputs).elements();
  }

  @Override
  public List<InPlace> inPlace(List<TensorType> inputs) {
    List<TensorType> results = infer(inputs);
    List<InPlace> allowed = new ArrayList<>();
    for (int r = 0; r < results.size(); r++) {
      for (int k = 0; k < inputs.size(); k++) {
        if (program.results().get(r).storage() == Storage.NUMBERS
            && program.inputs().get(k) == Storage.NUMBERS
            && inputs.get(k).equals(results.get(r))) {
          allowed.add(new InPlace(r, k));
        }
      }
    }
    return allowed;
  }

  @Override
  public long workspaceBytes(List<TensorType> inputs) {
    List<Shape> shapes = inputs.stream().map(TensorType::shape).toList();
    return Programs.workspaceBytes(program, space(inputs).shape(), shapes);
  }

  @Override
  public Kernel bind(Slices s) {
    return Programs.bind(program, shape(s), s);
  }

  @Override
  public Kernel reference(Slices s) {
    return Programs.reference(program, shape(s), s.inputs(), s.results());
  }

  Shape shape(Slices s) {
    return space(s.inputs().stream().map(i -> i.type()).toList()).shape();
  }

  /** The steps, inputs lettered and results numbered: {@code Fused[add(a, b), relu(0)]}. */
  @Override
  public String toString() {
    return program.steps().stream()
        .map(
            s ->
                Pointwise.of(s.op()).name()
                    + s.operands().stream()
                        .map(this::operand)
                        .collect(Collectors.joining(", ", "(", ")")))
        .collect(Collectors.joining(", ", "Fused[", "]"));
  }

  private String operand(int value) {
    if (program.isConstant(value)) {
      return String.valueOf((float) program.constant(value));
    }
    return value < program.inputs().size() ? "in" + value : "#" + (value - program.firstStep());
  }
}
