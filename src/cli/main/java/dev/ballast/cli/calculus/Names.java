package dev.ballast.cli.calculus;

import dev.ballast.cli.expression.Expression;
import dev.ballast.cli.expression.Step;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What each step is called: by its own name, by its number where it is one, else v1, v2, … . The
 * result is L, unless it was named.
 *
 * @param ofSteps a name for each step
 * @param loss what is differentiated, in ∂L/∂x: L, or the result's name where something else is L
 */
record Names(List<String> ofSteps, String loss) {
  static Names of(Expression e) {
    Set<String> taken = new HashSet<>();
    e.steps().forEach(s -> s.name().ifPresent(taken::add));
    String[] names = new String[e.steps().size()];
    int number = 0;
    for (int i = 0; i < names.length; i++) {
      Step s = e.steps().get(i);
      Optional<String> own = s.name();
      if (own.isPresent()) {
        names[i] = own.get();
      } else if (s instanceof Step.Constant c) {
        names[i] = Numbers.of(c.literal(), Numbers.BOARD);
      } else if (i == e.result() && !taken.contains("L")) {
        names[i] = "L";
      } else {
        do {
          number++;
        } while (taken.contains("v" + number));
        names[i] = "v" + number;
      }
    }
    String result = names[e.result()];
    return new Names(List.of(names), taken.contains("L") ? result : "L");
  }

  String of(int step) {
    return ofSteps.get(step);
  }

  /** The gradient of a step: {@code ∂L/∂x}. */
  String gradient(int step) {
    return "∂" + loss + "/∂" + of(step);
  }

  /** A local derivative: {@code ∂z/∂x}. */
  String local(int user, int operand) {
    return "∂" + of(user) + "/∂" + of(operand);
  }
}
