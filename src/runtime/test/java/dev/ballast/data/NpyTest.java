package dev.ballast.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.kernel.Slice;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Arrays that NumPy wrote; see npy_goldens.py. */
class NpyTest {
  @TempDir Path folder;

  private Path golden(String name) throws IOException {
    try (InputStream in = NpyTest.class.getResourceAsStream("/npy/" + name)) {
      return Files.write(folder.resolve(name), in.readAllBytes());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "little-f2", "little-f4", "big-f4", "little-f8", "big-f8", "i1", "little-i2", "big-i2",
        "little-i4", "big-i4", "little-i8", "big-i8", "u1", "little-u2", "big-u2", "little-u4",
        "bool"
      })
  void everyTypeInBothOrdersIsRead(String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      NpyFile array = NpyFile.map(golden(name + ".npy"), arena);
      assertEquals(Shape.of(4, 3), array.shape());
      int least = name.contains("u") ? 0 : -5;
      for (int i = 0; i < 12; i++) {
        double expected = name.equals("bool") ? 1 - i % 2 : i + least;
        assertEquals(expected, array.get(i), name + " at " + i);
      }
      assertEquals(!name.contains("f"), array.format().isInteger());
    }
  }

  @Test
  void scalarsAndLaterVersionsAreRead() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      NpyFile scalar = NpyFile.map(golden("scalar.npy"), arena);
      assertEquals(2.5, scalar.get(0));
      assertEquals(1, scalar.rows());
      assertEquals(3, NpyFile.map(golden("version2.npy"), arena).get(3));
    }
  }

  @Test
  void aPairInAnArchiveIsADataset() throws IOException {
    Path pair = golden("pair.npz");
    var options = new NpyDataset.Options(Shape.of(6), 1, 2, true);
    try (NpyDataset data = NpyDataset.open(pair, "x", "y", options);
        Arena arena = Arena.ofConfined()) {
      LabelledDataset labelled = (LabelledDataset) data;
      assertEquals(4, data.size());
      assertEquals(2, labelled.label(2));
      Slice x = Slice.allocate(TensorType.f32(2, 6), arena);
      Slice y = Slice.allocate(TensorType.i32(2), arena);
      data.copy(3, x, y, 1);
      assertEquals(1, y.getLong(1));
      for (int i = 0; i < 6; i++) {
        assertEquals(((18 + i) / 8.0 - 1) / 2, x.get(6 + i));
      }
      assertTrue(labelled.place(1).endsWith("pair.npz/x.npy: example 1"));
    }
  }

  @Test
  void targetsMayBeNumbers() throws IOException {
    var options = new NpyDataset.Options(Shape.of(2, 3), 0, 1, false);
    try (NpyDataset data = NpyDataset.open(golden("pair.npz"), "x", "t", options);
        Arena arena = Arena.ofConfined()) {
      assertEquals(TensorType.f32(2), data.target());
      Slice x = Slice.allocate(TensorType.f32(1, 2, 3), arena);
      Slice t = Slice.allocate(TensorType.f32(1, 2), arena);
      data.copy(2, x, t, 0);
      assertArrayEquals(new float[] {4, 5}, t.toFloats());
      assertTrue(data.isFinite(2));
    }
  }

  @Test
  void whatDoesNotFitIsNamed() throws IOException {
    Path pair = golden("pair.npz");
    golden("i1.npy");
    golden("version2.npy");
    complaint(pair, "x", "z", 6, true, "pair.npz: has no array 'z', only [x.npy, y.npy, t.npy]");
    complaint(pair, "x", "t", 6, true, "t.npy: holds [2] of <f8, where each example needs one");
    complaint(pair, "x", "y", 5, true, "x.npy: holds examples [2x3], the network takes [5]");
    complaint(folder, "i1.npy", "none.npy", 3, false, "none.npy: there is no such file");
    complaint(folder, "scalar.npy", "i1.npy", 1, false, "scalar.npy: there is no such file");
    golden("scalar.npy");
    complaint(folder, "scalar.npy", "i1.npy", 1, false, "i1.npy: targets [4x3] do not fit");
  }

  private static void complaint(
      Path source, String x, String y, int width, boolean labels, String complaint) {
    var options = new NpyDataset.Options(Shape.of(width), 0, 1, labels);
    IOException e = assertThrows(IOException.class, () -> NpyDataset.open(source, x, y, options));
    assertTrue(e.getMessage().contains(complaint), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          fortran | is in Fortran's order, columns first; save numpy.ascontiguousarray(x) instead
          complex | elements of type '<c16' can't be read
          """)
  void whatCantBeReadIsTold(String name, String complaint) throws IOException {
    Path file = golden(name + ".npy");
    try (Arena arena = Arena.ofConfined()) {
      IOException e = assertThrows(IOException.class, () -> NpyFile.map(file, arena));
      assertTrue(e.getMessage().startsWith(file + ": " + complaint), e.getMessage());
    }
  }

  @Test
  void everyCutIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(golden("little-f4.npy"));
    Path cut = folder.resolve("cut.npy");
    for (int length = 0; length < whole.length; length++) {
      Files.write(cut, Arrays.copyOf(whole, length));
      try (Arena arena = Arena.ofConfined()) {
        assertThrows(IOException.class, () -> NpyFile.map(cut, arena), length + " bytes");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"(0, 3)", "(9999999999, 3)", "(4, 3", "(2000000000, 2000000000, 2000000000)"})
  void shapesThatCantBeAreRefused(String shape) throws IOException {
    byte[] whole = Files.readAllBytes(golden("little-f4.npy"));
    String header = new String(whole, 10, 118, StandardCharsets.UTF_8);
    String forged = String.format("%-118s", header.strip().replace("(4, 3)", shape));
    System.arraycopy(forged.getBytes(StandardCharsets.UTF_8), 0, whole, 10, 118);
    Path file = Files.write(folder.resolve("forged.npy"), whole);
    try (Arena arena = Arena.ofConfined()) {
      assertThrows(IOException.class, () -> NpyFile.map(file, arena));
    }
  }
}
