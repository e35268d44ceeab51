package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.tensor.Philox;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data in a safetensors file: the same numbers give the same bits as in NumPy's files. */
class TensorDataTest {
  private static final int EXAMPLES = 48;

  @TempDir private Path folder;

  private final ByteBuffer x = little(2 * EXAMPLES * Float.BYTES);
  private final ByteBuffer y = little(EXAMPLES * Long.BYTES);

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @BeforeEach
  void write() throws IOException {
    Philox random = new Philox(3, 0);
    for (int i = 0; i < EXAMPLES; i++) {
      float a = (float) random.nextGaussian();
      float b = (float) random.nextGaussian();
      x.putFloat(a).putFloat(b);
      y.putLong(a > b ? 1 : 0);
    }
    npy("x.npy", "<f4", EXAMPLES + ", 2", x);
    npy("y.npy", "<i8", EXAMPLES + ",", y);
    safetensors();
  }

  private void npy(String name, String type, String shape, ByteBuffer data) throws IOException {
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(type, shape);
    String padded = header + " ".repeat(117 - header.length()) + "\n";
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    file.write(padded.getBytes(StandardCharsets.US_ASCII));
    file.write(data.array());
    Files.write(folder.resolve(name), file.toByteArray());
  }

  private void safetensors() throws IOException {
    int end = x.capacity() + y.capacity();
    String header =
        """
        {"x":{"dtype":"F32","shape":[%d,2],"data_offsets":[0,%d]},\
        "y":{"dtype":"I64","shape":[%d],"data_offsets":[%d,%d]}}\
        """
            .formatted(EXAMPLES, x.capacity(), EXAMPLES, x.capacity(), end);
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(little(Long.BYTES).putLong(text.length).array());
    file.write(text);
    file.write(x.array());
    file.write(y.array());
    Files.write(folder.resolve("pairs.safetensors"), file.toByteArray());
  }

  private Path definition(String where, String suffix) throws IOException {
    return Files.writeString(
        folder.resolve("larger.toml"),
        """
        name = "larger"
        input = [2]
        loss = "cross_entropy"
        batch = 8
        epochs = 3
        [data]
        kind = "npy"
        folder = "%s"
        train_x = "x%s"
        train_y = "y%s"
        test_x = "x%s"
        test_y = "y%s"
        [optimizer]
        kind = "sgd"
        learning_rate = 0.5
        [[layer]]
        kind = "linear"
        out = 2
        """
            .formatted(where, suffix, suffix, suffix, suffix));
  }

  private String checksum(Path definition) throws IOException {
    Path model = folder.resolve("larger.ballast");
    CommandRun.done("train", definition, "--out", model);
    return CommandRun.done("inspect", model, "--json").json().get("weightsChecksum").asText();
  }

  @Test
  void tensorsTrainToTheBitsOfArrays() throws IOException {
    String expected = checksum(definition(".", ".npy"));
    assertEquals(expected, checksum(definition("pairs.safetensors", "")));
  }

  @Test
  void aMissingTensorIsToldWithThoseThatAreThere() throws IOException {
    Path file = definition("pairs.safetensors", ".npy");
    String complaint = CommandRun.complaint("train", file);
    assertTrue(
        complaint.contains("pairs.safetensors: has no tensor 'x.npy', only [x, y]"), complaint);
  }

  @Test
  void aTypeThatIsNoNumberHereIsToldWithTheNextStep() throws IOException {
    Path file = definition("pairs.safetensors", "");
    byte[] all = Files.readAllBytes(folder.resolve("pairs.safetensors"));
    String text = new String(all, StandardCharsets.ISO_8859_1);
    String changed = text.replace("\"I64\"", "\"U64\"");
    Files.write(folder.resolve("pairs.safetensors"), changed.getBytes(StandardCharsets.ISO_8859_1));
    String complaint = CommandRun.complaint("train", file);
    assertTrue(
        complaint.contains(
            "pairs.safetensors/y: data of U64 can't be read: save them as F32 or I64"),
        complaint);
  }
}
