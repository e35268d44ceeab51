package dev.ballast.pass;

import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.kernel.MapProgram;
import dev.ballast.kernel.MapProgram.Result;
import dev.ballast.kernel.MapProgram.Step;
import dev.ballast.kernel.MapProgram.Storage;
import dev.ballast.kernel.ScalarOp;
import dev.ballast.op.Mask;
import dev.ballast.op.Pointwise;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The elementwise program of some nodes.
 *
 * @param inputs the values that it reads; constants that are one number are part of the program
 */
record ProgramOf(MapProgram program, List<Value> inputs) {

  static ProgramOf group(List<Node> group, List<Value> reads, List<Value> results) {
    List<Value> inputs = new ArrayList<>(reads);
    inputs.removeIf(v -> v instanceof Value.Constant c && isUniform(c.literal()));
    if (!space(inputs).equals(Fusible.space(group.getLast()))) {
      inputs = new ArrayList<>(reads);
      inputs.removeIf(v -> v instanceof Value.Constant && v.type().shape().rank() == 0);
    }
    Writing w = new Writing(group, inputs);
    group.forEach(w::write);
    List<Result> stored = results.stream().map(w::result).toList();
    List<Storage> storages =
        inputs.stream()
            .map(v -> v.type().dtype().isFloating() ? Storage.NUMBERS : Storage.BITS)
            .toList();
    return new ProgramOf(new MapProgram(storages, w.constants, w.steps, stored), inputs);
  }

  private static Shape space(List<Value> inputs) {
    return inputs.stream()
        .filter(v -> v.type().dtype().isFloating())
        .map(v -> v.type().shape())
        .reduce(Shape.SCALAR, Shape::broadcast);
  }

  /** Whether all elements have the same bits. */
  private static boolean isUniform(Literal literal) {
    for (int k = 1; k < literal.type().elements(); k++) {
      if (Double.compare(literal.get(k), literal.get(0)) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Numbers the values of a group. */
  private static final class Writing {
    private final Map<Value, Integer> numbers = new HashMap<>();
    private final Map<Value, Integer> signs = new HashMap<>();
    private final Map<Double, Integer> constantNumbers = new HashMap<>();
    private final List<Double> constants = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final int inputs;

    /** Constants come before steps, so they are found first. */
    Writing(List<Node> group, List<Value> inputs) {
      this.inputs = inputs.size();
      inputs.forEach(v -> numbers.put(v, numbers.size()));
      for (Node n : group) {
        n.inputs().forEach(this::register);
        if (n.op() instanceof Mask.SelectBits) {
          constant(0.0);
        }
      }
    }

    private void register(Value v) {
      if (v instanceof Value.Constant c && !numbers.containsKey(v)) {
        constant(c.literal().get(0));
      }
    }

    private int constant(double c) {
      return constantNumbers.computeIfAbsent(
          c,
          k -> {
            constants.add(k);
            return inputs + constants.size() - 1;
          });
    }

    private int number(Value v) {
      return v instanceof Value.Constant c && !numbers.containsKey(v)
          ? constant(c.literal().get(0))
          : numbers.get(v);
    }

    void write(Node n) {
      Value result = n.results().getFirst();
      switch (n.op()) {
        case Mask.PositiveBits ignored -> signs.put(result, number(n.inputs().getFirst()));
        case Mask.SelectBits ignored ->
            step(
                result,
                ScalarOp.SELECT,
                List.of(bits(n.inputs().getFirst()), number(n.inputs().get(1)), constant(0.0)));
        default ->
            step(
                result,
                Pointwise.operation(n.op()).orElseThrow(),
                n.inputs().stream().map(this::number).toList());
      }
    }

    /** Bits as a condition: those of this program's own are the comparison that makes them. */
    private int bits(Value v) {
      if (!numbers.containsKey(v)) {
        step(v, ScalarOp.LESS, List.of(constant(0.0), signs.get(v)));
      }
      return numbers.get(v);
    }

    private void step(Value result, ScalarOp op, List<Integer> operands) {
      numbers.put(result, inputs + constants.size() + steps.size());
      steps.add(new Step(op, operands));
    }

    Result result(Value v) {
      return signs.containsKey(v)
          ? new Result(signs.get(v), Storage.BITS)
          : new Result(numbers.get(v), Storage.NUMBERS);
    }
  }
}
