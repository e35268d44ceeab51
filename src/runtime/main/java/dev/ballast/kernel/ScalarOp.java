package dev.ballast.kernel;

import java.util.Arrays;
import java.util.Optional;

/**
 * What one instruction of a scalar program does: any function of one or two numbers, the choice
 * between two, or a product added to a sum. An operation's code is its ordinal.
 */
public enum ScalarOp {
  NEG(UnaryFunction.NEG),
  ABS(UnaryFunction.ABS),
  SQRT(UnaryFunction.SQRT),
  EXP(UnaryFunction.EXP),
  LOG(UnaryFunction.LOG),
  SIN(UnaryFunction.SIN),
  COS(UnaryFunction.COS),
  SIGMOID(UnaryFunction.SIGMOID),
  TANH(UnaryFunction.TANH),
  RELU(UnaryFunction.RELU),
  SOFTPLUS(UnaryFunction.SOFTPLUS),
  ERF(UnaryFunction.ERF),
  GELU(UnaryFunction.GELU),
  ADD(BinaryFunction.ADD),
  SUB(BinaryFunction.SUB),
  MUL(BinaryFunction.MUL),
  DIV(BinaryFunction.DIV),
  POW(BinaryFunction.POW),
  MAX(BinaryFunction.MAX),
  MIN(BinaryFunction.MIN),
  LESS(BinaryFunction.LESS),
  LESS_EQUAL(BinaryFunction.LESS_EQUAL),
  EQUAL(BinaryFunction.EQUAL),
  /** a ≠ 0 ? b : c. */
  SELECT(3),
  /** to + a · b, both rounded, over what is in its slot. Graphs have product and sum instead. */
  MUL_ADD(2);

  private final int arity;
  private final Optional<UnaryFunction> unary;
  private final Optional<BinaryFunction> binary;

  ScalarOp(UnaryFunction f) {
    this.arity = 1;
    this.unary = Optional.of(f);
    this.binary = Optional.empty();
  }

  ScalarOp(BinaryFunction f) {
    this.arity = 2;
    this.unary = Optional.empty();
    this.binary = Optional.of(f);
  }

  ScalarOp(int arity) {
    this.arity = arity;
    this.unary = Optional.empty();
    this.binary = Optional.empty();
  }

  public int arity() {
    return arity;
  }

  public static ScalarOp of(UnaryFunction f) {
    return Arrays.stream(values()).filter(o -> o.unary.equals(Optional.of(f))).findFirst().get();
  }

  public static ScalarOp of(BinaryFunction f) {
    return Arrays.stream(values()).filter(o -> o.binary.equals(Optional.of(f))).findFirst().get();
  }

  /** The function of one number that this is. */
  UnaryFunction unary() {
    return unary.orElseThrow();
  }

  /** The function of two numbers that this is. */
  BinaryFunction binary() {
    return binary.orElseThrow();
  }

  /** The result in double, before rounding to the program's type. */
  public double apply(double a, double b, double c) {
    return switch (this) {
      case SELECT -> a != 0 ? b : c;
      case MUL_ADD -> throw new IllegalStateException("only planned code multiplies and adds");
      default -> unary.isPresent() ? unary.get().apply(a) : binary.get().apply(a, b);
    };
  }
}
