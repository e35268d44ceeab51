package dev.ballast.runtime;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ballast.ir.Graph;
import dev.ballast.ir.Interpreter;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/**
 * What a test runs a graph on: contents for its inputs, parameters and states, by name; zeros where
 * nothing is given. One feed can be run by the interpreter and by planned sessions, and the
 * outcomes compared.
 */
public final class Feed {
  private final Map<String, Literal> contents = new LinkedHashMap<>();

  /** Uniform floating contents for every source of a graph; 0 or 1 for integers. */
  public static Feed random(Graph graph, long seed, double low, double high) {
    Feed f = new Feed();
    Random random = new Random(seed);
    for (Value v : graph.values()) {
      if (!(v instanceof Value.Result) && !(v instanceof Value.Constant)) {
        double[] d = new double[(int) v.type().elements()];
        for (int i = 0; i < d.length; i++) {
          boolean floating = v.type().dtype().isFloating();
          d[i] = floating ? low + (high - low) * random.nextDouble() : random.nextInt(2);
        }
        f.contents.put(v.name(), Literal.of(v.type(), d));
      }
    }
    return f;
  }

  /** Gives one source its content. */
  public Feed with(String name, TensorType type, double... elements) {
    contents.put(name, Literal.of(type, elements));
    return this;
  }

  public Feed with(String name, Literal content) {
    contents.put(name, content);
    return this;
  }

  /** Runs the reference kernels, every value in memory of its own. */
  public Outcome interpret(Graph graph, int runs) {
    try (Arena arena = Arena.ofConfined()) {
      Interpreter i = Interpreter.of(graph, arena);
      fill(graph, i::slice);
      for (int run = 0; run < runs; run++) {
        i.run(graph, arena);
      }
      return outcome(graph, i::slice);
    }
  }

  /** Runs a planned session, dead memory poisoned. */
  public Outcome run(Graph graph, PlanOptions options, int runs) {
    SessionOptions poisoned = SessionOptions.defaults().withPoison(true);
    try (Session s = Session.open(Planner.plan(graph, options), poisoned)) {
      return run(s, runs);
    }
  }

  /** Runs a session that is open already. */
  public Outcome run(Session s, int runs) {
    Graph graph = s.plan().graph();
    fill(graph, v -> source(s, v));
    for (int run = 0; run < runs; run++) {
      s.run();
    }
    Outcome o = new Outcome(new LinkedHashMap<>());
    graph.outputs().forEach((name, v) -> o.put("output " + name, s.output(name)));
    graph.updates().forEach((v, r) -> o.put("kept " + v.name(), source(s, v)));
    return o;
  }

  /** Reuse on. */
  public Outcome run(Graph graph) {
    return run(graph, PlanOptions.defaults(), 1);
  }

  private static Slice source(Session s, Value v) {
    return switch (v) {
      case Value.Input i -> s.input(i.name());
      case Value.Parameter p -> s.parameter(p.name());
      case Value.State t -> s.state(t.name());
      default -> throw new IllegalArgumentException(v + " is no source");
    };
  }

  private void fill(Graph graph, Function<Value, Slice> slices) {
    for (Value v : graph.values()) {
      if (!(v instanceof Value.Result) && contents.containsKey(v.name())) {
        slices.apply(v).copyFrom(contents.get(v.name()));
      }
    }
  }

  private static Outcome outcome(Graph graph, Function<Value, Slice> slices) {
    Outcome o = new Outcome(new LinkedHashMap<>());
    graph.outputs().forEach((name, v) -> o.put("output " + name, slices.apply(v)));
    graph.updates().forEach((v, r) -> o.put("kept " + v.name(), slices.apply(v)));
    return o;
  }

  /** A copy of what a tensor holds. */
  public static Literal literal(Slice s) {
    return Literal.ofBytes(s.type(), s.memory().toArray(JAVA_BYTE));
  }
}
