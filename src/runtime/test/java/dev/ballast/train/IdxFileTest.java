package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.IdxDataset;
import dev.ballast.data.IdxFile;
import dev.ballast.tensor.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class IdxFileTest {
  private static final byte[] TWO_BY_THREE = {
    0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 10, 20, 30, 40, 50, (byte) 255
  };

  @TempDir Path folder;

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("sample-ubyte"), bytes);
  }

  private String complaint(byte[] bytes) throws IOException {
    Path file = write(bytes);
    try (Arena arena = Arena.ofConfined()) {
      IOException e = assertThrows(IOException.class, () -> IdxFile.read(file, arena));
      assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
      return e.getMessage().substring(file.toString().length() + 2);
    }
  }

  @Test
  void readsDimensionsAndBytesPackedOrNot() throws IOException {
    Path plain = write(TWO_BY_THREE);
    Path packed = folder.resolve("sample.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(TWO_BY_THREE);
    }
    try (Arena arena = Arena.ofConfined()) {
      for (Path file : new Path[] {plain, packed}) {
        IdxFile idx = IdxFile.read(file, arena);
        assertEquals(Shape.of(2, 3), idx.shape());
        assertEquals((byte) 255, idx.bytes().get(ValueLayout.JAVA_BYTE, 5));
      }
    }
  }

  @Test
  void everyTruncationIsToldWithItsByte() throws IOException {
    for (int length = 0; length < TWO_BY_THREE.length; length++) {
      String told = complaint(Arrays.copyOf(TWO_BY_THREE, length));
      assertTrue(told.startsWith("at byte "), told);
    }
    assertEquals(
        "at byte 17: the data ends too early: 6 bytes expected",
        complaint(Arrays.copyOf(TWO_BY_THREE, 17)));
  }

  @Test
  void bytesBehindTheEndAreAnError() throws IOException {
    assertEquals(
        "at byte 18: the file goes on after its last byte",
        complaint(Arrays.copyOf(TWO_BY_THREE, 19)));
  }

  @Test
  void absurdDimensionsAllocateNothing() throws IOException {
    byte[] bytes = TWO_BY_THREE.clone();
    bytes[4] = 0x7f;
    bytes[8] = 0x7f;
    assertEquals("at byte 8: dimension 1 is out of range: 2130706435", complaint(bytes));
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    assertEquals(
        "at byte 0: an IDX file of unsigned bytes starts with 0 0 8",
        complaint("hello, world".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
  }

  @Test
  void damagedCompressionIsToldWithTheFile() throws IOException {
    Path packed = folder.resolve("sample.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(TWO_BY_THREE);
    }
    byte[] bytes = Files.readAllBytes(packed);
    for (int at : new int[] {0, 2, bytes.length - 8}) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 0x55;
      Files.write(packed, damaged);
      try (Arena arena = Arena.ofConfined()) {
        IOException e = assertThrows(IOException.class, () -> IdxFile.read(packed, arena));
        String told = packed + ": the compressed data is damaged: ";
        assertTrue(e.getMessage().startsWith(told), e.getMessage());
      }
    }
    Files.write(packed, Arrays.copyOf(bytes, bytes.length - 9));
    try (Arena arena = Arena.ofConfined()) {
      IOException e = assertThrows(IOException.class, () -> IdxFile.read(packed, arena));
      assertEquals(packed + ": the compressed data ends too early", e.getMessage());
    }
  }

  /** Thousands of refusals would end a service for want of descriptors. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aRefusedFileIsNotLeftOpen() throws IOException {
    Path packed = Files.writeString(folder.resolve("refused.gz"), "no gzip at all");
    assertThrows(IOException.class, () -> IdxFile.shape(packed));
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      assertEquals(0, open.filter(fd -> leadsTo(fd, packed)).count());
    }
  }

  private static boolean leadsTo(Path link, Path file) {
    try {
      return Files.readSymbolicLink(link).equals(file.toRealPath());
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = folder.resolve("nowhere.gz");
    try (Arena arena = Arena.ofConfined()) {
      IOException e = assertThrows(IOException.class, () -> IdxFile.read(missing, arena));
      assertEquals(missing + ": there is no such file", e.getMessage());
    }
  }

  @Test
  void labelsThatDoNotFitTheImagesAreRefused() {
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                IdxDataset.open(
                    Mnist.file("t10k-images-idx3-ubyte.gz"),
                    Mnist.file("train-labels-idx1-ubyte.gz"),
                    0,
                    1));
    assertTrue(e.getMessage().contains("labels [60000] do not fit the images [10000x28x28]"));
  }
}
