package dev.ballast.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against Pillow: {@code src/runtime/test/python/image_goldens.py} wrote images and pixels. */
class ImageDecoderTest {
  @TempDir Path folder;

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = ImageDecoderTest.class.getResourceAsStream("/images/" + name)) {
      return in.readAllBytes();
    }
  }

  static List<String> expectations() throws IOException {
    List<String> lines =
        new String(resource("expected.txt"), StandardCharsets.US_ASCII).lines().toList();
    assertEquals(36, lines.size());
    return lines;
  }

  @ParameterizedTest
  @MethodSource("expectations")
  void pixelsAreThoseOfPillow(String line) throws IOException {
    String[] parts = line.split(" ");
    byte[] expected = HexFormat.of().parseHex(parts[3]);
    GrayImage image = ImageDecoder.decode(parts[0], resource(parts[0]), ImageDecoder.BLACK);
    GrayImage small = image.resized(Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    // JPEG leaves the last bits of its transforms to the implementation.
    int tolerance = parts[0].endsWith(".jpg") ? 3 : 0;
    for (int i = 0; i < expected.length; i++) {
      int difference = Math.abs((expected[i] & 255) - (small.pixels()[i] & 255));
      assertTrue(
          difference <= tolerance, "pixel " + i + " of " + line + " is off by " + difference);
    }
    assertEquals(expected.length, small.pixels().length);
  }

  @Test
  void transparencyShowsTheBackground() throws IOException {
    byte[] bytes = resource("alpha.png");
    GrayImage black = ImageDecoder.decode("a", bytes, ImageDecoder.BLACK);
    GrayImage white = ImageDecoder.decode("a", bytes, ImageDecoder.WHITE);
    BufferedImage image = ImageIO.read(new java.io.ByteArrayInputStream(bytes));
    for (int x = 0; x < 41; x++) {
      int opaque = image.getRGB(x, 3) >>> 24;
      assertEquals(255 - opaque, white.at(x, 3) - black.at(x, 3), 1);
    }
  }

  @Test
  void invertingTwiceGivesTheImage() {
    GrayImage image = new GrayImage(3, 1, new byte[] {0, 100, -1});
    assertArrayEquals(new byte[] {-1, (byte) 155, 0}, image.inverted().pixels());
    assertArrayEquals(image.pixels(), image.inverted().inverted().pixels());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "colour.png",
        "gray.png",
        "palette.png",
        "alpha.png",
        "deep.png",
        "palette.gif",
        "colour.jpg",
        "gray.jpg"
      })
  void aFileThatIsCutAnywhereIsBroken(String name) throws IOException {
    byte[] whole = resource(name);
    // Behind the pixels there are a few bytes that nobody needs.
    for (int length = 0; length < whole.length - 24; length += Math.max(1, whole.length / 61)) {
      byte[] cut = Arrays.copyOf(whole, length);
      BrokenImageException e =
          assertThrows(
              BrokenImageException.class,
              () -> ImageDecoder.decode("cut.image", cut, ImageDecoder.BLACK),
              name + " cut to " + length);
      assertTrue(e.getMessage().startsWith("cut.image: ") && !e.getMessage().contains("\n"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"colour.png", "palette.gif", "colour.jpg"})
  void damageIsToldOrDecodedButNothingElseIsThrown(String name) throws IOException {
    byte[] whole = resource(name);
    int told = 0;
    for (int i = 0; i < whole.length; i += 3) {
      byte[] bad = whole.clone();
      bad[i] ^= (byte) 0xA5;
      try {
        GrayImage image = ImageDecoder.decode("bad.image", bad, ImageDecoder.BLACK);
        assertEquals(image.width() * image.height(), image.pixels().length);
      } catch (BrokenImageException e) {
        told++;
        assertTrue(e.getMessage().startsWith("bad.image: "), e.getMessage());
      }
    }
    assertTrue(told > 0);
  }

  /** A header that claims more pixels than fit the heap, in a file of 100 bytes. */
  @Test
  void aBombIsRefusedBeforeItIsDecoded() throws IOException {
    BrokenImageException e =
        assertThrows(
            BrokenImageException.class,
            () -> ImageDecoder.decode("bomb.png", png(60_000, 60_000), ImageDecoder.BLACK));
    assertEquals(
        "bomb.png: has 60000 × 60000 pixels; the limits are 65,535 to a side and 100,000,000 in"
            + " all",
        e.getMessage());
    assertThrows(
        BrokenImageException.class,
        () -> ImageDecoder.decode("thin.png", png(1, 90_000_000), ImageDecoder.BLACK));
  }

  private static byte[] png(int width, int height) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    header.put(new byte[] {8, 2, 0, 0, 0});
    for (String chunk : List.of("IHDR", "IDAT", "IEND")) {
      byte[] content = chunk.equals("IHDR") ? header.array() : new byte[0];
      byte[] type = chunk.getBytes(StandardCharsets.US_ASCII);
      CRC32 crc = new CRC32();
      crc.update(type);
      crc.update(content);
      out.write(ByteBuffer.allocate(4).putInt(content.length).array());
      out.write(type);
      out.write(content);
      out.write(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
    return out.toByteArray();
  }

  @Test
  void inksAreRefused() throws IOException {
    byte[] inks = resource("cmyk.jpg");
    BrokenImageException e =
        assertThrows(
            BrokenImageException.class,
            () -> ImageDecoder.decode("inks.jpg", inks, ImageDecoder.BLACK));
    assertTrue(e.getMessage().startsWith("inks.jpg: "), e.getMessage());
    assertTrue(e.getMessage().contains("CMYK; convert it to RGB"), e.getMessage());
  }

  @Test
  void whatIsNoImageIsToldByName() {
    Path missing = folder.resolve("none.png");
    BrokenImageException e =
        assertThrows(
            BrokenImageException.class, () -> ImageDecoder.read(missing, ImageDecoder.BLACK));
    assertTrue(e.getMessage().startsWith(missing + ": can't be read: "), e.getMessage());
    byte[] text = "name = \"tiny\"".getBytes(StandardCharsets.UTF_8);
    e = assertThrows(BrokenImageException.class, () -> ImageDecoder.decode("a.png", text, 0));
    assertEquals("a.png: is no image that can be read: PNG, JPEG or GIF", e.getMessage());
  }

  @Test
  void namesTellImagesFromOtherFiles() {
    for (String name : List.of("a.png", "B.JPG", "c.d.jpeg", "e.Gif")) {
      assertTrue(ImageDecoder.isImage(Path.of("folder", name)), name);
    }
    for (String name : List.of("a.webp", "png", ".png", "a.png.txt", "jpg.")) {
      assertFalse(ImageDecoder.isImage(Path.of("folder", name)), name);
    }
  }

  @Test
  void aPicturesSizeComesFromTheModelsExample() {
    assertEquals(new PictureSize(30, 20), PictureSize.of(Shape.of(20, 30)));
    assertEquals(new PictureSize(30, 20), PictureSize.of(Shape.of(1, 20, 30)));
    assertEquals(new PictureSize(28, 28), PictureSize.of(Shape.of(784)));
    for (Shape s : List.of(Shape.of(3, 20, 30), Shape.of(10), Shape.of(1, 1, 4, 4))) {
      ShapeException e = assertThrows(ShapeException.class, () -> PictureSize.of(s));
      assertEquals("the model takes examples " + s + ", which is no gray picture", e.getMessage());
    }
  }
}
