package dev.ballast.serve;

import dev.ballast.format.ModelFile;
import dev.ballast.ir.Graph;
import dev.ballast.memory.AccountedArena;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.memory.OffHeapLimitException;
import dev.ballast.observe.Recorder;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Region;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionMemory;
import dev.ballast.tensor.ModelFormatException;
import dev.ballast.tensor.PlanException;
import dev.ballast.tensor.ShapeException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A model to be served: a graph and weights, which any number of sessions read.
 *
 * <pre>{@code
 * try (ServingModel model = ServingModel.load(Path.of("fraud.ballast"));
 *     Session session = model.session(1)) {
 *   MemorySegment x = session.input("x").memory();      // written in place
 *   session.run();
 *   double p = session.output("probabilities").get(1);
 * }
 * }</pre>
 *
 * <p>Any thread may use it; a {@link Session} is for one thread at a time. Each batch size is
 * planned, and its weights packed, when its first session is opened; plans are kept for as long as
 * the model, so batch sizes should be few.
 *
 * <p>A closed model opens no more sessions. Its weights are freed once its last session is closed,
 * so a model may be closed while others still answer with it.
 */
public final class ServingModel implements AutoCloseable {
  private final Plans plans;
  private final SequencedMap<String, String> metadata;
  private final Weights weights;

  /** By batch size. */
  private final Map<Integer, Prepared> prepared = new HashMap<>();

  /** What a plan computes of the weights once. */
  private record Prepared(AccountedArena arena, MemorySegment memory) {}

  private ServingModel(
      Plans plans,
      SequencedMap<String, String> metadata,
      MemorySegment weights,
      Runnable whenUnused) {
    this.plans = plans;
    this.metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    this.weights =
        new Weights(
            weights,
            () -> {
              prepared.values().forEach(p -> p.arena.close());
              whenUnused.run();
            });
  }

  /**
   * Opens a model file as the defaults say: all of it is checked, and its weights are mapped, so
   * the file must not be written into while it is served; see {@link ModelFile}.
   *
   * @throws ModelFormatException where the file is no model, or is damaged
   * @throws IOException where it can't be read
   * @throws OffHeapLimitException where the process's limit leaves less memory than the weights
   *     take
   */
  public static ServingModel load(Path file) throws IOException {
    return load(file, ServingOptions.defaults());
  }

  /** The same, as the options say. */
  public static ServingModel load(Path file, ServingOptions options) throws IOException {
    try (Recorder.Span span = Recorder.load(file.toString())) {
      ModelFile model = ModelFile.open(file, options.read());
      span.tell(model.weights().byteSize(), model.graph().parameterCount());
      return new ServingModel(
          new Plans(model.graph(), options), model.metadata(), model.weights(), model::close);
    }
  }

  /**
   * A model from memory: the weights are copied.
   *
   * @param graph a forward pass, as {@code Graphs.serving} makes it
   * @param weights its parameters in their order, each at the next multiple of 64 bytes
   * @throws PlanException where the weights are not of the graph's size
   */
  public static ServingModel of(Graph graph, MemorySegment weights, ServingOptions options) {
    return of(graph, weights, new LinkedHashMap<>(), options);
  }

  /** The same, and says where the weights came from. */
  public static ServingModel of(
      Graph graph,
      MemorySegment weights,
      SequencedMap<String, String> origin,
      ServingOptions options) {
    return copied(new Plans(graph, options), origin, weights);
  }

  /**
   * The same model with other weights, which are copied; graph and plans are shared, so nothing is
   * planned again.
   *
   * @throws PlanException where the weights are not of the graph's size
   */
  public ServingModel withWeights(MemorySegment other) {
    return withWeights(other, metadata);
  }

  /**
   * The same, and says where the weights came from: who borrows a session can ask its {@link
   * PooledSession#model} then, say for a version.
   */
  public ServingModel withWeights(MemorySegment other, SequencedMap<String, String> origin) {
    return copied(plans, origin, other);
  }

