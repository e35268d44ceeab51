package dev.ballast.example;

import dev.ballast.Ballast;
import dev.ballast.micrometer.BallastMetrics;
import io.helidon.webserver.WebServer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The whole service. It listens at once and says that it is not ready, loads or learns its model,
 * and is ready then.
 *
 * <p>Closing it refuses what comes, waits for what is being answered, learns from what was taken to
 * be learned from, and frees all memory, in this order.
 */
final class Service implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.ballast.example");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Without a request, before connections that are still kept are cut. */
  private static final Duration QUIET = Duration.ofMillis(50);

  /** Where requests never cease, so long. */
  private static final Duration NO_QUIET = Duration.ofSeconds(2);

  /** Where compilers have not come round in this time, it answers slowly rather than not at all. */
  private static final Duration WARM_UP = Duration.ofSeconds(20);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final Gate gate = new Gate();
  private final CompletableFuture<Engine> engine = new CompletableFuture<>();
  private final Api api;
  private final WebServer server;
  private final long limitBefore;
  private boolean isClosed;

  private Service(Settings settings) {
    limitBefore = Ballast.limit(settings.memory());
    api = new Api(settings.models(), registry, gate);
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    collections.bindTo(registry);
    server = Web.start(settings, api, registry, gate);
  }

  static Service start(Settings settings) {
    Service service = new Service(settings);
    Thread.ofPlatform().name("loader").start(() -> service.load(settings));
    return service;
  }

  private void load(Settings settings) {
    try {
      Engine loaded = Engine.open(settings);
      if (!loaded.scorer().warmUp(WARM_UP)) {
        LOG.log(System.Logger.Level.INFO, "ready, though some kernels are not compiled yet");
      }
      watch(loaded);
      api.open(loaded);
      engine.complete(loaded);
    } catch (IOException | RuntimeException | Error e) {
      api.fail();
      engine.completeExceptionally(e);
    }
  }

  private void watch(Engine e) {
    new BallastMetrics()
        .withModel("payments", e.ref())
        .withPool("single", e.scorer().single())
        .withPool("batches", e.scorer().batches())
        .bindTo(registry);
    Learner learner = e.learner();
    Gauge.builder("learner.waiting", learner, Learner::waiting)
        .baseUnit("examples")
        .register(registry);
    Gauge.builder("learner.loss", learner, l -> l.status().loss()).register(registry);
    Gauge.builder("learner.version", learner, l -> l.status().version()).register(registry);
    FunctionCounter.builder("learner.examples", learner, l -> l.status().examples())
        .register(registry);
    FunctionCounter.builder("learner.steps", learner, l -> l.status().steps()).register(registry);
    FunctionCounter.builder("learner.rejected", learner, l -> l.status().rejected())
        .register(registry);
  }

  PrometheusMeterRegistry registry() {
    return registry;
  }

  int port() {
    return server.port();
  }

  /**
   * Completes when it is ready, or can't be.
   *
   * @return what answers
   */
  CompletableFuture<Engine> ready() {
    return engine;
  }

  /** A second call does nothing. */
  @Override
  public synchronized void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    if (!gate.close(PATIENCE)) {
      LOG.log(System.Logger.Level.WARNING, "some requests are not answered after {0}", PATIENCE);
    }
    // The server interrupts those who serve connections, and one that is just between two requests
    // answers the next with 500.
    gate.awaitQuiet(QUIET, NO_QUIET);
    server.stop();
    engine.handle((e, failure) -> e).thenAccept(Service::free).join();
    collections.close();
    registry.close();
    Ballast.limit(limitBefore);
  }

  private static void free(Engine e) {
    if (e != null) {
      e.close();
    }
  }
}
