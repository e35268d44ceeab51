package dev.ballast.cli;

import dev.ballast.kernel.Slice;
import dev.ballast.nn.Model;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.Philox;
import java.util.Arrays;

/**
 * Writes text with a model that foretells characters: each is drawn by the model's scores for what
 * follows the characters before, of which it sees the last T.
 *
 * <p>Places behind the end of a text that is shorter than T are filled with character 0: a model
 * that is causal, as attention and recurrence can be, does not see them.
 *
 * <p>A model of lines sees the line that it is at, from the end of the line before. A line that is
 * as long as it may be ends there.
 */
final class TextSampler {
  /** What ends a line. */
  private static final String END = "\n";

  private final Session session;
  private final String characters;
  private final int window;
  private final boolean lines;

  /**
   * How a character is chosen.
   *
   * @param temperature what scores are divided by: below 1 the probable becomes more so, and at 0
   *     the most probable is taken, the first of equals
   * @param topK only so many of the most probable are drawn from
   */
  record Choice(double temperature, int topK) {}

  /**
   * @param session of a serving graph for one example
   * @param characters that the model knows; number i is character i
   * @param lines whether it was trained on lines, each by itself
   */
  TextSampler(Session session, String characters, boolean lines) {
    this.session = session;
    this.characters = characters;
    this.lines = lines;
    this.window = Math.toIntExact(session.input(Model.INPUT).elements());
  }

  /**
   * @param prompt at least one character, all of which the model knows; of lines, it begins with
   *     the end of the line before
   * @param length how many characters to write
   * @return what follows the prompt
   */
  String write(String prompt, int length, Choice choice, long seed) {
    StringBuilder text = new StringBuilder(prompt);
    Philox random = new Philox(seed, 0);
    for (int i = 0; i < length; i++) {
      text.append(characters.charAt(next(text, choice, random)));
    }
    return text.substring(prompt.length());
  }

  private int next(StringBuilder text, Choice choice, Philox random) {
    int there = lines ? text.length() - text.lastIndexOf(END) : text.length();
    if (lines && there > window) {
      return characters.indexOf(END);
    }
    int seen = Math.min(window, there);
    Slice x = session.input(Model.INPUT);
    for (int i = 0; i < window; i++) {
      boolean isText = i < seen;
      x.setLong(i, isText ? characters.indexOf(text.charAt(text.length() - seen + i)) : 0);
    }
    session.run();
    Slice y = session.output(Model.OUTPUT);
    int outputs = y.type().shape().dim(-1);
    double[] scores = new double[Math.min(outputs, characters.length())];
    Arrays.setAll(scores, c -> y.get((seen - 1L) * outputs + c));
    return choose(scores, choice, random);
  }

  static int choose(double[] scores, Choice choice, Philox random) {
    int best = 0;
    for (int c = 1; c < scores.length; c++) {
      best = scores[c] > scores[best] ? c : best;
    }
    if (choice.temperature() == 0) {
      return best;
    }
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    double least = sorted[Math.max(0, sorted.length - choice.topK())];
    double[] weights = new double[scores.length];
    for (int c = 0; c < scores.length; c++) {
      boolean drawn = scores[c] >= least;
      weights[c] = drawn ? Math.exp((scores[c] - scores[best]) / choice.temperature()) : 0;
    }
    double left = random.nextDouble() * Arrays.stream(weights).sum();
    int chosen = best;
    for (int c = 0; c < weights.length; c++) {
      if (weights[c] > 0) {
        chosen = c;
        left -= weights[c];
        if (left < 0) {
          return c;
        }
      }
    }
    return chosen;
  }
}
