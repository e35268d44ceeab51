package dev.ballast.cli.calculus;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.pass.Passes;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.Literal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Values of a graph, computed as every model is: rewritten, planned, run. */
final class Evaluation implements AutoCloseable {
  private final Session session;

  private Evaluation(Session session) {
    this.session = session;
  }

  /** Ends the builder's work: all wanted values become outputs. */
  static Evaluation of(GraphBuilder builder, Collection<Expr> wanted) {
    Map<Value, Expr> once = new LinkedHashMap<>();
    wanted.forEach(e -> once.put(e.value(), e));
    once.values().forEach(e -> builder.output(name(e), e));
    return new Evaluation(
        Session.open(Planner.plan(Passes.forRunning(builder.build()), PlanOptions.defaults())));
  }

  private static String name(Expr e) {
    return e.value().label();
  }

  Evaluation at(Map<String, Literal> point) {
    point.forEach((name, value) -> session.input(name).copyFrom(value));
    return this;
  }

  Slice input(String name) {
    return session.input(name);
  }

  Evaluation run() {
    session.run();
    return this;
  }

  /** A copy of a wanted value after {@link #run}. */
  Literal get(Expr wanted) {
    Slice s = session.output(name(wanted));
    return Literal.of(s.type(), s.toDoubles());
  }

  /** The elements of a wanted value. */
  double[] values(Expr wanted) {
    return session.output(name(wanted)).toDoubles();
  }

  /** The first element of a wanted value. */
  double number(Expr wanted) {
    return session.output(name(wanted)).get(0);
  }

  @Override
  public void close() {
    session.close();
  }
}
