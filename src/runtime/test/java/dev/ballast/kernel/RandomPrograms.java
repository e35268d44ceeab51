package dev.ballast.kernel;

import dev.ballast.kernel.MapProgram.Result;
import dev.ballast.kernel.MapProgram.Step;
import dev.ballast.kernel.MapProgram.Storage;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Elementwise programs grown from seeds, and a way to run them one step after the other. */
final class RandomPrograms {
  private static final List<ScalarOp> OPS =
      Arrays.stream(ScalarOp.values()).filter(Programs::hasLanes).toList();

  private final Random random;

  RandomPrograms(long seed) {
    random = new Random(seed);
  }

  /** Up to twelve steps; a third of the programs read and write bits where they may. */
  MapProgram next(boolean mayHaveBits) {
    boolean bits = mayHaveBits && random.nextInt(3) == 0;
    List<Storage> inputs = new ArrayList<>();
    inputs.add(Storage.NUMBERS);
    for (int k = random.nextInt(4); k > 0; k--) {
      inputs.add(bits && random.nextBoolean() ? Storage.BITS : Storage.NUMBERS);
    }
    List<Double> constants = new ArrayList<>();
    for (int k = random.nextInt(3); k > 0; k--) {
      constants.add((double) (float) random.nextGaussian());
    }
    List<Step> steps = new ArrayList<>();
    int known = inputs.size() + constants.size();
    for (int k = 1 + random.nextInt(12); k > 0; k--) {
      ScalarOp op = OPS.get(random.nextInt(OPS.size()));
      List<Integer> operands = new ArrayList<>();
      for (int j = 0; j < op.arity(); j++) {
        operands.add(random.nextBoolean() ? known - 1 : random.nextInt(known));
      }
      steps.add(new Step(op, operands));
      known++;
    }
    int first = known - steps.size();
    List<Result> results = new ArrayList<>();
    results.add(new Result(known - 1, Storage.NUMBERS));
    for (int k = random.nextInt(3); k > 0; k--) {
      Storage storage = bits && random.nextBoolean() ? Storage.BITS : Storage.NUMBERS;
      results.add(new Result(first + random.nextInt(steps.size()), storage));
    }
    return new MapProgram(inputs, constants, steps, results);
  }

  /** An input of numbers for a program over a space, broadcast in a way drawn at random. */
  int[] broadcast(Shape space) {
    int[] dims = space.dims().clone();
    for (int k = 0; k < dims.length; k++) {
      dims[k] = random.nextInt(3) == 0 ? 1 : dims[k];
    }
    int dropped = random.nextInt(4) == 0 ? random.nextInt(dims.length + 1) : 0;
    return Arrays.copyOfRange(dims, dropped, dims.length);
  }

  /** The program as separate kernels, each with a result of its own. */
  static List<Slice> stepwise(MapProgram p, Shape space, List<Slice> in, Operands operands) {
    List<Slice> values = new ArrayList<>();
    for (int k = 0; k < in.size(); k++) {
      values.add(
          p.inputs().get(k) == Storage.NUMBERS ? in.get(k) : unpacked(in.get(k), space, operands));
    }
    p.constants().forEach(c -> values.add(operands.scalar(c)));
    for (Step s : p.steps()) {
      List<Slice> x = s.operands().stream().map(values::get).toList();
      Shape shape = x.stream().map(a -> a.type().shape()).reduce(Shape.SCALAR, Shape::broadcast);
      Slice out = operands.zeros(shape.dims());
      kernel(s.op(), x, out).run();
      values.add(out);
    }
    List<Slice> results = new ArrayList<>();
    for (Result r : p.results()) {
      Slice full = operands.zeros(space.dims());
      Slice zero = operands.zeros(space.dims());
      Elementwise.select(operands.scalar(1), values.get(r.value()), zero, full).run();
      if (r.storage() == Storage.BITS) {
        Slice bits = operands.zeros(TensorType.i32(words(space)));
        Bits.positive(full, bits).run();
        results.add(bits);
      } else {
        results.add(full);
      }
    }
    return results;
  }

  private static Kernel kernel(ScalarOp op, List<Slice> x, Slice out) {
    return switch (op.arity()) {
      case 1 -> Elementwise.unary(op.unary(), x.getFirst(), out);
      case 2 -> Elementwise.binary(op.binary(), x.getFirst(), x.get(1), out);
      default -> Elementwise.select(x.getFirst(), x.get(1), x.get(2), out);
    };
  }

  private static Slice unpacked(Slice bits, Shape space, Operands operands) {
    Slice ones = operands.zeros(space.dims());
    ones.fill(1);
    Slice out = operands.zeros(space.dims());
    Bits.select(bits, ones, out).run();
    return out;
  }

  static int words(Shape space) {
    return Math.toIntExact((space.elements() + 31) / 32);
  }

  static List<Slice> results(MapProgram p, Shape space, Operands operands) {
    List<Slice> out = new ArrayList<>();
    for (Result r : p.results()) {
      out.add(
          r.storage() == Storage.BITS
              ? operands.zeros(TensorType.i32(words(space)))
              : operands.unaligned(space.dims()));
    }
    return Collections.unmodifiableList(out);
  }
}
