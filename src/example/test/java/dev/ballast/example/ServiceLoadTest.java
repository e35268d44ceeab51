package dev.ballast.example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.memory.OffHeap;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many clients at once, while the service learns, swaps, or ends. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ServiceLoadTest {
  private static final int CLIENTS = 8;
  private static final Payments.Pattern STOLEN = Payments.Pattern.STOLEN_CARDS;

  /** More than a batch, so that an answer could be of two models if it went wrong. */
  private static final Client.Batch PROBES = Client.Batch.of(new Payments(1, STOLEN), 80);

  @TempDir Path folder;
  private final Map<?, Long> before = OffHeap.taken();
  private final AtomicBoolean stop = new AtomicBoolean();
  private Service service;
  private Engine engine;

  @BeforeEach
  void start() throws IOException {
    Path file = ModelFiles.write(folder.resolve("a.ballast"), STOLEN, 200);
    service =
        Service.start(
            Settings.defaults()
                .withPort(0)
                .withModels(folder)
                .withModel(file)
                .withPublish(Duration.ofMillis(10)));
    engine = service.ready().join();
  }

  @AfterEach
  void end() {
    stop.set(true);
    service.close();
    assertEquals(before, OffHeap.taken(), "all memory is freed");
  }

  @Test
  void eachAnswerIsOfOneVersionWhole() throws Exception {
    ModelFiles.write(folder.resolve("b.ballast"), Payments.Pattern.TAKEN_OVER_ACCOUNTS, 200);
    Map<String, float[]> swapped = new ConcurrentHashMap<>();
    float[] a;
    float[] b;
    try (Client client = new Client(service)) {
      a = client.score(PROBES).fraud();
      swap(client, "b.ballast");
      b = client.score(PROBES).fraud();
    }
    Map<String, float[]> seen = new ConcurrentHashMap<>();
    AtomicLong answers = new AtomicLong();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<?>> all = new ArrayList<>();
      try {
        for (int t = 0; t < CLIENTS; t++) {
          all.add(threads.submit(() -> ask(seen, answers)));
        }
        all.add(threads.submit(this::teach));
        try (Client client = new Client(service)) {
          long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
          for (int i = 0; System.nanoTime() - deadline < 0 || answers.get() < 400; i++) {
            swapped.put(swap(client, i % 2 == 0 ? "a.ballast" : "b.ballast"), i % 2 == 0 ? a : b);
            Thread.sleep(20);
          }
        }
      } finally {
        stop.set(true);
      }
      for (Future<?> f : all) {
        f.get();
      }
    }
    int known = 0;
    for (Map.Entry<String, float[]> e : swapped.entrySet()) {
      float[] found = seen.get(e.getKey());
      if (found != null) {
        assertArrayEquals(e.getValue(), found, "version " + e.getKey());
        known++;
      }
    }
    assertTrue(known > 1, "versions that were swapped in were asked");
    assertTrue(seen.size() > known, "so were versions that were learned");
  }

  private static String swap(Client client, String file) throws Exception {
    HttpResponse<byte[]> answer = client.post("/swap", "{\"file\": \"" + file + "\"}");
    assertEquals(Answer.OK, answer.statusCode());
    return Client.parse(answer).get("version").asText();
  }

  /** All answers of a version must be the same bits. */
  private Void ask(Map<String, float[]> seen, AtomicLong answers) throws Exception {
    try (Client client = new Client(service)) {
      while (!stop.get()) {
        HttpResponse<byte[]> answer = client.post("/score", Bodies.FLOATS, PROBES.floats(false));
        if (answer.statusCode() == Problem.UNAVAILABLE) {
          continue;
        }
        Scores scores = Client.scores(answer);
        float[] first = seen.putIfAbsent(scores.version(), scores.fraud());
        if (first != null) {
          assertArrayEquals(first, scores.fraud(), "version " + scores.version());
        }
        answers.incrementAndGet();
      }
    }
    return null;
  }

  private Void teach() throws Exception {
    Payments payments = new Payments(7, STOLEN);
    try (Client client = new Client(service)) {
      while (!stop.get()) {
        byte[] batch = Client.Batch.of(payments, 200).floats(true);
        client.post("/learn", Bodies.FLOATS, batch);
      }
    }
    return null;
  }

  /** When a connection is cut between two requests is a matter of luck. */
  @RepeatedTest(5)
  void nothingThatWasAcceptedIsDroppedByAShutdown() throws Exception {
    AtomicLong scored = new AtomicLong();
    AtomicLong taught = new AtomicLong();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < CLIENTS; t++) {
        boolean learns = t % 2 == 0;
        all.add(threads.submit(() -> sendUntilRefused(learns, scored, taught)));
      }
      while (scored.get() < 200 || taught.get() < 200) {
        Thread.sleep(1);
      }
      service.close();
      for (Future<?> f : all) {
        f.get();
      }
    }
    assertEquals(answered("/score", "200"), scored.get());
    assertEquals(answered("/learn", "202"), taught.get());
    assertEquals(taught.get() * PROBES.count(), engine.learner().status().examples());
  }

  private long answered(String route, String status) {
    Timer timer =
        service.registry().get("http.server.requests").tags("uri", route, "status", status).timer();
    return timer.count();
  }

  /** Counts what was accepted; what comes back else is a refusal, or no connection any more. */
  private Void sendUntilRefused(boolean learns, AtomicLong scored, AtomicLong taught)
      throws Exception {
    String path = learns ? "/learn" : "/score";
    byte[] body = PROBES.floats(learns);
    try (Client client = new Client(service)) {
      while (true) {
        HttpResponse<byte[]> answer;
        try {
          answer = client.post(path, Bodies.FLOATS, body);
        } catch (IOException e) {
          return null;
        }
        switch (answer.statusCode()) {
          case Answer.OK -> scored.incrementAndGet();
          case Answer.ACCEPTED -> taught.incrementAndGet();
          case Problem.TOO_MANY -> Thread.sleep(1);
          case Problem.UNAVAILABLE -> {
            if (answer.headers().firstValue("Connection").orElse("").equals("close")) {
              return null;
            }
          }
          default -> throw new IllegalStateException("status " + answer.statusCode());
        }
      }
    }
  }
}
