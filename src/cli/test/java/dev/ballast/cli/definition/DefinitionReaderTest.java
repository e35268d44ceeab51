package dev.ballast.cli.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.loss.OneHot;
import dev.ballast.optim.Adam;
import dev.ballast.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefinitionReaderTest {
  private static final String GOOD =
      """
      name = "tiny"
      input = [4, 4]
      loss = "cross_entropy"
      batch = 8
      epochs = 2
      seed = 5
      classes = ["no", "yes"]

      [data]
      kind = "idx"
      folder = "."
      train_images = "a"
      train_labels = "b"
      test_images = "c"
      test_labels = "d"

      [optimizer]
      kind = "adamw"
      learning_rate = 0.001

      [[layer]]
      kind = "flatten"

      [[layer]]
      kind = "linear"
      name = "fc1"
      out = 3

      [[layer]]
      kind = "dropout"
      rate = 0.5

      [[layer]]
      kind = "linear"
      out = 2
      init = "he_normal"
      """;

  @TempDir Path folder;

  private Definition read(String text) throws IOException {
    return DefinitionReader.read(Files.writeString(folder.resolve("tiny.toml"), text));
  }

  @Test
  void aGoodOneIsReadWhole() throws IOException {
    Definition d = read(GOOD);
    assertEquals("tiny", d.model().name());
    assertEquals(Shape.of(4, 4), d.model().example());
    assertEquals(new CrossEntropy(), d.options().loss());
    assertEquals(Adam.decoupled(0.001), d.options().optimizer());
    assertEquals(8, d.options().batch());
    assertEquals(2, d.options().epochs());
    assertEquals(5, d.options().seed());
    assertTrue(d.options().shuffle());
    assertEquals(java.util.List.of("no", "yes"), d.classes());
    assertEquals(folder.resolve("."), d.data().folder());
    assertEquals(GOOD, d.text());
    var graph = d.model().inference(2);
    assertEquals(
        java.util.List.of("fc1.weight", "fc1.bias", "linear4.weight", "linear4.bias"),
        graph.parameters().stream().map(p -> p.name()).toList());
  }

  /** Each size is in range, and what is made of them is not. */
  @Test
  void whatNoArrayHoldsIsToldWithItsPlace() {
    String images = GOOD.replace("[4, 4]", "[1, 1024, 1024]");
    String conv = "kind = \"conv2d\"\nout = 2147483647\nkernel = 1\n[[layer]]\nkind = \"flatten\"";
    String vast = "kind = \"conv2d\"\nout = 3\nkernel = 2147483647\npadding = 2147483647";
    refused(
        images.replace("kind = \"flatten\"", vast),
        "22:1: layer.kind: shape [3x1x2147483647x2147483647]: too many elements");
    refused(
        images.replace("kind = \"flatten\"", conv),
        "26:1: layer.kind: gets more elements than an axis can have");
    refused(
        GOOD.replace("out = 3", "out = 2147483647").replace("out = 2\n", "out = 2147483647\n"),
        "layer: shape [2147483647x2147483647]: too many elements");
  }

  private void refused(String text, String complaint) {
    DefinitionException e = assertThrows(DefinitionException.class, () -> read(text));
    assertTrue(e.getMessage().endsWith(complaint), e.getMessage());
  }

  /** What is replaced, by what, and the complaint behind the file's name. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          batch = 8 | batch = 0 | 4:1: batch: must be at least 1 and fit 32 bits, not 0
          batch = 8 | batch = "8" | 4:1: batch: must be a whole number, not 8
          batch = 8 | bach = 8 | batch: is missing: a whole number is needed
          seed = 5 | sead = 5 | 6:1: sead: there is no such key here, only [name, input, loss, group, optimizer, clip, ema, schedule, accumulate, batch, epochs, seed, shuffle, early_stopping, classes, data, augment, layer]
          [4, 4] | [4, 0] | 2:1: input: sizes must be at least 1, not 0
          [4, 4] | [65536, 65536] | 2:1: input: an example of [65536x65536] is too large
          [4, 4] | [2147483647, 2147483647, 2147483647] | 2:1: input: shape [2147483647x2147483647x2147483647]: too many elements
          "cross_entropy" | "entropy" | 3:1: loss: unknown loss 'entropy', only [cross_entropy, negative_log_likelihood, kl_divergence, binary_cross_entropy, hinge, mse, mae, huber]
          "adamw" | "adamx" | 18:1: optimizer.kind: unknown optimizer 'adamx': sgd, adam, adamw, rmsprop, adagrad, adadelta or lion
          0.001 | -1 | 19:1: optimizer.learning_rate: must be a finite number above 0, not -1.0
          0.001 | nan | 19:1: optimizer.learning_rate: must be a finite number above 0, not NaN
          "flatten" | "conv" | 22:1: layer.kind: unknown layer 'conv': linear, embedding, positions, attention, layer_norm, conv2d, max_pool2d, avg_pool2d, batch_norm2d, gru, lstm, flatten, dropout, residual, sequence or an activation
          kind = "flatten" | kind = "conv2d"\\nout = 2\\nkernel = 3 | 22:1: layer.kind: needs images [channels, height, width], and gets [4x4]: put a 1 before the sizes of input
          out = 3 | out = -3 | 27:1: layer.out: must be at least 1 and fit 32 bits, not -3
          out = 3 | out = 3\\nwidth = 3 | 28:1: layer.width: there is no such key here, only [kind, name, tied, out, init, bias]
          rate = 0.5 | rate = 1.5 | 31:1: layer.rate: must be in [0, 1), not 1.5
          "he_normal" | "he" | 36:1: layer.init: unknown initializer 'he': torch, glorot_uniform, glorot_normal, he_uniform, he_normal, normal or zeros
          kind = "idx" | kind = "images" | 12:1: data.train_images: there is no such key here, only [origin, kind, mean, deviation, folder, train, test, broken, validation, split_seed]
          kind = "idx" | kind = "images"\\nbroken = "drop" | 11:1: data.broken: must be refuse or skip, not drop
          kind = "idx" | kind = "xls" | 10:1: data.kind: unknown kind of data 'xls': idx, images, csv, npy, text or lines
          kind = "idx" | kind = "idx"\\nvalidation = 1 | 11:1: data.validation: must be in [0, 1), not 1.0
          kind = "idx" | kind = "csv" | data.train: is missing: a string is needed
          kind = "idx" | kind = "csv"\\ntrain = "t" | data.test: a table needs a file for the test, or a test_share of the other
          kind = "idx" | kind = "csv"\\ntrain = "t"\\ntest = "u"\\ntarget = "y"\\nignore = ["y"] | 13:1: data.target: column 'y' is named twice in target, numeric, categorical, ignore
          kind = "idx" | kind = "csv"\\ntrain = "t"\\ntest = "u"\\ntarget = "y"\\nmissing = "guess" | 14:1: data.missing: must be refuse or fill, not guess
          kind = "idx" | kind = "csv"\\ntrain = "t"\\ntest = "u"\\ntarget = "y"\\ndelimiter = ",," | 14:1: data.delimiter: must be one character, not ',,'
          kind = "idx" | kind = "csv"\\ntrain = "t"\\ntest = "u"\\ntarget = "y"\\nstandardize_target = true | 14:1: data.standardize_target: the target's values are classes, no numbers
          """)
  void aMistakeIsToldWithItsPlace(String original, String replacement, String complaint) {
    assertTrue(GOOD.contains(original), original);
    String text = GOOD.replace(original, replacement.replace("\\n", "\n"));
    DefinitionException e = assertThrows(DefinitionException.class, () -> read(text));
    String file = folder.resolve("tiny.toml").toString();
    assertTrue(e.getMessage().startsWith(file + ":"), e.getMessage());
    assertEquals(complaint, e.getMessage().substring(file.length() + 1).strip());
  }

  @Test
  void numbersForClassesNeedAnOutputForEach() throws IOException {
    String squares = GOOD.replace("\"cross_entropy\"", "\"mse\"");
    assertEquals(new OneHot(new MeanSquaredError()), read(squares).options().loss());
    DefinitionException e =
        assertThrows(
            DefinitionException.class, () -> read(squares.replace("\"yes\"", "\"yes\", \"?\"")));
    assertEquals(
        folder.resolve("tiny.toml")
            + ":3:1: loss: mse learns classes with an output for each, or two of them with one"
            + " output, but there are 3 classes and 2 outputs: put out = 3 in the last layer",
        e.getMessage());
  }

  @Test
  void brokenSyntaxIsToldWithItsPlace() {
    DefinitionException e =
        assertThrows(DefinitionException.class, () -> read("name = \"x\"\ninput = [4"));
    assertTrue(e.getMessage().contains("tiny.toml:2:"), e.getMessage());
  }

  @Test
  void twoLayersOfOneNameAreRefused() {
    String twice = GOOD.replace("out = 2", "out = 2\nname = \"fc1\"");
    DefinitionException e = assertThrows(DefinitionException.class, () -> read(twice));
    assertTrue(e.getMessage().endsWith("another layer is named 'fc1'"), e.getMessage());
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = folder.resolve("none.toml");
    IOException e = assertThrows(IOException.class, () -> DefinitionReader.read(missing));
    assertEquals(missing + ": there is no such file", e.getMessage());
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws IOException {
    Path file = Files.write(folder.resolve("bad.toml"), new byte[] {'n', (byte) 0xff, (byte) 0xfe});
    DefinitionException e =
        assertThrows(DefinitionException.class, () -> DefinitionReader.read(file));
    assertEquals(
        file + ": is not UTF-8 text; a definition is a TOML file, as models/mnist-mlp.toml",
        e.getMessage());
  }

  private static final String IMAGES =
      GOOD.replace("input = [4, 4]", "input = [2, 8, 9]")
          .replace(
              """
              [[layer]]
              kind = "flatten"
              """,
              """
              [[layer]]
              kind = "conv2d"
              out = 6
              kernel = [3, 2]
              padding = [1, 0]
              groups = 2

              [[layer]]
              kind = "batch_norm2d"

              [[layer]]
              kind = "max_pool2d"
              kernel = 2

              [[layer]]
              kind = "avg_pool2d"
              kernel = 3
              stride = 1
              padding = 1

              [[layer]]
              kind = "flatten"
              """);

  @Test
  void layersOnImagesAreReadWithTheirShapes() throws IOException {
    Definition d = read(IMAGES);
    assertEquals(
        java.util.List.of(
            "conv1.weight f32[6x1x3x2]",
            "conv1.bias f32[6]",
            "norm2.weight f32[6]",
            "norm2.bias f32[6]",
            "norm2.running_mean f32[6]",
            "norm2.running_var f32[6]",
            "fc1.weight f32[3x96]"),
        d.model().inference(2).parameters().stream()
            .map(p -> p.name() + " " + p.type())
            .limit(7)
            .toList());
  }

  /** What is replaced, by what, and the complaint behind the line's number. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          groups = 2 | groups = 4 | layer.groups: 2 channels in and 6 out do not fall into 4 groups
          kernel = [3, 2] | kernel = [3, 2, 1] | layer.kernel: must be one or two whole numbers of at least 1, not [3, 2, 1]
          kernel = [3, 2] | kernel = 0 | layer.kernel: must be at least 1 and fit 32 bits, not 0
          kernel = [3, 2] | kernel = "3" | layer.kernel: must be a whole number, or two in a list, not 3
          padding = [1, 0] | padding = -1 | layer.padding: must be at least 0 and fit 32 bits, not -1
          kernel = [3, 2] | kernel = 11 | layer.kind: conv2d: a window of 11x11 does not fit into images of 8x9 with padding [1, 0] and dilation [1, 1] at %3 "conv1"
          kernel = 3 | kernel = 1 | layer.padding: [1, 1] is more than half the window [1, 1]
          kind = "batch_norm2d" | kind = "batch_norm2d"\\nepsilon = 0 | layer.epsilon: must be above 0, not 0.0
          kind = "batch_norm2d" | kind = "batch_norm2d"\\nmomentum = 2 | layer.momentum: must be in [0, 1], not 2.0
          """)
  void aMistakeInALayerOnImagesIsTold(String original, String replacement, String complaint) {
    assertTrue(IMAGES.contains(original), original);
    String text =
        IMAGES.replaceFirst(
            Pattern.quote(original), Matcher.quoteReplacement(replacement.replace("\\n", "\n")));
    DefinitionException e = assertThrows(DefinitionException.class, () -> read(text));
    String message = e.getMessage();
    assertTrue(message.endsWith(": " + complaint), message);
  }
}
