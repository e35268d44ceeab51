package dev.ballast.cli.calculus;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.cli.expression.Expression;
import dev.ballast.cli.expression.Step;
import dev.ballast.ir.Expr;
import dev.ballast.tensor.Literal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Paths one by one. They are grown from the result backward, so that what two have in common at
 * their ends is computed once; for tensors a path carries the product of a vector with the
 * Jacobians on it.
 */
final class PathList {
  /** Edges of all paths together, where they are numbers, and where each is a product to plan. */
  private static final int MAX_EDGES = 1_000_000;

  private static final int MAX_PRODUCTS = 10_000;

  /**
   * A path that starts at {@code step}: by its edge into {@code next}'s step, then on as next does.
   *
   * @param operand which operand of the next step this one is
   * @param product what flows back along it
   */
  record Link(int step, int operand, Optional<Link> next, Optional<Expr> product) {
    /** The steps from here to the result. */
    List<Link> links() {
      List<Link> all = new ArrayList<>();
      for (Optional<Link> l = Optional.of(this); l.isPresent(); l = l.get().next()) {
        all.add(l.get());
      }
      return all;
    }
  }

  private final Expression expression;
  private final Optional<Derivation> derivation;
  private final BitSet sources = new BitSet();
  private final BitSet leading = new BitSet();
  private final List<Link> found = new ArrayList<>();
  private int edges;

  private PathList(Expression expression, Optional<Derivation> derivation, List<Integer> sources) {
    this.expression = expression;
    this.derivation = derivation;
    sources.forEach(this.sources::set);
    for (int i = 0; i < expression.steps().size(); i++) {
      List<Integer> operands = expression.steps().get(i).operands();
      leading.set(i, this.sources.get(i) || operands.stream().anyMatch(leading::get));
    }
  }

  /**
   * All paths from the sources to the result, in the order of the sources.
   *
   * @param derivation where the products are wanted as values of a graph: for tensors
   */
  static List<Link> of(
      Expression expression, Optional<Derivation> derivation, List<Integer> sources) {
    PathList list = new PathList(expression, derivation, sources);
    list.grow();
    List<Link> ordered = new ArrayList<>();
    for (int s : sources) {
      list.found.stream().filter(l -> l.step() == s).forEach(ordered::add);
    }
    return ordered;
  }

  private void grow() {
    int result = expression.result();
    Deque<Link> ends = new ArrayDeque<>();
    Optional<Expr> one = derivation.map(d -> Autodiff.one(d.value(result)));
    ends.push(new Link(result, 0, Optional.empty(), one));
    while (!ends.isEmpty()) {
      Link end = ends.pop();
      if (sources.get(end.step())) {
        found.add(end);
      }
      Step step = expression.steps().get(end.step());
      List<Optional<Expr>> products =
          derivation.isPresent() && end.product().isPresent() && !step.operands().isEmpty()
              ? derivation.get().jacobianProducts(end.step(), end.product().get())
              : List.of();
      for (int i = step.operands().size() - 1; i >= 0; i--) {
        if (leading.get(step.operands().get(i))) {
          count();
          Optional<Expr> product = products.isEmpty() ? Optional.empty() : products.get(i);
          ends.push(new Link(step.operands().get(i), i, Optional.of(end), product));
        }
      }
    }
  }

  private void count() {
    int most = derivation.isPresent() ? MAX_PRODUCTS : MAX_EDGES;
    if (++edges > most) {
      throw new IllegalArgumentException(
          "the paths have more than "
              + most
              + " edges in all, too many to list; choose a start with --from, or list none with"
              + " --limit 0");
    }
  }

  /** Whether every value of an expression at a point is one number. */
  static boolean isScalar(Derivation d) {
    for (int i = 0; i < d.expression().steps().size(); i++) {
      if (d.value(i).shape().rank() != 0) {
        return false;
      }
    }
    return true;
  }

  /** The steps of a path, {@code x → z → L}; the middle of a long one is left out. */
  static String text(Names names, List<Link> links) {
    List<String> all = links.stream().map(l -> names.of(l.step())).toList();
    if (all.size() > 24) {
      return String.join(" → ", all.subList(0, 10))
          + " → … "
          + (all.size() - 20)
          + " more … → "
          + String.join(" → ", all.subList(all.size() - 10, all.size()));
    }
    return String.join(" → ", all);
  }

  /** The local derivatives on a path, where all are numbers; else none. */
  static List<Double> factors(Solution s, List<Link> links) {
    List<Double> factors = new ArrayList<>();
    for (Link l : links.subList(0, links.size() - 1)) {
      int user = l.next().orElseThrow().step();
      s.derivation().terms(l.step()).stream()
          .filter(t -> t.user() == user && t.operand() == l.operand())
          .findFirst()
          .flatMap(Derivation.Term::local)
          .ifPresent(e -> factors.add(s.number(e).get(0)));
    }
    return factors;
  }

  /** The numbers added up, element by element. */
  static Literal sum(List<Literal> products, Literal like) {
    double[] sum = new double[(int) like.type().elements()];
    for (Literal p : products) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += p.get(i);
      }
    }
    return Literal.of(like.type(), sum);
  }

  /** The links by the step they start from. */
  static List<Link> from(List<Link> all, int source) {
    return all.stream().filter(l -> l.step() == source).toList();
  }
}
