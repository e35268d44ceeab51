package dev.ballast.example;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * Bodies of requests and answers.
 *
 * <p>As JSON {@code {"examples": [{"amount": 12.5, …}, …]}}, to learn from with {@code "fraud":
 * true} or false in each. As {@code application/octet-stream} an example is the fields' values in
 * the order of {@link Field}, little-endian floats, to learn from with one more, 1 or 0.
 */
final class Bodies {
  static final String JSON = "application/json";
  static final String FLOATS = "application/octet-stream";

  /** In one request. */
  static final int MOST_EXAMPLES = 4096;

  private static final String FRAUD = "fraud";
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  private Bodies() {}

  static byte[] json(Map<String, ?> content) {
    try {
      return MAPPER.writeValueAsBytes(content);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The scores as floats. */
  static byte[] floats(float[] scores) {
    ByteBuffer b = ByteBuffer.allocate(scores.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    b.asFloatBuffer().put(scores);
    return b.array();
  }

  static JsonNode parse(byte[] body) {
    try {
      JsonNode root = MAPPER.readTree(body);
      if (root == null || !root.isObject()) {
        throw Problem.badRequest("the body must be a JSON object");
      }
      return root;
    } catch (JsonProcessingException e) {
      var at = e.getLocation();
      String place = at == null ? "" : at.getLineNr() + ":" + at.getColumnNr() + ": ";
      throw Problem.badRequest(place + "this is not JSON");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param labelled whether each tells if it was fraud
   * @throws Problem where the body is not what it should be; it names the example and the field
   */
  static Examples examples(String type, byte[] body, boolean labelled) {
    return switch (type) {
      case JSON -> fromJson(parse(body), labelled);
      case FLOATS -> fromFloats(body, labelled);
      default ->
          throw new Problem(
              Problem.UNSUPPORTED_TYPE,
              "Content-Type must be " + JSON + " or " + FLOATS + ", not '" + type + "'");
    };
  }

  private static Examples fromJson(JsonNode root, boolean labelled) {
    JsonNode all = root.path("examples");
    if (!all.isArray()) {
      throw Problem.badRequest("examples: a list is missing");
    }
    int count = count(all.size());
    float[] x = new float[count * Field.count()];
    float[] fraud = new float[labelled ? count : 0];
    for (int i = 0; i < count; i++) {
      JsonNode example = all.get(i);
      String where = "examples[" + i + "]";
      demandKnown(example, where, labelled);
      for (Field f : Field.values()) {
        double value = number(example, f.key(), where);
        x[i * Field.count() + f.ordinal()] = f.encode(value, where + "." + f.key());
      }
      if (labelled) {
        JsonNode answer = example.path(FRAUD);
        if (!answer.isBoolean()) {
          throw Problem.badRequest(where + "." + FRAUD + ": must be true or false");
        }
        fraud[i] = answer.booleanValue() ? 1 : 0;
      }
    }
    return new Examples(x, fraud);
  }

  private static int count(int count) {
    if (count < 1) {
      throw Problem.badRequest("examples: at least one is needed");
    }
    if (count > MOST_EXAMPLES) {
      throw new Problem(
          Problem.TOO_LARGE, "examples: " + count + " are more than " + MOST_EXAMPLES);
    }
    return count;
  }

  private static void demandKnown(JsonNode example, String where, boolean labelled) {
    if (!example.isObject()) {
      throw Problem.badRequest(where + ": must be an object");
    }
    example
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!Field.keys().contains(name) && !(labelled && name.equals(FRAUD))) {
                throw Problem.badRequest(
                    where + "." + name + ": there is no such field, only " + Field.keys());
              }
            });
  }

  private static double number(JsonNode example, String key, String where) {
    JsonNode value = example.get(key);
    if (value == null) {
      throw Problem.badRequest(where + "." + key + ": is missing");
    }
    if (value.isBoolean()) {
      return value.booleanValue() ? 1 : 0;
    }
    if (!value.isNumber()) {
      throw Problem.badRequest(where + "." + key + ": must be a number, is " + value);
    }
    return value.doubleValue();
  }

  private static Examples fromFloats(byte[] body, boolean labelled) {
    int each = Field.count() + (labelled ? 1 : 0);
    int bytes = each * Float.BYTES;
    if (body.length % bytes != 0) {
      throw Problem.badRequest(
          "the body has "
              + body.length
              + " bytes, which is no multiple of "
              + bytes
              + ": an example has "
              + each
              + " floats");
    }
    int count = count(body.length / bytes);
    ByteBuffer in = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
    float[] x = new float[count * Field.count()];
    float[] fraud = new float[labelled ? count : 0];
    for (int i = 0; i < count; i++) {
      String where = "examples[" + i + "].";
      for (Field f : Field.values()) {
        x[i * Field.count() + f.ordinal()] = f.encode(in.getFloat(), where + f.key());
      }
      if (labelled) {
        fraud[i] = in.getFloat();
        if (fraud[i] != 0 && fraud[i] != 1) {
          throw Problem.badRequest(where + FRAUD + ": must be 1 or 0");
        }
      }
    }
    return new Examples(x, fraud);
  }
}
