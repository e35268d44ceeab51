package dev.ballast.kernel;

import java.util.Locale;

/**
 * What makes one copy of a loop template differ from another.
 *
 * @param function the method of {@link LaneMath} that the loop maps; empty where it has none
 * @param variant bits to which the template gives a meaning; of one, see {@link #MASKLESS}
 */
record Recipe(String function, int variant) {
  /** The last, partial vector is done element by element: for machines without masked stores. */
  static final int MASKLESS = 1 << 16;

  /**
   * A recipe for a function of {@link UnaryFunction} or {@link BinaryFunction}, if lanes have it.
   */
  static Recipe of(Enum<?> function, int variant) {
    StringBuilder name = new StringBuilder();
    for (String word : function.name().split("_")) {
      int capital = name.isEmpty() ? 0 : 1;
      name.append(word, 0, capital).append(word.substring(capital).toLowerCase(Locale.ROOT));
    }
    return new Recipe(name.toString(), variant);
  }

  boolean has(int bit) {
    return (variant & bit) != 0;
  }
}
