package dev.ballast.cli.calculus;

import dev.ballast.cli.expression.Expression;
import dev.ballast.cli.expression.Step;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * How many paths lead from each step to the result, by the recurrence paths(u) = Σ paths(v) over
 * the uses v of u, with paths(L) = 1: the backward pass with every local derivative 1. Exact,
 * however many, and in time linear in the edges but for the digits.
 */
public final class PathCounts {
  private final Expression expression;
  private final Names names;
  private final BigInteger[] counts;
  private final List<List<Integer>> users = new ArrayList<>();
  private final BitSet movable = new BitSet();

  private PathCounts(Expression expression) {
    this.expression = expression;
    this.names = Names.of(expression);
    List<Step> steps = expression.steps();
    this.counts = new BigInteger[steps.size()];
    Arrays.fill(counts, BigInteger.ZERO);
    counts[expression.result()] = BigInteger.ONE;
    steps.forEach(s -> users.add(new ArrayList<>()));
    for (int v = steps.size() - 1; v >= 0; v--) {
      for (int u : steps.get(v).operands()) {
        counts[u] = counts[u].add(counts[v]);
      }
    }
    for (int v = 0; v < steps.size(); v++) {
      List<Integer> operands = steps.get(v).operands();
      movable.set(
          v, steps.get(v) instanceof Step.Variable || operands.stream().anyMatch(movable::get));
      for (int u : steps.get(v).operands()) {
        users.get(u).add(v);
      }
    }
  }

  public static PathCounts of(Expression expression) {
    return new PathCounts(expression);
  }

  Expression expression() {
    return expression;
  }

  Names names() {
    return names;
  }

  public BigInteger of(int step) {
    return counts[step];
  }

  /** The uses of a step that lead to the result; a step that uses it twice is there twice. */
  List<Integer> users(int step) {
    return users.get(step).stream().filter(v -> counts[v].signum() > 0).toList();
  }

  /**
   * Where the paths to be listed start: the step of that name, or all variables.
   *
   * @throws IllegalArgumentException where no step has the name, or nothing moves the one that has
   */
  public List<Integer> sources(Optional<String> from) {
    List<Integer> sources = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      Step s = expression.steps().get(i);
      boolean chosen =
          from.isPresent() ? names.of(i).equals(from.get()) : s instanceof Step.Variable;
      if (chosen && (!(s instanceof Step.Constant) || s.name().isPresent())) {
        sources.add(i);
      }
    }
    if (from.isPresent() && !sources.isEmpty() && !movable.get(sources.getFirst())) {
      throw new IllegalArgumentException(
          "--from " + from.get() + ": no variable moves it, so no derivative flows to it");
    }
    if (from.isPresent() && sources.isEmpty()) {
      throw new IllegalArgumentException("--from " + from.get() + ": there is no such node");
    }
    return sources;
  }

  /** All paths from the given steps. */
  public BigInteger total(List<Integer> sources) {
    return sources.stream().map(this::of).reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** A count as people read it: a long one by its ends and its length. */
  public static String text(BigInteger count) {
    return Numbers.of(count);
  }

  /** The result's name. */
  public String result() {
    return names.of(expression.result());
  }

  /** Whether a step is a line of the table: numbers in the text are not. */
  boolean isNode(int step) {
    return !(expression.steps().get(step) instanceof Step.Constant c) || c.name().isPresent();
  }
}
