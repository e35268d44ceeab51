package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.format.ModelFile;
import dev.ballast.ir.Value;
import dev.ballast.nn.Model;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights that come from PyTorch and go back; see torch_weights.py. */
class ConvertTest {
  private static final String DEFINITION =
      """
      name = "network"
      input = [1, 4, 4]
      loss = "cross_entropy"
      batch = 4
      epochs = 1
      shuffle = false
      [data]
      kind = "idx"
      folder = "."
      train_images = "images-ubyte"
      train_labels = "labels-ubyte"
      test_images = "images-ubyte"
      test_labels = "labels-ubyte"
      [optimizer]
      kind = "sgd"
      learning_rate = 0.1
      [[layer]]
      kind = "conv2d"
      name = "conv1"
      out = 4
      kernel = 3
      padding = 1
      [[layer]]
      kind = "batch_norm2d"
      name = "norm1"
      [[layer]]
      kind = "relu"
      [[layer]]
      kind = "max_pool2d"
      kernel = 2
      [[layer]]
      kind = "flatten"
      [[layer]]
      kind = "linear"
      name = "fc"
      out = 3
      """;

  @TempDir Path folder;
  private Path definition;
  private Path before;
  private JsonNode facts;

  @BeforeEach
  void unpack() throws IOException {
    definition = Files.writeString(folder.resolve("network.toml"), DEFINITION);
    before = golden("torch-before.safetensors");
    facts = new ObjectMapper().readTree(Files.readAllBytes(golden("torch-network.json")));
    writeImages();
  }

  private Path golden(String name) throws IOException {
    try (InputStream in = ConvertTest.class.getResourceAsStream("/goldens/" + name)) {
      return Files.write(folder.resolve(name), in.readAllBytes());
    }
  }

  private void writeImages() throws IOException {
    ByteArrayOutputStream images = new ByteArrayOutputStream();
    ByteArrayOutputStream labels = new ByteArrayOutputStream();
    DataOutputStream x = new DataOutputStream(images);
    DataOutputStream y = new DataOutputStream(labels);
    for (int n : new int[] {0x804, 16, 1, 4, 4}) {
      x.writeInt(n);
    }
    y.writeInt(0x801);
    y.writeInt(16);
    for (int i = 0; i < 16; i++) {
      for (JsonNode p : facts.get("pixels").get(i)) {
        x.writeByte(p.asInt());
      }
      y.writeByte(facts.get("labels").get(i).asInt());
    }
    Files.write(folder.resolve("images-ubyte"), images.toByteArray());
    Files.write(folder.resolve("labels-ubyte"), labels.toByteArray());
  }

  private Path convert(Path from, String to, Object... more) {
    Path out = folder.resolve(to);
    Object[] all = new Object[6 + more.length];
    Object[] first = {"convert", from, "--out", out, "--rename", "head.1=fc"};
    System.arraycopy(first, 0, all, 0, 6);
    System.arraycopy(more, 0, all, 6, more.length);
    CommandRun.done(all);
    return out;
  }

  private Path imported(Path weights, String name) {
    return convert(weights, name, "--definition", definition);
  }

  @Test
  void theNetworkSaysWhatItSaidInPyTorch() throws IOException {
    assertResults(facts.get("results"), results(imported(before, "before.ballast")), 1e-5);
  }

  /** Of each image, as the file's network sees them. */
  private double[][] results(Path model) throws IOException {
    double[][] results = new double[16][];
    try (ModelFile file = ModelFile.open(model);
        Session s =
            Session.open(
                Planner.plan(file.graph(), PlanOptions.defaults()),
                file.weights(),
                SessionOptions.defaults())) {
      for (int i = 0; i < 16; i++) {
        for (int p = 0; p < 16; p++) {
          s.input(Model.INPUT).set(p, facts.get("pixels").get(i).get(p).asDouble() / 255);
        }
        s.run();
        results[i] = s.output(Model.OUTPUT).toDoubles();
      }
    }
    return results;
  }

  private static void assertResults(JsonNode expected, double[][] actual, double tolerance) {
    assertEquals(expected.size(), actual.length);
    for (int i = 0; i < actual.length; i++) {
      for (int c = 0; c < actual[i].length; c++) {
        assertEquals(expected.get(i).get(c).asDouble(), actual[i][c], tolerance, "image " + i);
      }
    }
  }

  private Path tuned() {
    Path tuned = folder.resolve("tuned.ballast");
    Path start = imported(before, "before.ballast");
    CommandRun.done("train", definition, "--from", start, "--out", tuned);
    return tuned;
  }

  /** There and back: PyTorch's weights, an epoch here, written for PyTorch, read again. */
  @Test
  void theTunedNetworkSaysWhatItWouldSayInPyTorch() throws IOException {
    Path back = imported(convert(tuned(), "tuned.safetensors"), "back.ballast");
    assertResults(facts.get("results_after"), results(back), 2e-5);
  }

