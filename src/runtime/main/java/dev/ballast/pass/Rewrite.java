package dev.ballast.pass;

import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Node;
import dev.ballast.ir.Op;
import dev.ballast.ir.Value;
import dev.ballast.tensor.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A graph on its way into another: sources first, then nodes as the pass emits or replaces them,
 * then outputs and updates. Building verifies the new graph.
 */
final class Rewrite {
  private final Graph from;
  private final GraphBuilder to;
  private final Map<Value, Expr> mapped = new HashMap<>();

  private Rewrite(Graph from) {
    this.from = from;
    this.to = new GraphBuilder(from.name());
  }

  /** Starts with all inputs, parameters and states in their order; constants come when used. */
  static Rewrite of(Graph from) {
    return of(from, Value.Input::type);
  }

  /** The same, with other types for the inputs. */
  static Rewrite of(Graph from, Function<Value.Input, TensorType> inputType) {
    return of(from, inputType, UnaryOperator.identity());
  }

  /** The same, with other types for parameters and states too. */
  static Rewrite of(
      Graph from, Function<Value.Input, TensorType> inputType, UnaryOperator<TensorType> keptType) {
    Rewrite r = new Rewrite(from);
    for (Value v : from.values()) {
      switch (v) {
        case Value.Input i -> r.mapped.put(i, r.to.input(i.name(), inputType.apply(i)));
        case Value.Parameter p ->
            r.mapped.put(p, r.to.parameter(p.name(), keptType.apply(p.type())));
        case Value.State s -> r.mapped.put(s, r.to.state(s.name(), keptType.apply(s.type())));
        case Value.Constant ignored -> {}
        case Value.Result ignored -> {}
      }
    }
    return r;
  }

  GraphBuilder builder() {
    return to;
  }

  /** What stands for an old value in the new graph. */
  Expr get(Value old) {
    if (old instanceof Value.Constant c) {
      return mapped.computeIfAbsent(c, k -> to.constant(c.literal()));
    }
    return mapped.get(old);
  }

  /** The same, where there is one yet. */
  Optional<Expr> find(Value old) {
    return Optional.ofNullable(get(old));
  }

  List<Expr> inputs(Node n) {
    return n.inputs().stream().map(this::get).toList();
  }

  /** Lets a new value stand for an old one. */
  void replace(Value old, Expr by) {
    mapped.put(old, by);
  }

  /** Emits the node as it was, on the new values of its inputs. */
  List<Expr> emit(Node n) {
    return emit(n, n.op());
  }

  /** Emits another op in the node's place. */
  List<Expr> emit(Node n, Op op) {
    return emit(n, op, inputs(n));
  }

  /** Emits another op on other inputs in the node's place; its results are of the same types. */
  List<Expr> emit(Node n, Op op, List<Expr> inputs) {
    List<Expr> results =
        to.named(n.name(), () -> to.during(n.phase(), () -> to.applyAll(op, inputs)));
    for (int i = 0; i < results.size(); i++) {
      mapped.put(n.results().get(i), results.get(i));
    }
    return results;
  }

  Graph finish() {
    from.outputs().forEach((name, v) -> to.output(name, get(v)));
    from.updates().forEach((target, r) -> to.update(get(target), get(r)));
    return to.build();
  }
}
