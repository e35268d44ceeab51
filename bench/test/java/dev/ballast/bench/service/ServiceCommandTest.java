package dev.ballast.bench.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ballast.cli.Commands;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The load on a stand-in that counts what it gets, and on the service itself where it is built. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ServiceCommandTest {
  private static final int FIELDS = 3;

  private final AtomicLong scores = new AtomicLong();
  private final AtomicLong taught = new AtomicLong();
  private final AtomicLong badBodies = new AtomicLong();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;
  private int refuseEach = Integer.MAX_VALUE;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/model",
        e -> answer(e, 200, "{\"version\": \"" + version() + "\", \"fields\": [1, 2, 3]}"));
    server.createContext("/metrics", e -> answer(e, 200, metrics()));
    server.createContext("/score", this::score);
    server.createContext("/learn", this::learn);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.close();
  }

  /** One more with each hundred scores. */
  private long version() {
    return 1 + scores.get() / 100;
  }

  /** Each run takes 7 µs, whichever pool's it is. */
  private String metrics() {
    return """
    # HELP ballast_pool_run_seconds_count none
    ballast_pool_run_seconds_count{pool="a"} %d
    ballast_pool_run_seconds_sum{pool="a"} %s
    ballast_pool_run_seconds_count{pool="b"} 0
    ballast_pool_run_seconds_sum{pool="b"} 0.0
    """
        .formatted(scores.get(), 7e-6 * scores.get());
  }

  private void score(HttpExchange e) throws IOException {
    if (e.getRequestBody().readAllBytes().length != 2 * FIELDS * Float.BYTES) {
      badBodies.incrementAndGet();
    }
    boolean refused = scores.incrementAndGet() % refuseEach == 0;
    answer(e, refused ? 503 : 200, "12345678");
  }

  private void learn(HttpExchange e) throws IOException {
    int bytes = e.getRequestBody().readAllBytes().length;
    taught.addAndGet(bytes / ((FIELDS + 1) * Float.BYTES));
    answer(e, 202, "{}");
  }

  private static void answer(HttpExchange e, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    e.sendResponseHeaders(status, body.length);
    try (var out = e.getResponseBody()) {
      out.write(body);
    }
  }

  private static JsonNode run(int status, String... arguments) throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int found =
        Commands.run(
            new ServiceCommand(), List.of(), new PrintWriter(out), new PrintWriter(err), arguments);
    assertEquals(status, found, () -> out + " " + err);
    return new ObjectMapper().readTree(out.toString());
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private JsonNode load(int status) throws IOException {
    return run(
        status,
        "--url",
        url(),
        "--rate",
        "200",
        "--seconds",
        "1",
        "--warm-up",
        "0.2",
        "--connections",
        "2",
        "--rows",
        "2",
        "--learn",
        "100",
        "--json");
  }

  @Test
  void eachRequestIsSentAndCounted() throws IOException {
    JsonNode r = load(0);
    long measured = r.get("requests").asLong();
    assertEquals(measured, r.get("statuses").get("200").asLong());
    assertTrue(measured > 100 && measured < scores.get(), r + " and a warm-up");
    assertEquals(0, badBodies.get());
    assertEquals(0, r.get("bad").asLong());
    assertEquals(7, r.get("run_us").asDouble(), 1e-6);
    assertTrue(r.get("p50_us").asDouble() > 0);
    assertTrue(r.get("p50_us").asDouble() <= r.get("p99.99_us").asDouble());
    assertTrue(r.get("taught").asLong() > 0 && r.get("taught").asLong() <= taught.get());
    assertTrue(r.get("swaps").asLong() >= measured / 100 - 1, r.toString());
  }

  @Test
  void refusalsAreToldApartAndAreAFailure() throws IOException {
    refuseEach = 10;
    JsonNode r = load(1);
    long refused = r.get("statuses").get("503").asLong();
    assertEquals(refused, r.get("bad").asLong());
    assertEquals(r.get("requests").asLong(), refused + r.get("statuses").get("200").asLong());
    assertEquals(0.1, (double) refused / r.get("requests").asLong(), 0.02);
  }

  @Test
  void theServiceItselfIsStartedMeasuredAndEnded() throws IOException {
    Path jar =
        Path.of(System.getProperty("ballast.root"), "src/example/target/ballast-example.jar");
    assumeTrue(Files.isRegularFile(jar), "src/example is built before bench in a whole build");
    JsonNode r =
        run(
            0,
            "--jar",
            jar.toString(),
            "--rate",
            "50",
            "--seconds",
            "1",
            "--warm-up",
            "1",
            "--connections",
            "2",
            "--learn",
            "500",
            "--json");
    assertEquals(r.get("requests").asLong(), r.get("statuses").get("200").asLong());
    assertTrue(r.get("run_us").asDouble() > 0);
    assertTrue(r.get("taught").asLong() > 0);
  }
}
