package dev.ballast.example;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** HTTP: the only class that knows the framework. Each request has a virtual thread. */
final class Web {
  /** Of a body, in bytes: more is refused with 413. */
  static final int MOST_BYTES = 1 << 20;

  /**
   * Of a body that is refused, in bytes: up to here it is read and thrown away. A connection that
   * is closed before would be reset by what still comes, and the sender would lose the answer. More
   * than this is not worth it.
   */
  private static final int MOST_THROWN_AWAY = 16 << 20;

  private static final int MOST_CONNECTIONS = 1024;
  private static final Duration IDLE = Duration.ofMinutes(2);

  private final MeterRegistry registry;
  private final Gate gate;
  private final Map<String, Timer> timers = new ConcurrentHashMap<>();

  private Web(MeterRegistry registry, Gate gate) {
    this.registry = registry;
    this.gate = gate;
  }

  /** Listens from now on. */
  static WebServer start(Settings settings, Api api, MeterRegistry registry, Gate gate) {
    Web web = new Web(registry, gate);
    return WebServer.builder()
        .host(settings.host())
        .port(settings.port())
        .maxPayloadSize(MOST_THROWN_AWAY)
        .maxTcpConnections(MOST_CONNECTIONS)
        .idleConnectionTimeout(IDLE)
        .shutdownHook(false)
        .routing(r -> web.routes(r, api))
        .build()
        .start();
  }

  private void routes(HttpRouting.Builder r, Api api) {
    r.post("/score", handler("/score", api.guarded(api::score)))
        .post("/learn", handler("/learn", api.guarded(api::learn)))
        .post("/swap", handler("/swap", api.guarded(api::swap)))
        .get("/model", handler("/model", api.guarded(api::model)))
        .get("/metrics", handler("/metrics", api::metrics))
        .get("/health/live", handler("/health/live", api::live))
        .get("/health/ready", handler("/health/ready", api::ready));
  }

  private Handler handler(String route, Api.Endpoint endpoint) {
    return (request, response) -> {
      long start = System.nanoTime();
      boolean counted = gate.enter();
      try {
        Answer answer = answer(endpoint, request);
        send(answer, response, !counted);
        timer(route, answer.status()).record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
      } finally {
        if (counted) {
          gate.leave();
        }
      }
    };
  }

  private static Answer answer(Api.Endpoint endpoint, ServerRequest request) throws IOException {
    Api.Body body;
    try {
      body = body(request);
    } catch (Problem p) {
      return Answer.of(p);
    }
    return Api.answer(endpoint, body);
  }

  private static Api.Body body(ServerRequest request) throws IOException {
    String type = request.headers().contentType().map(t -> t.mediaType().text()).orElse("");
    if (!request.content().hasEntity()) {
      return new Api.Body(type, new byte[0]);
    }
    try (InputStream in = request.content().inputStream()) {
      byte[] bytes = in.readNBytes(MOST_BYTES);
      if (in.transferTo(OutputStream.nullOutputStream()) > 0) {
        throw new Problem(Problem.TOO_LARGE, "the body has more than " + MOST_BYTES + " bytes");
      }
      return new Api.Body(type, bytes);
    }
  }

  private static void send(Answer answer, ServerResponse response, boolean isLast) {
    response.status(answer.status()).header(HeaderNames.CONTENT_TYPE, answer.type());
    answer.headers().forEach(response::header);
    if (isLast) {
      response.header(HeaderValues.CONNECTION_CLOSE);
    }
    response.send(answer.body());
  }

  private Timer timer(String route, int status) {
    return timers.computeIfAbsent(
        route + " " + status,
        key ->
            Timer.builder("http.server.requests")
                .description("Requests, from their head being read to their answer being sent")
                .tags("uri", route, "status", Integer.toString(status))
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofNanos(20_000))
                .maximumExpectedValue(Duration.ofSeconds(1))
                .register(registry));
  }
}