  private static ServingModel copied(
      Plans plans, SequencedMap<String, String> metadata, MemorySegment weights) {
    long bytes = plans.of(1).bytes(Region.WEIGHTS);
    if (weights.byteSize() != bytes) {
      throw new PlanException(
          "the weights have %d bytes, the parameters of '%s' take %d"
              .formatted(weights.byteSize(), plans.graph().name(), bytes));
    }
    AccountedArena arena =
        OffHeap.arena(Kind.WEIGHTS, "a copy of the weights of '" + plans.graph().name() + "'");
    MemorySegment copy = arena.allocate(bytes, PlanOptions.ALIGNMENT);
    copy.copyFrom(weights);
    return new ServingModel(plans, metadata, copy.asReadOnly(), arena::close);
  }

  public Graph graph() {
    return plans.graph();
  }

  /** Where the model came from, in the order it was written; empty where it is from memory. */
  public SequencedMap<String, String> metadata() {
    return metadata;
  }

  ServingOptions options() {
    return plans.options();
  }

  /**
   * The plan of a batch size, made when it is first asked for.
   *
   * @throws ShapeException where the graph can't take that batch size
   */
  public Plan plan(int batch) {
    return plans.of(batch);
  }

  /** What serving batches of that size takes off the heap, before it is taken. */
  public MemoryNeeds memory(int batch) {
    Plan plan = plan(batch);
    return new MemoryNeeds(
        plan.bytes(Region.WEIGHTS),
        SessionMemory.preparedBytes(plan),
        SessionMemory.ownBytes(plan));
  }

  /**
   * A session of its own, for one thread at a time.
   *
   * @throws IllegalStateException where the model is closed
   * @throws OffHeapLimitException where the process's limit leaves less memory than it takes
   */
  public Session session(int batch) {
    Plan plan = plan(batch);
    weights.enter(graph().name());
    AccountedArena arena =
        OffHeap.arena(Kind.ARENAS, "a session of '" + graph().name() + "', batch " + batch);
    return opened(
        plan,
        batch,
        arena,
        () -> {
          arena.close();
          weights.leave();
        });
  }

  private Session opened(Plan plan, int batch, AccountedArena arena, Runnable release) {
    boolean opened = false;
    try {
      MemorySegment own = arena.allocate(SessionMemory.ownBytes(plan), PlanOptions.ALIGNMENT);
      Session session = open(plan, batch, own, release);
      opened = true;
      return session;
    } finally {
      if (!opened) {
        release.run();
      }
    }
  }

  /** A session on given memory; the first of a batch size prepares for all. */
  private Session open(Plan plan, int batch, MemorySegment own, Runnable whenClosed) {
    synchronized (prepared) {
      Prepared p = prepared.get(batch);
      if (p != null) {
        return open(plan, p, true, own, whenClosed);
      }
      AccountedArena arena =
          OffHeap.arena(Kind.ARENAS, "packed weights of '" + graph().name() + "', batch " + batch);
      boolean done = false;
      try {
        p =
            new Prepared(
                arena, arena.allocate(SessionMemory.preparedBytes(plan), PlanOptions.ALIGNMENT));
        Session first = open(plan, p, false, own, whenClosed);
        prepared.put(batch, p);
        done = true;
        return first;
      } finally {
        if (!done) {
          arena.close();
        }
      }
    }
  }

  private Session open(
      Plan plan, Prepared p, boolean isPrepared, MemorySegment own, Runnable whenClosed) {
    SessionMemory memory = new SessionMemory(weights.memory(), p.memory, isPrepared, own);
    return Session.open(plan, memory, options().session(), whenClosed);
  }

  /**
   * Sessions of one batch size, all in one segment.
   *
   * @throws IllegalStateException where the model is closed
   * @throws OffHeapLimitException where the process's limit leaves less memory than they take
   */
  SessionGroup group(int batch, int sessions) {
    Plan plan = plan(batch);
    weights.enter(graph().name());
    return SessionGroup.open(
        sessions,
        SessionMemory.ownBytes(plan),
        "%d sessions of '%s', batch %d".formatted(sessions, graph().name(), batch),
        (own, whenClosed) -> open(plan, batch, own, whenClosed),
        weights::leave);
  }

  /** Whether it is closed and its last session is too, so that its memory is free. */
  public boolean isFreed() {
    return weights.isFreed();
  }

  /** Opens no more sessions, and frees the weights once there are none; twice does nothing. */
  @Override
  public void close() {
    weights.close();
  }

  @Override
  public String toString() {
    return graph().name() + " (" + graph().parameterCount() + " parameters)";
  }
}