  /** Live, where the environment names a Python that has PyTorch. */
  @Test
  @EnabledIfEnvironmentVariable(named = "BALLAST_PYTHON", matches = ".+")
  void pyTorchReadsWhatIsWrittenHere() throws Exception {
    Path tuned = tuned();
    Path weights = convert(tuned, "tuned.safetensors");
    String script = Child.root().resolve("src/cli/test/python/torch_reads.py").toString();
    String python = System.getenv("BALLAST_PYTHON");
    Path network = golden("torch-network.json");
    String said =
        Child.run(folder, List.of(python, script, weights.toString(), network.toString()))
            .succeeded()
            .output();
    assertResults(new ObjectMapper().readTree(said), results(tuned), 1e-5);
  }

  @Test
  void trainingGoesOnAsInPyTorchAndTheWeightsGoBack() throws IOException {
    Path tuned = tuned();
    Path expected = imported(golden("torch-after.safetensors"), "after.ballast");
    Path back = imported(convert(tuned, "tuned.safetensors"), "back.ballast");
    try (ModelFile theirs = ModelFile.open(expected);
        ModelFile ours = ModelFile.open(tuned);
        ModelFile returned = ModelFile.open(back)) {
      assertEquals(ours.weightsChecksum(), returned.weightsChecksum());
      for (Value.Parameter p : ours.graph().parameters()) {
        assertArrayEquals(
            theirs.weights(p.name()).toArray(ValueLayout.JAVA_FLOAT),
            ours.weights(p.name()).toArray(ValueLayout.JAVA_FLOAT),
            1e-5f,
            p.name());
      }
    }
  }

  @Test
  void whatDoesNotFitIsNamed() throws IOException {
    String complaint =
        CommandRun.complaint(
            "convert", before, "--definition", definition, "--out", folder.resolve("x.ballast"));
    assertTrue(complaint.contains("has no tensor 'fc.weight', of f32[3x16], only ["), complaint);
    Files.writeString(definition, DEFINITION.replace("out = 3", "out = 4"));
    complaint =
        CommandRun.complaint(
            "convert",
            before,
            "--definition",
            definition,
            "--rename",
            "head.1=fc",
            "--out",
            folder.resolve("x.ballast"));
    assertTrue(
        complaint.contains(
            "tensor 'head.1.weight' is F32[3x16], the model's 'fc.weight' is f32[4x16]"),
        complaint);
    complaint =
        CommandRun.complaint(
            "train", definition, "--from", folder.resolve("none.ballast"), "--out", "x.ballast");
    assertTrue(complaint.contains("none.ballast"), complaint);
    CommandRun wrong = CommandRun.of("convert", before, "--out", "x.ballast");
    assertEquals(Main.WRONG_USAGE, wrong.status());
  }

  /** A header, the bytes of data behind it, and the complaint. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      textBlock =
          """
          [1] # 0 # the header is no JSON object
          {"a" # 0 # the header is no JSON
          {"a":{"dtype":"F7","shape":[1],"data_offsets":[0,4]}} # 4 # tensor 'a' has the unknown dtype 'F7'
          {"a":{"dtype":"F32","shape":[1]}} # 4 # tensor 'a' needs a shape and two data_offsets
          {"a":{"dtype":"F32","shape":[1],"data_offsets":{"b":0,"c":4}}} # 4 # tensor 'a' needs a shape and two data_offsets
          {"a":{"dtype":"F32","shape":[1],"data_offsets":["0",4]}} # 4 # tensor 'a' needs a shape and two data_offsets
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4.5]}} # 4 # tensor 'a' needs a shape and two data_offsets
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[18446744073709551616,4]}} # 4 # tensor 'a' needs a shape and two data_offsets
          {"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}} # 4 # tensor 'a' has shape [1.5]: sizes must be at least 1
          {"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}} # 0 # tensor 'a' has shape [0]: sizes must be at least 1
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}} # 4 # tensor 'a', F32[2], does not fit bytes 0 to 4 of 4
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} # 3 # tensor 'a', F32[1], does not fit bytes 0 to 4 of 3
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} # 8 # tensors overlap or leave a hole at byte 0
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} # 5 # the tensors end at byte 4 of the data, the file at 5
          {"a":{"dtype":"U8","shape":[2147483647,2147483647,9],"data_offsets":[0,4]}} # 4 # a tensor is larger than any memory
          {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{}} # 1 # the header is no JSON: Duplicate field 'a'
          """)
  void aDamagedFileIsRefused(String header, int bytes, String complaint) throws IOException {
    byte[] text = header.strip().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + text.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(text.length).put(text);
    refused(file.array(), complaint.strip());
  }

  @Test
  void aFileThatIsCutIsRefused() throws IOException {
    refused(new byte[7], "has 7 bytes, and starts with 8");
    refused(new byte[8], "a header of 0 bytes does not fit the file's 8");
    byte[] whole = Files.readAllBytes(before);
    refused(Arrays.copyOf(whole, 100), "a header of 664 bytes does not fit the file's 100");
    refused(Arrays.copyOf(whole, whole.length - 1), "tensor '");
  }

  private void refused(byte[] content, String complaint) throws IOException {
    Path file = Files.write(folder.resolve("bad.safetensors"), content);
    String said =
        CommandRun.complaint(
            "convert", file, "--definition", definition, "--out", folder.resolve("x.ballast"));
    assertTrue(said.contains(file + ": " + complaint), said);
  }
}
