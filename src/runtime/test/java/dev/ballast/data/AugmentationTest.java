package dev.ballast.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.Augmentation.Change;
import dev.ballast.data.Augmentation.Size;
import dev.ballast.kernel.Slice;
import dev.ballast.runtime.HeapAllocation;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AugmentationTest {
  private static float[] applied(Change c, Size s, float[] image, float fill) {
    try (Arena arena = Arena.ofConfined()) {
      Slice out = Slice.allocate(TensorType.f32(s.elements()), arena);
      Slice in = Slice.allocate(out.type(), arena);
      in.copyFrom(image);
      Augmentation.apply(c, s, in.memory(), fill, out.memory(), 0);
      return out.toFloats();
    }
  }

  private static Change change(int down, int right, boolean mirrored, double degrees) {
    Change c = new Change();
    c.set(down, right, mirrored, degrees);
    return c;
  }

  private static double[] numbers(String[] words, int from) {
    return Arrays.stream(words).skip(from).mapToDouble(Double::valueOf).toArray();
  }

  /** Against PyTorch's affine_grid and grid_sample; see augmentation_goldens.py. */
  @Test
  void imagesAreTurnedAsPyTorchTurnsThem() throws IOException {
    List<String> lines;
    try (InputStream in = AugmentationTest.class.getResourceAsStream("/goldens/augmentation.txt")) {
      lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
    double[] exact = numbers(lines.getFirst().split(" "), 0);
    float[] image = new float[35];
    for (int i = 0; i < 35; i++) {
      image[i] = (float) exact[i];
    }
    for (String line : lines.subList(1, lines.size())) {
      String[] words = line.split(" ");
      double[] expected = numbers(words, 1);
      float[] turned =
          applied(change(0, 0, false, Double.parseDouble(words[0])), new Size(1, 5, 7), image, 0);
      for (int i = 0; i < 35; i++) {
        assertEquals(expected[i], turned[i], 1e-6, words[0] + " degrees, pixel " + i);
      }
    }
  }

  @Test
  void shiftsAndMirrorsMoveEveryChannel() {
    float[] two = {1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6};
    Size s = new Size(2, 2, 3);
    assertArrayEquals(
        new float[] {9, 9, 9, 9, 1, 2, 9, 9, 9, 9, -1, -2},
        applied(change(1, 1, false, 0), s, two, 9));
    assertArrayEquals(
        new float[] {3, 2, 1, 6, 5, 4, -3, -2, -1, -6, -5, -4},
        applied(change(0, 0, true, 0), s, two, 9));
    assertArrayEquals(
        new float[] {5, 4, 9, 9, 9, 9, -5, -4, 9, 9, 9, 9},
        applied(change(-1, -1, true, 0), s, two, 9));
  }

  private static ArrayDataset.Labelled images(int count) {
    float[] pixels = new float[count * 36];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i % 97;
    }
    return ArrayDataset.labelled(Shape.of(6, 6), pixels, new int[count]);
  }

  private static float[] example(AugmentedDataset d, long seed, int epoch, int index) {
    try (Arena arena = Arena.ofConfined()) {
      Slice x = Slice.allocate(TensorType.f32(2, 6, 6), arena);
      d.beginEpoch(seed, epoch);
      d.copyExample(index, x, 1);
      return Arrays.copyOfRange(x.toFloats(), 36, 72);
    }
  }

  @Test
  void seedEpochAndIndexDecideAndNothingElse() {
    try (AugmentedDataset d = new AugmentedDataset(images(8), new Augmentation(2, true, 20), 0)) {
      float[] first = example(d, 1, 3, 5);
      Set<String> all = new HashSet<>();
      List<long[]> others = new ArrayList<>(List.of(new long[] {2, 3, 5}, new long[] {1, 4, 5}));
      others.add(new long[] {1, 3, 6});
      others.forEach(o -> all.add(Arrays.toString(example(d, o[0], (int) o[1], (int) o[2]))));
      assertEquals(3, all.size());
      assertFalse(all.contains(Arrays.toString(first)));
      assertArrayEquals(first, example(d, 1, 3, 5));
    }
  }

  @Test
  void everyShiftAndBothSidesOccur() {
    try (AugmentedDataset d = new AugmentedDataset(images(1), new Augmentation(1, true, 0), -1)) {
      Set<String> seen = new HashSet<>();
      for (int epoch = 1; epoch <= 300; epoch++) {
        seen.add(Arrays.toString(example(d, 7, epoch, 0)));
      }
      assertEquals(18, seen.size());
    }
  }

  @Test
  void copyingAllocatesNothing() {
    try (AugmentedDataset d = new AugmentedDataset(images(8), new Augmentation(2, true, 20), 0);
        Arena arena = Arena.ofConfined()) {
      Slice x = Slice.allocate(TensorType.f32(2, 6, 6), arena);
      long bytes = Long.MAX_VALUE;
      for (int round = 0; round < 20 && bytes != 0; round++) {
        long before = HeapAllocation.ofCurrentThread();
        for (int i = 0; i < 10_000; i++) {
          d.copyExample(i & 7, x, 1);
        }
        bytes = HeapAllocation.ofCurrentThread() - before;
      }
      assertEquals(0, bytes);
    }
  }

  @Test
  void whatIsNoImageOrNoChangeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Augmentation(-1, false, 0));
    assertThrows(IllegalArgumentException.class, () -> new Augmentation(0, false, Double.NaN));
    try (ArrayDataset.Labelled flat =
        ArrayDataset.labelled(Shape.of(3), new float[3], new int[1])) {
      var e =
          assertThrows(
              ShapeException.class,
              () -> new AugmentedDataset(flat, new Augmentation(1, false, 0), 0));
      assertTrue(e.getMessage().contains("[H, W] or [C, H, W], not [3]"), e.getMessage());
    }
  }
}
