package dev.ballast.kernel;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Elementwise functions of one index space, one after the other: what a fused loop does to each
 * element. Values are numbered: first the inputs, then the constants, then the result of each step.
 *
 * @param inputs how each input is stored
 * @param constants the same for every element
 * @param steps in an order in which each finds its operands
 * @param results what is stored
 */
public record MapProgram(
    List<Storage> inputs, List<Double> constants, List<Step> steps, List<Result> results) {

  /** How the elements of an operand lie in memory. */
  public enum Storage {
    /** One number an element. */
    NUMBERS,
    /** One bit an element, read as 1 or 0; of a result, whether it is above 0. */
    BITS,
    /** Of a result: added to a number in double for each place of a line. */
    SUMS
  }

  /** One function; its operands are numbers of values. */
  public record Step(ScalarOp op, List<Integer> operands) {
    public Step {
      operands = List.copyOf(operands);
    }
  }

  /** A value that is stored. */
  public record Result(int value, Storage storage) {}

  public MapProgram {
    inputs = List.copyOf(inputs);
    constants = List.copyOf(constants);
    steps = List.copyOf(steps);
    results = List.copyOf(results);
    int known = inputs.size() + constants.size();
    for (Step s : steps) {
      if (s.op() == ScalarOp.MUL_ADD || s.operands().size() != s.op().arity()) {
        throw new IllegalArgumentException("no step of an elementwise program: " + s);
      }
      for (int operand : s.operands()) {
        check(operand, known);
      }
      known++;
    }
    for (Result r : results) {
      check(r.value(), known);
    }
  }

  private static void check(int value, int known) {
    if (value < 0 || value >= known) {
      throw new IllegalArgumentException(
          "an elementwise program reads value " + value + " where there are " + known);
    }
  }

  /** The number of the first step's result. */
  public int firstStep() {
    return inputs.size() + constants.size();
  }

  /** Numbers of values, all told. */
  public int values() {
    return firstStep() + steps.size();
  }

  public boolean isConstant(int value) {
    return value >= inputs.size() && value < firstStep();
  }

  public double constant(int value) {
    return constants.get(value - inputs.size());
  }

  /** Whether an operand or a result has a bit an element. */
  public boolean hasBits() {
    return inputs.contains(Storage.BITS)
        || results.stream().anyMatch(r -> r.storage() == Storage.BITS);
  }

  /** The operations of which there are steps. */
  public Set<ScalarOp> operations() {
    Set<ScalarOp> operations = new HashSet<>();
    steps.forEach(s -> operations.add(s.op()));
    return operations;
  }
}
