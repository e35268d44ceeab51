package dev.ballast.example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ballast.memory.Kind;
import dev.ballast.memory.OffHeap;
import dev.ballast.nn.Model;
import dev.ballast.runtime.Session;
import dev.ballast.serve.ServingModel;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service that runs, asked over HTTP. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ServiceTest {
  private static final Payments.Pattern STOLEN = Payments.Pattern.STOLEN_CARDS;
  private static final Payments.Pattern TAKEN_OVER = Payments.Pattern.TAKEN_OVER_ACCOUNTS;

  @TempDir Path folder;
  private final Map<?, Long> before = OffHeap.taken();
  private Settings settings;
  private Service service;
  private Client client;

  @BeforeEach
  void choose() {
    settings = Settings.defaults().withPort(0).withModels(folder);
  }

  private Engine start(Settings s) {
    service = Service.start(s);
    client = new Client(service);
    return service.ready().join();
  }

  @AfterEach
  void end() {
    client.close();
    service.close();
    assertEquals(before, OffHeap.taken(), "all memory is freed");
  }

  private static Client.Batch payments(long seed, int count) {
    return Client.Batch.of(new Payments(seed, STOLEN), count);
  }

  @Test
  void scoresAreThoseOfTheInterpreterAndToTheBitThoseOfASession() throws Exception {
    Path file = ModelFiles.write(folder.resolve("first.ballast"), STOLEN, 100);
    start(settings.withModel(file));
    for (int count : new int[] {1, 32, 70}) {
      Client.Batch batch = payments(count, count);
      Scores scores = client.score(batch);
      assertEquals("1", scores.version());
      assertArrayEquals(
          ModelFiles.interpret(file, batch.encoded()), scores.fraud(), 1e-5f, count + " examples");
      assertArrayEquals(bySession(file, batch.encoded()), scores.fraud());
      JsonNode json = Client.parse(client.post("/score", batch.json(false)));
      assertEquals("1", json.get("version").asText());
      for (int i = 0; i < count; i++) {
        assertEquals(scores.fraud()[i], json.get("fraud").get(i).asDouble(), 1e-5);
      }
    }
  }

  private static float[] bySession(Path file, Examples examples) throws IOException {
    int batch = examples.count() == 1 ? 1 : Scorer.BATCH;
    float[] scores = new float[examples.count()];
    try (ServingModel model = ServingModel.load(file);
        Session s = model.session(batch)) {
      for (int first = 0; first < scores.length; first += batch) {
        int here = Math.min(batch, scores.length - first);
        for (int i = 0; i < here * Field.count(); i++) {
          s.input(Model.INPUT).set(i, examples.x()[first * Field.count() + i]);
        }
        s.run();
        for (int i = 0; i < here; i++) {
          scores[first + i] = (float) s.output(Graphs.PROBABILITIES).get(i);
        }
      }
    }
    return scores;
  }

  @Test
  void withoutAFileItLearnsAtTheStartToTellFraud() throws Exception {
    start(settings);
    Client.Batch batch = payments(9, 2000);
    long fraud = 0;
    for (boolean b : batch.fraud()) {
      fraud += b ? 1 : 0;
    }
    double rate = fraud / 2000.0;
    double knowingOnlyTheRate = -rate * Math.log(rate) - (1 - rate) * Math.log(1 - rate);
    double loss = client.loss(batch);
    assertTrue(loss < 0.8 * knowingOnlyTheRate, loss + " and " + knowingOnlyTheRate);
  }

  @Test
  void learningLowersTheLossOnWhatIsNewAndIsSavedForTheNextStart() throws Exception {
    Engine engine = start(settings.withPublish(Duration.ofMillis(50)));
    Client.Batch test = Client.Batch.of(new Payments(5, TAKEN_OVER), 2000);
    double first = client.loss(test);
    Payments news = new Payments(6, TAKEN_OVER);
    int sent = 0;
    while (sent < 16_000) {
      Client.Batch batch = Client.Batch.of(news, 400);
      HttpResponse<byte[]> answer =
          sent % 800 == 0
              ? client.post("/learn", batch.json(true))
              : client.post("/learn", Bodies.FLOATS, batch.floats(true));
      if (answer.statusCode() == Answer.ACCEPTED) {
        sent += batch.count();
      } else {
        assertEquals(Problem.TOO_MANY, answer.statusCode());
        Thread.sleep(5);
      }
    }
    // Until the last is published, or for ever.
    while (client.loss(test) >= 0.7 * first) {
      Thread.sleep(20);
    }
    awaitLearned(engine, sent);
    assertNotEquals("1", client.score(test).version());
    JsonNode model = Client.parse(client.get("/model"));
    assertEquals(sent, model.get("examples").asLong());
    assertEquals(Field.keys().toString().replace(" ", ""), unquoted(model.get("fields")));

    client.close();
    service.close();
    float[] saved = bySession(folder.resolve("learned.ballast"), test.encoded());
    start(settings);
    assertArrayEquals(saved, client.score(test).fraud());
  }

  private static String unquoted(JsonNode list) {
    return list.toString().replace("\"", "");
  }

  private static void awaitLearned(Engine engine, long examples) throws InterruptedException {
    while (engine.learner().status().examples() < examples || engine.learner().waiting() > 0) {
      Thread.sleep(5);
    }
  }

  @Test
  void aWorseModelIsNotPublished() throws Exception {
    Engine engine = start(settings.withPublish(Duration.ofMillis(20)));
    // What is held back is every eighth. Seven lies to each of them, which only those show.
    Client.Batch batch = payments(8, 4096);
    for (int i = 0; i < batch.count(); i++) {
      batch.fraud()[i] ^= i % 8 != 7;
    }
    double first = client.loss(payments(2, 500));
    assertEquals(
        Answer.ACCEPTED, client.post("/learn", Bodies.FLOATS, batch.floats(true)).statusCode());
    awaitLearned(engine, batch.count());
    while (engine.learner().status().rejected() == 0) {
      Thread.sleep(5);
    }
    assertEquals(1, engine.learner().status().version());
    assertEquals(first, client.loss(payments(2, 500)));
  }

  @Test
  void aFileIsSwappedInAndLearningGoesOnFromIt() throws Exception {
    Engine engine = start(settings);
    Path file = ModelFiles.write(folder.resolve("other.ballast"), TAKEN_OVER, 300);
    HttpResponse<byte[]> answer = client.post("/swap", "{\"file\": \"other.ballast\"}");
    assertEquals(Answer.OK, answer.statusCode());
    assertEquals("2", Client.parse(answer).get("version").asText());
    Client.Batch batch = payments(4, 40);
    Scores scores = client.score(batch);
    assertEquals("2", scores.version());
    assertArrayEquals(bySession(file, batch.encoded()), scores.fraud());
    assertEquals(1, engine.ref().swaps().done());
  }

  @Test
  void healthAndMetricsTellHowItIs() throws Exception {
    start(settings);
    assertEquals("{\"live\":true}", Client.parse(client.get("/health/live")).toString());
    assertEquals("{\"ready\":true}", Client.parse(client.get("/health/ready")).toString());
    client.score(payments(1, 1));
    client.score(payments(1, 100));
    List<String> metrics = client.metrics();
    for (String line :
        List.of(
            "ballast_pool_run_seconds_count{pool=\"single\"} 1",
            "ballast_pool_run_seconds_count{pool=\"batches\"} 4",
            "http_server_requests_seconds_count{status=\"200\",uri=\"/score\"} 2",
            "ballast_model_swap_seconds_count{model=\"payments\"} 0",
            "learner_version 1.0")) {
      assertTrue(metrics.contains(line), line + " is not in " + metrics);
    }
    long weights = OffHeap.taken().get(Kind.WEIGHTS);
    assertTrue(metrics.contains("ballast_memory_used_bytes{kind=\"weights\"} " + (double) weights));
  }

  @Test
  void whoCannotStartSaysSoAndIsNotAlive() throws Exception {
    service = Service.start(settings.withModel(folder.resolve("none.ballast")));
    client = new Client(service);
    CompletionException e = assertThrows(CompletionException.class, () -> service.ready().join());
    assertTrue(e.getCause().toString().contains("none.ballast"), e.toString());
    assertEquals(Problem.UNAVAILABLE, client.get("/health/live").statusCode());
    assertEquals(Problem.UNAVAILABLE, client.get("/health/ready").statusCode());
    HttpResponse<byte[]> answer = client.post("/score", payments(1, 1).json(false));
    assertEquals(Problem.UNAVAILABLE, answer.statusCode());
    assertEquals("1", answer.headers().firstValue("Retry-After").orElseThrow());
  }

  @Test
  void aFileOfAnotherNetworkIsNoStart() throws Exception {
    Path file = ModelFiles.writeOther(folder.resolve("other.ballast"));
    service = Service.start(settings.withModel(file));
    client = new Client(service);
    CompletionException e = assertThrows(CompletionException.class, () -> service.ready().join());
    assertTrue(
        e.getCause().getMessage().startsWith("other.ballast: holds another network"), e.toString());
  }
}
