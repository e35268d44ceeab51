package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NumPy's arrays given to {@code predict}, written here byte by byte as their format says. */
class PredictArraysTest {
  private static final int TESTED = 50;

  @TempDir Path folder;
  private TinyDigits tiny;
  private Path model;

  @BeforeEach
  void makeData() throws IOException {
    tiny = TinyDigits.in(folder);
    model = folder.resolve("tiny.ballast");
  }

  private void train() {
    CommandRun.done("train", tiny.definition(), "--out", model, "--quiet");
  }

  private static byte[] npy(String type, String shape, byte[] elements) throws IOException {
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(type, shape);
    byte[] padded = Arrays.copyOf(header.getBytes(StandardCharsets.US_ASCII), 118);
    Arrays.fill(padded, header.length(), 117, (byte) ' ');
    padded[117] = '\n';
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    file.write(padded);
    file.write(elements);
    return file.toByteArray();
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float v : values) {
      bytes.putFloat(v);
    }
    return bytes.array();
  }

  private Path npz(Map<String, byte[]> arrays) throws IOException {
    Path file = folder.resolve("arrays.npz");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> e : arrays.entrySet()) {
        zip.putNextEntry(new ZipEntry(e.getKey() + ".npy"));
        zip.write(e.getValue());
      }
    }
    return file;
  }

  private byte[] pixels() throws IOException {
    byte[] idx = Files.readAllBytes(folder.resolve("test-images-ubyte"));
    return Arrays.copyOfRange(idx, 16, idx.length);
  }

  private JsonNode predictions(Object... words) throws IOException {
    return CommandRun.done(words).json().get("predictions");
  }

  /** The same images in three forms have the same probabilities. */
  @Test
  void pixelsAreThoseOfImages() throws IOException {
    train();
    byte[] pixels = pixels();
    Path whole = Files.write(folder.resolve("x.npy"), npy("|u1", "50, 4, 4", pixels));
    float[] scaled = new float[pixels.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (pixels[i] & 255) / 255f;
    }
    Path parts = Files.write(folder.resolve("f.npy"), npy("<f4", "50, 16", floats(scaled)));
    Path images = folder.resolve("test-images-ubyte");
    JsonNode expected = predictions("predict", model, images, "--index", "0,1,49", "--json");
    JsonNode rows = predictions("predict", model, whole, "--json");
    JsonNode floats = predictions("predict", model, parts, "--json");
    assertEquals(TESTED, rows.size());
    int i = 0;
    for (int row : new int[] {0, 1, 49}) {
      assertEquals(whole + "#" + row, rows.get(row).get("row").asText());
      assertEquals(
          expected.get(i).get("probabilities"), rows.get(row).get("probabilities"), "row " + row);
      assertEquals(
          expected.get(i).get("probabilities").get("above").asDouble(),
          floats.get(row).get("probabilities").get("above").asDouble(),
          1e-6);
      i++;
    }
    String out = CommandRun.done("predict", model, whole).out();
    assertEquals(TESTED, out.lines().count());
    assertTrue(out.lines().allMatch(l -> l.matches(".*x\\.npy#\\d+: (above|below)  .* %")), out);
  }

  @Test
  void anArrayMayBeOneExampleAndLieInAnArchive() throws IOException {
    train();
    byte[] one = npy("|u1", "4, 4", Arrays.copyOf(pixels(), 16));
    Path archive = npz(Map.of("x", one));
    JsonNode rows = predictions("predict", model, archive, "--json");
    assertEquals(1, rows.size());
    assertEquals(archive + "/x.npy#0", rows.get(0).get("row").asText());
    npz(Map.of("x", one, "y", one));
    String complaint = CommandRun.complaint("predict", model, archive);
    assertTrue(complaint.contains("; name one by --array"), complaint);
    assertEquals(1, predictions("predict", model, archive, "--array", "y", "--json").size());
    complaint = CommandRun.complaint("predict", model, archive, "--array", "z");
    assertTrue(complaint.contains("has no array 'z', only ["), complaint);
  }

  /** The mean of squares over what is predicted is the loss that eval tells. */
  @Test
  void numbersOfAModelThatWasTrainedOnArraysAreScaledAsThose() throws IOException {
    float[] x = new float[60];
    float[] y = new float[30];
    for (int i = 0; i < y.length; i++) {
      x[2 * i] = i % 7 + 5;
      x[2 * i + 1] = i % 5 - 9;
      y[i] = 0.2f * x[2 * i] - 0.1f * x[2 * i + 1];
    }
    Path inputs = Files.write(folder.resolve("x.npy"), npy("<f4", "30, 2", floats(x)));
    Files.write(folder.resolve("y.npy"), npy("<f4", "30", floats(y)));
    Files.writeString(
        tiny.definition(),
        """
        name = "line"
        input = [2]
        loss = "mse"
        batch = 8
        epochs = 5
        [data]
        kind = "npy"
        folder = "."
        train_x = "x.npy"
        train_y = "y.npy"
        test_x = "x.npy"
        test_y = "y.npy"
        mean = 3
        deviation = 4
        [optimizer]
        kind = "sgd"
        learning_rate = 0.05
        [[layer]]
        kind = "linear"
        out = 1
        """);
    train();
    double loss =
        CommandRun.done("eval", model, tiny.definition(), "--json").json().get("loss").asDouble();
    JsonNode rows = predictions("predict", model, inputs, "--json");
    double squares = 0;
    for (int i = 0; i < y.length; i++) {
      double d = rows.get(i).get("result").get(0).asDouble() - y[i];
      squares += d * d / y.length;
    }
    assertEquals(loss, squares, 1e-5 * loss);
    String text = CommandRun.done("predict", model, inputs).out();
    assertTrue(text.lines().allMatch(l -> l.matches(".*x\\.npy#\\d+: -?[0-9.]+")), text);
    String complaint = CommandRun.complaint("predict", model, folder.resolve("test-images-ubyte"));
    assertTrue(complaint.contains("is no .npy or .npz file, which "), complaint);
  }

  @Test
  void whatDoesNotFitIsNamed() throws IOException {
    train();
    Path file = folder.resolve("x.npy");
    Files.write(file, npy("<f4", "2, 3", floats(1, 2, 3, 4, 5, 6)));
    String complaint = CommandRun.complaint("predict", model, file);
    assertTrue(
        complaint.contains(
            file + ": is an array [2x3], the model takes examples [4x4] along its first axis"),
        complaint);
    float[] bad = new float[32];
    bad[20] = Float.NaN;
    Files.write(file, npy("<f4", "2, 4, 4", floats(bad)));
    complaint = CommandRun.complaint("predict", model, file, "--json");
    assertTrue(complaint.contains(file + "#1: holds a number that is not finite"), complaint);
    CommandRun some = CommandRun.done("predict", model, file, "--skip-bad", "--json");
    assertEquals(1, some.json().get("predictions").size());
    assertEquals(1, some.json().get("skipped").asInt());
    Files.writeString(folder.resolve("a.npz"), "no archive");
    complaint = CommandRun.complaint("predict", model, folder.resolve("a.npz"));
    assertTrue(complaint.contains("a.npz: is no archive of arrays"), complaint);
    complaint = CommandRun.complaint("predict", model, folder.resolve("none.npy"));
    assertTrue(complaint.contains("none.npy: there is no such file"), complaint);
    complaint = CommandRun.complaint("predict", model, file, folder.resolve("test-images-ubyte"));
    assertTrue(complaint.contains("is no .npy or .npz file, as others are"), complaint);
  }
}
