package dev.ballast.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.metric.ConfusionMatrix;
import dev.ballast.tensor.Shape;
import java.io.ByteArrayInputStream;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ReportPartsTest {
  @Test
  void errorsOfNumbersAreThoseWorkedOutByHand() {
    // Residuals 1, −1, 0, 2; the mean of the true numbers is 2.5.
    Estimates e = new Estimates(new float[] {1, 2, 3, 4}, new float[] {2, 1, 3, 6});
    assertEquals(0.5, e.meanResidual());
    assertEquals(2, e.residual(3));
    assertEquals(Math.sqrt(6 / 4.0), e.errors().rootMeanSquaredError());
    assertEquals(1.0, e.errors().meanAbsoluteError());
    assertEquals(1 - 6 / 5.0, e.errors().meanRSquared().orElseThrow(), 1e-15);
  }

  @Test
  void aClassWithoutANameHasItsNumber() {
    ConfusionMatrix none = ConfusionMatrix.of(new int[0], new int[0], 3);
    Outcome.Labels labels = new Outcome.Labels(none, List.of("cat", "eel"), List.of(), true);
    assertEquals("eel", labels.name(1));
    assertEquals("class 2", labels.name(2));
  }

  @Test
  void theWorstAreKeptAndOfEqualsTheFirst() {
    Worst<Integer> worst = new Worst<>(3, i -> i % 10);
    IntStream.of(5, 9, 19, 3, 29, 8).forEach(worst::add);
    assertEquals(List.of(9, 19, 29), worst.list());
    Worst<Integer> few = new Worst<>(3, i -> i);
    few.add(1);
    few.add(2);
    assertEquals(List.of(2, 1), few.list());
  }

  @Test
  void theCommandThatRepeatsARunKeepsNoCheckpoints() {
    assertEquals(
        "ballast train m.toml --epochs 3 --out o.ballast",
        RepeatCommand.of(
            List.of(
                "train",
                "m.toml",
                "--checkpoint",
                "run",
                "--epochs",
                "3",
                "--resume",
                "--every-steps=5",
                "--keep",
                "2",
                "--out",
                "o.ballast")));
  }

  @Test
  void wordsAreQuotedAsAShellReadsThem() throws Exception {
    List<String> words = List.of("my model.toml", "it's", "$HOME", "a=b", "", "*");
    String command = RepeatCommand.of(words).replaceFirst("ballast", "printf '%s\\\\n'");
    Process p = new ProcessBuilder("sh", "-c", command).start();
    String read = new String(p.getInputStream().readAllBytes());
    assertEquals(String.join("\n", words) + "\n", read);
  }

  @Test
  void onlyPicturesHaveThePictureShape() {
    assertEquals(Optional.of(new PictureShape(1, 4, 6)), PictureShape.of(Shape.of(4, 6)));
    assertEquals(Optional.of(new PictureShape(1, 4, 6)), PictureShape.of(Shape.of(1, 4, 6)));
    assertEquals(Optional.of(new PictureShape(3, 4, 6)), PictureShape.of(Shape.of(3, 4, 6)));
    assertEquals(Optional.of(new PictureShape(1, 5, 5)), PictureShape.of(Shape.of(25)));
    assertEquals(Optional.empty(), PictureShape.of(Shape.of(2, 4, 6)));
    assertEquals(Optional.empty(), PictureShape.of(Shape.of(7)));
  }

  @Test
  void coloursDivergeFromWhite() {
    assertEquals(0xF7F7F7, Diverging.colour(0));
    assertEquals(0x2166AC, Diverging.colour(-1));
    assertEquals(0xB2182B, Diverging.colour(1));
    assertEquals(Diverging.colour(1), Diverging.colour(7));
  }

  @Test
  void aPictureReadsBackAsItWasDrawn() throws Exception {
    String address = Png.address(3, 2, (x, y) -> Png.rgb(10 * x, 20 * y, 255));
    String base64 = address.substring("data:image/png;base64,".length());
    var image = ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(base64)));
    assertEquals(3, image.getWidth());
    assertEquals(2, image.getHeight());
    assertEquals(0xFF1414FF, image.getRGB(2, 1));
  }

  @Test
  void timesAreReadable() {
    assertEquals("12.3 s", Headline.duration(12.34));
    assertEquals("4 min 05 s", Headline.duration(245));
    assertEquals("7 h 12 min", Headline.duration(7 * 3600 + 12 * 60 + 3));
    assertEquals("41.5 µs", EpochCharts.time(41.5e-6));
    assertEquals("2.500 ms", EpochCharts.time(2.5e-3));
    assertEquals("1.060 s", EpochCharts.time(1.06));
  }
}
