package dev.ballast.train;

import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.optim.WeightAverage;
import dev.ballast.runtime.Session;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is evaluated and saved: the weights as they are or, where training keeps an average of them,
 * the average, put in their place for as long as it is wanted. Before the first step there is no
 * average yet, and the weights serve.
 */
final class ServedWeights {
  private record Averaged(Slice parameter, Slice average) {}

  private final MemorySegment weights;
  private final Optional<Slice> started;
  private final List<Averaged> averaged = new ArrayList<>();
  private final MemorySegment training;

  /**
   * @param memory that outlives the training
   */
  ServedWeights(Session step, Optional<WeightAverage> average, Arena memory) {
    this.weights = step.weights();
    this.started = average.map(a -> step.state(WeightAverage.STARTED));
    this.training = memory.allocate(average.isPresent() ? weights.byteSize() : 0);
    if (average.isPresent()) {
      List<String> states = step.plan().graph().states().stream().map(Value::name).toList();
      for (Value.Parameter p : step.plan().graph().parameters()) {
        String state = WeightAverage.of(p.name());
        if (states.contains(state)) {
          averaged.add(new Averaged(step.parameter(p.name()), step.state(state)));
        }
      }
    }
  }

  private boolean hasAverage() {
    return started.isPresent() && started.get().get(0) != 0;
  }

  /** Puts what serves in place; training must not go on until {@link #leave}. */
  void enter() {
    if (hasAverage()) {
      training.copyFrom(weights);
      keep();
    }
  }

  /** Puts what is trained in place again. */
  void leave() {
    if (hasAverage()) {
      weights.copyFrom(training);
    }
  }

  /** Puts what serves in place for good. */
  void keep() {
    if (hasAverage()) {
      averaged.forEach(a -> a.parameter().copyFrom(a.average()));
    }
  }

  /** Lets the averages be what the weights are, so that both serve alike. */
  void settle() {
    if (hasAverage()) {
      averaged.forEach(a -> a.average().copyFrom(a.parameter()));
    }
  }

  /** Copies what serves. */
  void copyTo(MemorySegment target) {
    enter();
    target.copyFrom(weights);
    leave();
  }
}
