package dev.ballast.example;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Speaks to a service as anybody would. */
final class Client implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Payments as requests tell them, with what became of them. */
  record Batch(double[][] raw, boolean[] fraud) {
    static Batch of(Payments payments, int count) {
      double[][] raw = new double[count][];
      boolean[] fraud = new boolean[count];
      for (int i = 0; i < count; i++) {
        raw[i] = payments.raw();
        fraud[i] = payments.isFraud(raw[i]);
      }
      return new Batch(raw, fraud);
    }

    int count() {
      return raw.length;
    }

    String json(boolean labelled) {
      return text(
          Map.of("examples", IntStream.range(0, count()).mapToObj(i -> one(i, labelled)).toList()));
    }

    private Map<String, Object> one(int i, boolean labelled) {
      Map<String, Object> example = new LinkedHashMap<>();
      for (Field f : Field.values()) {
        example.put(f.key(), raw[i][f.ordinal()]);
      }
      if (labelled) {
        example.put("fraud", fraud[i]);
      }
      return example;
    }

    byte[] floats(boolean labelled) {
      int each = Field.count() + (labelled ? 1 : 0);
      ByteBuffer b =
          ByteBuffer.allocate(count() * each * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count(); i++) {
        for (double v : raw[i]) {
          b.putFloat((float) v);
        }
        if (labelled) {
          b.putFloat(fraud[i] ? 1 : 0);
        }
      }
      return b.array();
    }

    /** As the service hands floats on to the network. */
    Examples encoded() {
      return Bodies.examples(Bodies.FLOATS, floats(false), false);
    }
  }

  private final HttpClient http = HttpClient.newHttpClient();
  private final String base;

  Client(Service service) {
    this.base = "http://127.0.0.1:" + service.port();
  }

  static String text(Object content) {
    try {
      return MAPPER.writeValueAsString(content);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonNode parse(HttpResponse<byte[]> answer) throws IOException {
    return MAPPER.readTree(answer.body());
  }

  HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(base + path)).build();
    return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> post(String path, String type, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> post(String path, String json) throws IOException, InterruptedException {
    return post(path, Bodies.JSON, json.getBytes(StandardCharsets.UTF_8));
  }

  /** The answer to floats. */
  Scores score(Batch batch) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = post("/score", Bodies.FLOATS, batch.floats(false));
    if (answer.statusCode() != Answer.OK) {
      throw new IllegalStateException(
          answer.statusCode() + " " + new String(answer.body(), StandardCharsets.UTF_8));
    }
    return scores(answer);
  }

  static Scores scores(HttpResponse<byte[]> answer) {
    float[] scores = new float[answer.body().length / Float.BYTES];
    ByteBuffer.wrap(answer.body()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(scores);
    return new Scores(answer.headers().firstValue("Model-Version").orElseThrow(), scores);
  }

  /** The mean of −ln p over a batch. */
  double loss(Batch batch) throws IOException, InterruptedException {
    float[] p = score(batch).fraud();
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum -= Math.log(Math.max(1e-7, batch.fraud()[i] ? p[i] : 1 - p[i]));
    }
    return sum / p.length;
  }

  List<String> metrics() throws IOException, InterruptedException {
    return new String(get("/metrics").body(), StandardCharsets.UTF_8).lines().toList();
  }

  @Override
  public void close() {
    http.close();
  }
}
