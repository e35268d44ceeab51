package dev.ballast.cli.calculus;

import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The numbers that variables consist of, one after the other. */
final class Coordinates {
  private Coordinates() {}

  /** {@code x}, {@code w[2]} or {@code W[0,1]}. */
  static String name(String variable, Shape shape, int i) {
    return switch (shape.rank()) {
      case 0 -> variable;
      case 1 -> variable + "[" + i + "]";
      default -> variable + "[" + i / shape.dim(-1) + "," + i % shape.dim(-1) + "]";
    };
  }

  static List<String> names(Map<String, Literal> point) {
    List<String> names = new ArrayList<>();
    point.forEach(
        (name, value) -> {
          for (int i = 0; i < value.type().elements(); i++) {
            names.add(name(name, value.type().shape(), i));
          }
        });
    return names;
  }
}
