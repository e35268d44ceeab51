package dev.ballast.runtime;

import dev.ballast.ir.Value;
import dev.ballast.kernel.Kernel;
import dev.ballast.kernel.Slice;
import dev.ballast.kernel.Slices;
import dev.ballast.kernel.Workers;
import dev.ballast.observe.Probe;
import dev.ballast.plan.Buffer;
import dev.ballast.plan.Place;
import dev.ballast.plan.Plan;
import dev.ballast.plan.Region;
import dev.ballast.plan.Step;
import dev.ballast.tensor.PlanException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A plan on memory of its own, its kernels bound: ready to run, over and over, without allocating.
 *
 * <pre>{@code
 * try (Session s = Session.open(plan)) {
 *   s.input("x").copyFrom(pixels);
 *   s.run();
 *   float p = (float) s.output("probabilities").get(3);
 * }
 * }</pre>
 *
 * <p>A session is for one thread at a time: {@link #run} and {@link #close} throw {@link
 * IllegalStateException} while it runs. Slices it has handed out are invalid once it is closed, and
 * throw.
 */
public final class Session implements AutoCloseable {
  private final Plan plan;
  private final SharedMemory memory;
  private final boolean ownsMemory;
  private final SessionOptions options;
  private final Map<Region, MemorySegment> regions;
  private final Map<String, Slice> inputs = new LinkedHashMap<>();
  private final Map<String, Slice> outputs = new LinkedHashMap<>();
  private final Map<String, Slice> parameters = new LinkedHashMap<>();
  private final Map<String, Slice> states = new LinkedHashMap<>();
  private final Kernel[] preparing;
  private final Kernel[] kernels;
  private final Probe probe;
  private final List<TimedKernel> timed = new ArrayList<>();
  private boolean isPrepared;

  private Session(
      Plan plan,
      SharedMemory memory,
      boolean ownsMemory,
      Map<Region, MemorySegment> regions,
      SessionOptions options) {
    this.plan = plan;
    this.memory = memory;
    this.ownsMemory = ownsMemory;
    this.options = options;
    this.regions = regions;
    this.probe = Probe.ofRuns(plan.graph().name(), memory.bytes());
    nameSlices();
    this.preparing = bind(true);
    this.kernels = bind(false);
  }

  /**
   * A session of its own, all in one segment: parameters, states and inputs are zero.
   *
   * @param alongside further plans of the same model that will share the segment, see {@link
   *     #alongside}
   */
  public static Session open(Plan plan, SessionOptions options, Plan... alongside) {
    SharedMemory memory = SharedMemory.allocate(plan, List.of(alongside));
    return bound(plan, memory, options);
  }

