package dev.ballast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training on folders of images, and asking about one, as users do it. */
class ImagesTest {
  @TempDir Path folder;
  private TinyPhotos tiny;
  private String model;

  private record Run(int status, String out, String err) {
    JsonNode json() throws IOException {
      assertEquals(0, status, err);
      return new ObjectMapper().readTree(out);
    }
  }

  @BeforeEach
  void makeData() throws IOException {
    tiny = TinyPhotos.in(folder);
    model = folder.resolve("spots.ballast").toString();
  }

  private static Run run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    int status = Main.run(new PrintWriter(out), new PrintWriter(err), texts);
    return new Run(status, out.toString(), err.toString());
  }

  private Run train(Object... more) {
    Stream<Object> first = Stream.of("train", tiny.definition(), "--out", model, "--json");
    return run(Stream.concat(first, Arrays.stream(more)).toArray());
  }

  private static void failed(Run r, String complaint) {
    assertEquals(Main.FAILED, r.status(), r.err());
    assertTrue(r.err().contains(complaint), r.err());
    assertFalse(r.err().contains("\tat "), "a stack trace: " + r.err());
    assertEquals("", r.out());
  }

  private void demandLearnt() throws IOException {
    JsonNode trained = train().json();
    assertEquals(1, trained.get("testAccuracy").asDouble(), 1e-6);
    JsonNode again = run("eval", model, tiny.definition(), "--json", "--batch", "5").json();
    assertEquals(1, again.get("accuracy").asDouble(), 1e-6);
    assertEquals(18, again.get("examples").asInt());
    assertEquals(trained.get("testLoss").asDouble(), again.get("loss").asDouble(), 1e-6);
    JsonNode file = run("inspect", model, "--json").json();
    assertEquals("left\nright", file.get("metadata").get("classes").asText());
    for (String side : List.of("left", "right")) {
      Path photo = tiny.photo("test/" + side + "/01.jpg");
      JsonNode p = run("predict", model, photo, "--json").json().get("predictions").get(0);
      assertEquals(side, p.get("class").asText());
      JsonNode both = p.get("probabilities");
      assertEquals(1, both.get("left").asDouble() + both.get("right").asDouble(), 1e-6);
      assertTrue(both.get(side).asDouble() > 0.5);
    }
  }

  @Test
  void oneOutputLearnsTwoClassesByCrossEntropy() throws IOException {
    demandLearnt();
  }

  @Test
  void oneOutputLearnsTwoClassesByMeanSquares() throws IOException {
    tiny.edited("\"binary_cross_entropy\"", "\"mse\"").edited("epochs = 8", "epochs = 20");
    Files.writeString(
        tiny.definition(),
        "[[layer]]\nkind = \"sigmoid\"\n",
        java.nio.file.StandardOpenOption.APPEND);
    demandLearnt();
  }

  @Test
  void anOutputForEachClassLearnsThemToo() throws IOException {
    tiny.edited("\"binary_cross_entropy\"", "\"cross_entropy\"").edited("out = 1", "out = 2");
    demandLearnt();
  }

  @Test
  void anOutputForEachClassLearnsThemByMeanSquares() throws IOException {
    tiny.edited("\"binary_cross_entropy\"", "\"mse\"").edited("out = 1", "out = 2");
    Files.writeString(
        tiny.definition(),
        "[[layer]]\nkind = \"softmax\"\n",
        java.nio.file.StandardOpenOption.APPEND);
    demandLearnt();
    tiny.edited("classes = [\"left\", \"right\"]\n", "");
    demandLearnt();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mae", "huber"})
  void anOutputForEachClassLearnsThemByOtherErrors(String loss) throws IOException {
    tiny.edited("\"binary_cross_entropy\"", "\"" + loss + "\"").edited("out = 1", "out = 2");
    JsonNode trained = train("--epochs", "20").json();
    assertEquals(1, trained.get("testAccuracy").asDouble(), 1e-6);
    JsonNode again = run("eval", model, tiny.definition(), "--json").json();
    assertEquals(1, again.get("macroF1").asDouble(), 1e-6);
    assertEquals(trained.get("testLoss").asDouble(), again.get("loss").asDouble(), 1e-6);
  }

  @Test
  void classesThatTheDefinitionDoesNotListAreTheFolders() throws IOException {
    tiny.edited("classes = [\"left\", \"right\"]\n", "");
    demandLearnt();
    tiny.edited("name = \"spots\"", "name = \"spots\"\nclasses = [\"left\", \"middle\"]");
    failed(train(), "photos/train/right: is the folder of none of the classes [left, middle]");
  }

  @Test
  void aRegressionStillCountsNoRightAnswers() throws IOException {
    tiny.edited("\"binary_cross_entropy\"", "\"mse\"").edited("out = 1", "out = 3");
    tiny.edited("classes = [\"left\", \"right\"]\n", "");
    failed(
        train(),
        "mse learns classes with an output for each, or two of them with one output, but there are"
            + " 2 classes and 3 outputs: put out = 2 in the last layer");
    TinyDigits digits = TinyDigits.in(folder);
    digits.edited("\"cross_entropy\"", "\"mse\"").edited("out = 2", "out = 1");
    digits.edited("classes = [\"above\", \"below\"]\n", "");
    String out = folder.resolve("r.ballast").toString();
    JsonNode regression = run("train", digits.definition(), "--out", out, "--json").json();
    assertFalse(regression.has("testAccuracy"));
    failed(
        run("predict", out, folder.resolve("test-images-ubyte")),
        "is no classifier: it has outputs [y], no probabilities");
    digits.edited("name = \"tiny\"", "name = \"tiny\"\nclasses = [\"above\", \"below\"]");
    JsonNode classifier = run("train", digits.definition(), "--out", out, "--json").json();
    assertEquals(1, classifier.get("testAccuracy").asDouble(), 0.02);
    assertEquals(regression.get("weightsChecksum").asText().length(), 64);
  }

  @Test
  void anArchiveServesAsTheFolderDoes() throws IOException {
    Path zip = folder.resolve("photos.zip");
    try (FileSystem archive = FileSystems.newFileSystem(zip, Map.of("create", "true"));
        Stream<Path> files = Files.walk(tiny.photo("."))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path inside = archive.getPath("/" + tiny.photo(".").relativize(file));
        Files.createDirectories(inside.getParent());
        Files.copy(file, inside);
      }
    }
    String fromFolder = train().json().get("weightsChecksum").asText();
    String fromZip = train("--data", zip).json().get("weightsChecksum").asText();
    assertEquals(fromFolder, fromZip);
    assertEquals(
        1,
        run("eval", model, tiny.definition(), "--data", zip, "--json")
            .json()
            .get("accuracy")
            .asDouble());
    failed(
        train("--data", folder.resolve("none.zip")),
        "none.zip: there is no such folder or archive; say where the data is with --data");
  }

  @Test
  void brokenImagesAreRefusedOrSkippedAndCounted() throws IOException {
    for (int i = 0; i < 12; i++) {
      Files.writeString(tiny.photo("train/left/bad%02d.jpg".formatted(i)), "no jpeg");
    }
    failed(train(), "photos/train/left/bad00.jpg: is no image that can be read");
    assertFalse(Files.exists(Path.of(model)));
    tiny.edited("folder = \"photos\"", "folder = \"photos\"\nbroken = \"skip\"");
    Run r = train();
    assertEquals(1.0, r.json().get("testAccuracy").asDouble());
    List<String> lines = r.err().lines().filter(l -> l.startsWith("skipped ")).toList();
    assertEquals(11, lines.size());
    assertTrue(lines.get(9).contains("/train/left/bad09.jpg: is no image"), lines.get(9));
    assertEquals("skipped 12 in all", lines.get(10));
    assertEquals(12, r.json().get("skipped").asInt());
  }

  @Test
  void anExplanationIsThePictureAndItsHeat() throws IOException {
    train();
    Path png = folder.resolve("why.png");
    Path photo = tiny.photo("test/right/00.png");
    JsonNode p =
        run("predict", model, photo, "--explain", png, "--json").json().get("predictions").get(0);
    assertEquals(png.toString(), p.get("explanation").asText());
    assertTrue(p.get("largestGradient").asDouble() > 0);
    BufferedImage sheet = ImageIO.read(png.toFile());
    assertEquals(444, sheet.getHeight());
    assertEquals(2 * 444 + 16, sheet.getWidth());
    // To the left the photo as the network sees it: gray, and bright where the spot is.
    int spot = sheet.getRGB(37 + 4 * 74, 3 * 74 + 37) & 255;
    int ground = sheet.getRGB(37, 37) & 255;
    assertTrue(spot > ground + 60, spot + " over " + ground);
    // To the right one square at least is white, the hottest.
    assertTrue(
        IntStream.range(0, 36)
            .anyMatch(i -> sheet.getRGB(460 + i % 6 * 74 + 37, i / 6 * 74 + 37) == -1));
  }

  @Test
  void severalImagesAreExplainedInSeveralFiles() throws IOException {
    train();
    Run r =
        run(
            "predict",
            model,
            tiny.photo("test/left/00.png"),
            tiny.photo("test/left/02.gif"),
            "--explain",
            folder.resolve("why.png"));
    assertEquals(0, r.status(), r.err());
    assertTrue(r.out().contains("why-2.png: |∂ŷ/∂x|, at most "), r.out());
    assertTrue(
        Files.exists(folder.resolve("why-1.png")) && Files.exists(folder.resolve("why-2.png")));
    assertFalse(Files.exists(folder.resolve("why.png")));
  }

  @Test
  void anExplanationThatCantBeWrittenIsToldBeforeAnythingRuns() throws IOException {
    train();
    Path photo = tiny.photo("test/left/00.png");
    assertEquals(Main.WRONG_USAGE, run("predict", model, photo, "--explain", "why.jpg").status());
    failed(
        run("predict", model, photo, "--explain", folder.resolve("no/why.png")), "does not exist");
    Path bad = Files.writeString(folder.resolve("bad.png"), "no png");
    failed(
        run("predict", model, photo, bad, "--explain", folder.resolve("why.png")),
        "bad.png: is no image");
    try (Stream<Path> files = Files.list(folder)) {
      assertFalse(files.anyMatch(f -> f.getFileName().toString().matches("why.*|\\.ballast.*")));
    }
  }

  @Test
  void aModelOfDigitsIsExplainedToo() throws IOException {
    TinyDigits digits = TinyDigits.in(folder);
    String out = folder.resolve("digits.ballast").toString();
    assertEquals(0, run("train", digits.definition(), "--out", out).status());
    Path png = folder.resolve("digit.png");
    Run r =
        run("predict", out, folder.resolve("test-images-ubyte"), "--index", "3", "--explain", png);
    assertEquals(0, r.status(), r.err());
    assertEquals(448, ImageIO.read(png.toFile()).getHeight());
  }

  @Test
  void theLearningCurveShowsEveryEpoch() throws IOException {
    Path svg = folder.resolve("curve.svg");
    JsonNode trained = train("--curve", svg).json();
    String text = Files.readString(svg);
    assertTrue(text.startsWith("<svg ") && text.contains("Learning curve of spots"), text);
    int points =
        text.substring(text.indexOf("class=\"train\"")).split("/>")[0].split("[ML]").length - 2;
    assertEquals(8, points + 1);
    assertTrue(trained.get("bestEpoch").asInt() >= 1);
    failed(train("--curve", folder.resolve("no/curve.svg")), "does not exist");
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "gif"})
  void aPhotoIsReadForPredictionAsForTraining(String format) throws IOException {
    train();
    Path photo =
        tiny.photo(
            "test/left/0%d.%s".formatted(List.of("png", "jpg", "gif").indexOf(format), format));
    // A dataset of this photo alone on either side gives the same probability through eval's loss.
    for (String side : List.of("left", "right")) {
      Path of = Files.createDirectories(folder.resolve("one/test").resolve(side));
      Files.copy(photo, of.resolve("x." + format));
      Files.createDirectories(folder.resolve("one/train").resolve(side));
    }
    JsonNode e =
        run("eval", model, tiny.definition(), "--data", folder.resolve("one"), "--json").json();
    JsonNode p =
        run("predict", model, photo, "--json")
            .json()
            .get("predictions")
            .get(0)
            .get("probabilities");
    double loss = -(Math.log(p.get("left").asDouble()) + Math.log(p.get("right").asDouble())) / 2;
    assertEquals(loss, e.get("loss").asDouble(), 1e-4 * loss);
    assertEquals(0.5, e.get("accuracy").asDouble(), 1e-6);
  }
}
