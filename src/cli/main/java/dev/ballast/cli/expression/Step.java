package dev.ballast.cli.expression;

import dev.ballast.tensor.Literal;
import java.util.List;
import java.util.Optional;

/**
 * One line of a function written out: where a value comes from, and its name if it was given one.
 */
public sealed interface Step {
  Optional<String> name();

  /** Its place in the text. */
  int at();

  /** The steps it reads, by index; one that is read twice is there twice. */
  default List<Integer> operands() {
    return List.of();
  }

  /** A value given from outside. */
  record Variable(String given, int at) implements Step {
    @Override
    public Optional<String> name() {
      return Optional.of(given);
    }
  }

  /** A number or a literal in the text. */
  record Constant(Optional<String> name, Literal literal, int at) implements Step {}

  /** A function of earlier steps. */
  record Application(Optional<String> name, Operator operator, List<Integer> operands, int at)
      implements Step {
    public Application {
      operands = List.copyOf(operands);
    }
  }
}
