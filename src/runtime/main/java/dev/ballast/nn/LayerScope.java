package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Value;
import dev.ballast.op.Ops;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Where layers emit their ops: names parameters after the layers they stand in, and remembers how
 * each starts. The same layers give the same parameters in the same order whether they are emitted
 * for training or for inference, so plans of both can share weights.
 */
public final class LayerScope {
  /** The state that dropout draws from: (seed, step). */
  public static final String COUNTER = "dropout.counter";

  private final GraphBuilder builder;
  private final boolean training;
  private final Map<String, Initializer> initializers = new LinkedHashMap<>();
  private final Map<String, Expr> parameters = new LinkedHashMap<>();
  private final Set<Value> running = new HashSet<>();
  private final List<Runnable> pending = new ArrayList<>();
  private final Deque<String> path = new ArrayDeque<>();
  private Optional<Expr> counter = Optional.empty();
  private long streams;

  /**
   * @param training whether layers that differ, such as dropout, take their training form
   */
  public LayerScope(GraphBuilder builder, boolean training) {
    this.builder = builder;
    this.training = training;
  }

  public boolean isTraining() {
    return training;
  }

  public GraphBuilder builder() {
    return builder;
  }

  /** Emits within a name; parameters and nodes carry it, nested names joined by dots. */
  public <T> T named(String name, Supplier<T> body) {
    path.addLast(name);
    try {
      return builder.named(name, body);
    } finally {
      path.removeLast();
    }
  }

  /** A trainable weight, named after the scope. */
  public Expr parameter(String name, TensorType type, Initializer initializer) {
    String full = path.isEmpty() ? name : String.join(".", path) + "." + name;
    initializers.put(full, initializer);
    Expr e = builder.parameter(full, type);
    parameters.put(full, e);
    return e;
  }

  /**
   * A weight that another layer made before.
   *
   * @param name its whole name
   * @throws IllegalArgumentException where there is none
   */
  public Expr shared(String name) {
    Expr e = parameters.get(name);
    if (e == null) {
      throw new IllegalArgumentException(
          "no layer before has a parameter '%s', only %s".formatted(name, parameters.keySet()));
    }
    return e;
  }

  /**
   * What is saved with the weights but follows the data instead of a gradient, as the running mean
   * of batch normalization does.
   */
  public Expr running(String name, TensorType type, Initializer initializer) {
    Expr e = parameter(name, type, initializer);
    running.add(e.value());
    return e;
  }

  /** The weights that an optimizer is to change: all but those that are {@link #running}. */
  public List<Expr> trainable() {
    return builder.build().parameters().stream()
        .filter(p -> !running.contains(p))
        .map((Value.Parameter p) -> builder.expr(p))
        .toList();
  }

  /** Lets something be emitted where the graph is a training step, once it is complete. */
  public void whenFinished(Runnable emitted) {
    pending.add(emitted);
  }

  /** How each parameter starts, in the order of creation. */
  public Map<String, Initializer> initializers() {
    return Collections.unmodifiableMap(initializers);
  }

  /** A number no other caller in this graph has: a random stream of its own. */
  public long nextStream() {
    return streams++;
  }

  /** The counter i64[2] = (seed, step) for random layers; made when first asked for. */
  public Expr counter() {
    if (counter.isEmpty()) {
      counter = Optional.of(builder.state(COUNTER, TensorType.i64(2)));
    }
    return counter.get();
  }

  /**
   * To be called once the graph is complete: lets the counter go on by one step each run, and what
   * is running follow.
   */
  public void finish() {
    pending.forEach(Runnable::run);
    counter.ifPresent(
        c -> {
          Expr oneStep = builder.constant(Literal.of(TensorType.of(DType.I64, 2), 0, 1));
          builder.update(c, Ops.add(c, oneStep));
        });
  }
}
