package dev.ballast.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.Ballast;
import dev.ballast.memory.OffHeap;
import dev.ballast.serve.PooledSession;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is sent wrongly, or to a service that can't at the moment, and what comes back. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ServiceErrorsTest {
  private static final Client.Batch ONE =
      Client.Batch.of(new Payments(1, Payments.Pattern.STOLEN_CARDS), 1);

  @TempDir Path folder;
  private final Map<?, Long> before = OffHeap.taken();
  private Service service;
  private Engine engine;
  private Client client;

  @BeforeEach
  void start() throws Exception {
    Path file = ModelFiles.write(folder.resolve("first.ballast"), Payments.Pattern.STOLEN_CARDS, 5);
    service =
        Service.start(
            Settings.defaults()
                .withPort(0)
                .withModels(folder)
                .withModel(file)
                .withSessions(1)
                .withQueue(64));
    client = new Client(service);
    engine = service.ready().join();
  }

  @AfterEach
  void end() throws Exception {
    assertEquals("1", client.score(ONE).version(), "it serves on");
    client.close();
    service.close();
    assertEquals(before, OffHeap.taken(), "all memory is freed");
  }

  private void refuses(int status, String message, HttpResponse<byte[]> answer) throws Exception {
    assertEquals(message, Client.parse(answer).get("error").asText());
    assertEquals(status, answer.statusCode());
  }

  @Test
  void jsonThatIsNoneOrNotWhatItShouldBeIsNamed() throws Exception {
    String good = ONE.json(false);
    refuses(400, "1:14: this is not JSON", client.post("/score", "{\"examples\": nothing}"));
    refuses(400, "the body must be a JSON object", client.post("/score", "[1]"));
    refuses(400, "the body must be a JSON object", client.post("/score", ""));
    refuses(400, "examples: a list is missing", client.post("/score", "{}"));
    refuses(400, "examples: at least one is needed", client.post("/score", "{\"examples\": []}"));
    refuses(
        400, "examples[0]: must be an object", client.post("/score", "{\"examples\": [[1, 2]]}"));
    refuses(
        400,
        "examples[0].amnt: there is no such field, only " + Field.keys(),
        client.post("/score", good.replace("amount", "amnt")));
    refuses(400, "examples[0].amount: is missing", client.post("/score", "{\"examples\": [{}]}"));
    refuses(
        400,
        "examples[0].hour: must be a number, is \"noon\"",
        client.post("/score", good.replaceAll("\"hour\":[0-9.]+", "\"hour\":\"noon\"")));
    refuses(
        400,
        "examples[0].hour: must be a finite number",
        client.post("/score", good.replaceAll("\"hour\":[0-9.]+", "\"hour\":1e999")));
    refuses(
        400,
        "examples[0].amount: must be at least 0, is -1.0",
        client.post("/score", good.replaceAll("\"amount\":[0-9.]+", "\"amount\":-1")));
    refuses(400, "examples[0].fraud: must be true or false", client.post("/learn", good));
    refuses(
        400,
        "examples[0].fraud: there is no such field, only " + Field.keys(),
        client.post("/score", ONE.json(true)));
  }

  @Test
  void floatsThatAreNotWhatTheyShouldBeAreNamed() throws Exception {
    refuses(
        400,
        "the body has 33 bytes, which is no multiple of 32: an example has 8 floats",
        client.post("/score", Bodies.FLOATS, new byte[33]));
    byte[] nan = ONE.floats(false);
    ByteBuffer.wrap(nan).order(ByteOrder.LITTLE_ENDIAN).putFloat(4, Float.NaN);
    refuses(
        400,
        "examples[0].hour: must be a finite number",
        client.post("/score", Bodies.FLOATS, nan));
    byte[] maybe = ONE.floats(true);
    ByteBuffer.wrap(maybe).order(ByteOrder.LITTLE_ENDIAN).putFloat(32, 0.5f);
    refuses(400, "examples[0].fraud: must be 1 or 0", client.post("/learn", Bodies.FLOATS, maybe));
  }

  @Test
  void otherTypesAndBodiesThatAreTooLargeAreRefused() throws Exception {
    refuses(
        415,
        "Content-Type must be application/json or application/octet-stream, not 'text/csv'",
        client.post("/score", "text/csv", new byte[] {'1'}));
    refuses(
        413,
        "examples: 4097 are more than 4096",
        client.post("/score", Bodies.FLOATS, new byte[4097 * 32]));
    // Over and over: whether an answer overtakes a connection's end is a matter of luck.
    for (int i = 0; i < 50; i++) {
      refuses(
          413,
          "the body has more than 1048576 bytes",
          client.post("/score", Bodies.FLOATS, new byte[Web.MOST_BYTES + 32]));
    }
    assertEquals(404, client.get("/nothing").statusCode());
  }

  @Test
  void whoFindsNoSessionInTimeIsToComeAgain() throws Exception {
    try (PooledSession mine = engine.scorer().single().borrow()) {
      HttpResponse<byte[]> answer = client.post("/score", ONE.json(false));
      assertEquals(503, answer.statusCode());
      assertEquals("1", answer.headers().firstValue("Retry-After").orElseThrow());
      assertTrue(Client.parse(answer).get("error").asText().startsWith("none of the 1 sessions"));
      mine.run();
    }
    assertTrue(
        client
            .metrics()
            .contains("ballast_pool_refusals_total{pool=\"single\",reason=\"timeout\"} 1.0"));
  }

  @Test
  void whatWaitsToBeLearnedIsBounded() throws Exception {
    Client.Batch full = Client.Batch.of(new Payments(2, Payments.Pattern.STOLEN_CARDS), 64);
    refuses(
        413,
        "65 examples are more than may wait, 64",
        client.post(
            "/learn",
            Client.Batch.of(new Payments(2, Payments.Pattern.STOLEN_CARDS), 65).json(true)));
    int accepted = 0;
    // As long as the learner is held up it takes one request out of the queue, and no more.
    engine.learner().turn().lock();
    try {
      HttpResponse<byte[]> last = null;
      for (int i = 0; i < 3; i++) {
        last = client.post("/learn", full.json(true));
        accepted += last.statusCode() == 202 ? 64 : 0;
      }
      refuses(429, "too many examples wait to be learned from: try again in a second", last);
      assertEquals("1", last.headers().firstValue("Retry-After").orElseThrow());
    } finally {
      engine.learner().turn().unlock();
    }
    while (engine.learner().status().examples() < accepted) {
      Thread.sleep(1);
    }
    assertEquals(accepted, engine.learner().status().examples());
  }

  @Test
  void onlyFilesOfTheFolderAreSwappedIn() throws Exception {
    Path outside = Files.createTempFile("outside", ".ballast");
    try {
      ModelFiles.write(outside, Payments.Pattern.STOLEN_CARDS, 1);
      Files.createSymbolicLink(folder.resolve("link.ballast"), outside);
      Files.createDirectory(folder.resolve("sub"));
      String name = "file: must be the name of a file in the folder of models";
      refuses(400, name, swap("../" + outside.getFileName()));
      refuses(400, name, swap(outside.toString()));
      refuses(400, name, swap("sub/x.ballast"));
      refuses(400, name, swap(".."));
      refuses(400, name, swap("x\u0000.ballast"));
      refuses(404, "file: there is no 'link.ballast' among the models", swap("link.ballast"));
      refuses(404, "file: there is no 'sub' among the models", swap("sub"));
      refuses(404, "file: there is no 'x.ballast' among the models", swap("x.ballast"));
      refuses(400, "file: the name of a model file is missing", client.post("/swap", "{}"));
    } finally {
      Files.delete(outside);
    }
  }

  private HttpResponse<byte[]> swap(String name) throws Exception {
    return client.post("/swap", Client.text(Map.of("file", name)));
  }

  @Test
  void filesThatDoNotFitAreRefusedInTheLibrarysWords() throws Exception {
    Files.writeString(folder.resolve("text.ballast"), "this is no model, and not short of it");
    HttpResponse<byte[]> answer = swap("text.ballast");
    assertEquals(422, answer.statusCode());
    String message = Client.parse(answer).get("error").asText();
    assertTrue(message.contains("text.ballast"), message);

    ModelFiles.writeOther(folder.resolve("other.ballast"));
    HttpResponse<byte[]> other = swap("other.ballast");
    assertEquals(409, other.statusCode());
    String why = Client.parse(other).get("error").asText();
    assertTrue(why.startsWith("other.ballast: holds another network, 'payments' of [fc1"), why);
  }

  @Test
  void withoutMemoryForBothModelsTheOldOneServesOn() throws Exception {
    long taken = OffHeap.taken().values().stream().mapToLong(Long::longValue).sum();
    long limit = Ballast.limit(taken);
    try {
      HttpResponse<byte[]> answer = swap("first.ballast");
      assertEquals(503, answer.statusCode());
      String message = Client.parse(answer).get("error").asText();
      assertTrue(message.contains("Ballast.limit"), message);
    } finally {
      Ballast.limit(limit);
    }
  }
}