  /** Frees the memory again where a kernel can't be bound. */
  private static Session bound(Plan plan, SharedMemory memory, SessionOptions options) {
    try {
      return new Session(plan, memory, true, memory.regions(plan), options);
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  public static Session open(Plan plan) {
    return open(plan, SessionOptions.defaults());
  }

  /**
   * A session on weights that lie elsewhere, for instance in a mapped model file: they are read,
   * never written, and may be shared by any number of sessions. The rest is one segment of its own.
   *
   * @throws PlanException where the plan updates parameters, or the weights have another size
   */
  public static Session open(Plan plan, MemorySegment weights, SessionOptions options) {
    SharedMemory memory = SharedMemory.allocate(plan, weights);
    Session session = bound(plan, memory, options);
    try {
      session.prepare();
      return session;
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  /**
   * A session on memory that others own: closing it frees nothing.
   *
   * @param whenClosed is run when it is closed, on the thread that closes it
   * @throws PlanException where the plan updates parameters, or the memory is not what it needs
   */
  public static Session open(
      Plan plan, SessionMemory memory, SessionOptions options, Runnable whenClosed) {
    SharedMemory given = SharedMemory.given(plan, memory, whenClosed);
    Session session = new Session(plan, given, true, given.regions(plan), options);
    if (memory.isPrepared()) {
      session.isPrepared = true;
    } else {
      session.prepare();
    }
    return session;
  }

  /**
   * Another plan of the same model on the same segment, say for evaluation or for a smaller last
   * batch: weights and states are the same bytes, SCRATCH is shared, inputs and outputs are its
   * own. The plan must have been named when this session was opened. Only one of them runs at a
   * time, and closing this one ends them all.
   *
   * @throws PlanException where the plan was not named, or its parameters are not this plan's
   */
  public Session alongside(Plan other) {
    return new Session(other, memory, false, memory.regions(other), options);
  }

  public Plan plan() {
    return plan;
  }

  /** Bytes of the one segment, all plans on it counted. */
  public long segmentBytes() {
    return memory.bytes();
  }

  /** Where to write an input before {@link #run}. */
  public Slice input(String name) {
    return find("input", inputs, name);
  }

  /** Where to read an output after {@link #run}. */
  public Slice output(String name) {
    return find("output", outputs, name);
  }

  public Slice parameter(String name) {
    return find("parameter", parameters, name);
  }

  public Slice state(String name) {
    return find("state", states, name);
  }

  /** The WEIGHTS region: all parameters in the plan's order, 64-byte aligned. */
  public MemorySegment weights() {
    memory.demandOpen();
    return regions.get(Region.WEIGHTS);
  }

  /** The STATE region. */
  public MemorySegment states() {
    memory.demandOpen();
    return regions.get(Region.STATE);
  }

  /**
   * Runs all steps. Allocates nothing, neither on the heap nor natively.
   *
   * @throws IllegalStateException where the session is closed, or runs on another thread
   * @throws IndexOutOfBoundsException where an index or label among the inputs is out of range
   */
  public void run() {
    memory.enter();
    probe.begin();
    try {
      if (!isPrepared) {
        prepareNow();
      }
      for (Kernel k : kernels) {
        k.run();
      }
    } finally {
      probe.end();
      memory.leave();
    }
  }

  /**
   * Computes again what the plan keeps of the parameters for all runs, such as packed weights; see
   * {@link Region#PREPARED}. Until then runs go on with the parameters as they were. A session on
   * given weights is prepared when it is opened, any other by its first run; so this is to be
   * called whenever parameters are written after that. Where the plan prepares nothing it does
   * nothing.
   *
   * @throws IllegalStateException where the session is closed, or runs on another thread
   */
  public void prepare() {
    memory.enter();
    try {
      prepareNow();
    } finally {
      memory.leave();
    }
  }

  private void prepareNow() {
    for (Kernel k : preparing) {
      k.run();
    }
    isPrepared = true;
  }

  /**
   * Frees the memory; a second call does nothing.
   *
   * @throws IllegalStateException where the session runs on another thread
   */
  @Override
  public void close() {
    if (ownsMemory) {
      memory.close();
    }
  }

  private Slice find(String kind, Map<String, Slice> slices, String name) {
    memory.demandOpen();
    Slice s = slices.get(name);
    if (s == null) {
      throw new IllegalArgumentException(
          "there is no " + kind + " '" + name + "', only " + slices.keySet());
    }
    return s;
  }

  private void nameSlices() {
    for (Value v : plan.graph().values()) {
      switch (v) {
        case Value.Input i -> inputs.put(i.name(), slice(i));
        case Value.Parameter p -> parameters.put(p.name(), slice(p));
        case Value.State s -> states.put(s.name(), slice(s));
        case Value.Constant c -> slice(c).copyFrom(c.literal());
        case Value.Result ignored -> {}
      }
    }
    plan.graph().outputs().forEach((name, v) -> outputs.put(name, slice(v)));
  }

  private Slice slice(Value v) {
    Place p = plan.place(v);
    MemorySegment region = regions.get(p.buffer().region());
    return new Slice(v.type(), region.asSlice(p.offset(), v.type().bytes()));
  }

  private MemorySegment bytes(Buffer b) {
    return regions.get(b.region()).asSlice(b.offset(), b.bytes());
  }

  /** The kernels that prepare runs, or those of a run. */
  private Kernel[] bind(boolean prepare) {
    List<Kernel> bound = new ArrayList<>();
    Workers workers = Workers.of(options.threads());
    for (Step step : plan.steps()) {
      if (step.node().prepares() != prepare) {
        continue;
      }
      List<Slice> in = step.node().inputs().stream().map(this::slice).toList();
      List<Slice> out = step.node().results().stream().map(this::slice).toList();
      MemorySegment workspace =
          step.workspace().isPresent()
              ? bytes(plan.buffers().get(step.workspace().getAsInt()))
              : MemorySegment.NULL;
      Kernel kernel = step.node().op().bind(new Slices(in, out, workspace, workers));
      bound.add(watched(step, kernel, in, out));
      if (options.poison()) {
        step.dying().forEach(id -> bound.add(poison(bytes(plan.buffers().get(id)))));
      }
    }
    return bound.toArray(Kernel[]::new);
  }

  private Kernel watched(Step step, Kernel kernel, List<Slice> in, List<Slice> out) {
    if (options.detectAnomaly()) {
      return new AnomalyDetection(step.node(), kernel, in, out);
    }
    if (options.profile()) {
      TimedKernel t = new TimedKernel(step, kernel);
      timed.add(t);
      return t;
    }
    return kernel;
  }

  /**
   * What each step took since the session was opened, or since {@link #forgetProfile}: of a session
   * with {@link SessionOptions#profile}, else of none.
   */
  public List<StepTime> profile() {
    return timed.stream().map(TimedKernel::time).toList();
  }

  /** Counts from 0 again. */
  public void forgetProfile() {
    timed.forEach(TimedKernel::forget);
  }

  /** All bits set: NaN in both floating types, −1 in the others. */
  private static Kernel poison(MemorySegment dead) {
    return () -> dead.fill((byte) 0xFF);
  }
}
