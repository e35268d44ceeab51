package dev.ballast.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.ArrayDataset;
import dev.ballast.data.Augmentation;
import dev.ballast.data.AugmentedDataset;
import dev.ballast.data.Dataset;
import dev.ballast.kernel.Slice;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.nn.Flatten;
import dev.ballast.nn.Linear;
import dev.ballast.nn.Model;
import dev.ballast.nn.Sequential;
import dev.ballast.optim.Adam;
import dev.ballast.runtime.HeapAllocation;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchLoaderTest {
  private static final int SIZE = 103;
  private static final int BATCH = 10;

  private static ArrayDataset.Labelled images() {
    float[] pixels = new float[SIZE * 16];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i % 23;
    }
    return ArrayDataset.labelled(
        Shape.of(4, 4), pixels, IntStream.range(0, SIZE).map(i -> i % 3).toArray());
  }

  private static Dataset changed() {
    return new AugmentedDataset(images(), new Augmentation(1, true, 10), 0);
  }

  private static Feed loader(Dataset data, Order order) {
    return new BatchLoader(data, order, TensorType.f32(BATCH, 4, 4), TensorType.i32(BATCH));
  }

  /** Runs through epochs with both and compares every batch. */
  @Test
  void batchesAreThoseThatTheDatasetGives() {
    try (Dataset ahead = changed();
        Dataset plain = changed();
        Arena arena = Arena.ofConfined()) {
      Order order = new Order(SIZE, 3);
      try (Feed loader = loader(ahead, order);
          Feed direct = new Feed.Direct(plain, order)) {
        for (int epoch = 1; epoch <= 20; epoch++) {
          ahead.beginEpoch(3, epoch);
          plain.beginEpoch(3, epoch);
          order.shuffle(epoch);
          int first = epoch == 7 ? 3 * BATCH : 0;
          loader.begin(first);
          direct.begin(first);
          for (int seen = first; seen < SIZE; seen += BATCH) {
            int size = Math.min(BATCH, SIZE - seen);
            Slice[] a = batch(arena, size);
            Slice[] b = batch(arena, size);
            loader.next(a[0], a[1], size);
            direct.next(b[0], b[1], size);
            assertArrayEquals(b[0].toFloats(), a[0].toFloats());
            assertArrayEquals(b[1].toDoubles(), a[1].toDoubles());
          }
        }
      }
    }
  }

  private static Slice[] batch(Arena arena, int size) {
    return new Slice[] {
      Slice.allocate(TensorType.f32(size, 4, 4), arena), Slice.allocate(TensorType.i32(size), arena)
    };
  }

  @Test
  void trainingGivesTheSameBits() {
    assertArrayEquals(weights(changed()), weights(new Inline(changed())));
  }

  private static byte[] weights(Dataset data) {
    Model model =
        new Model("m", Shape.of(4, 4), Sequential.of(new Flatten(), Linear.of("fc", 16, 3)));
    TrainingOptions options =
        TrainingOptions.of(new CrossEntropy(), Adam.of(0.01))
            .withBatch(BATCH)
            .withEpochs(4)
            .withSeed(9);
    try (data;
        Trainer trainer = new Trainer(model, options, data, Optional.empty())) {
      trainer.fit(new TrainingListener() {});
      return trainer.session().weights().toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** The same examples, made by who asks. */
  private record Inline(Dataset data) implements Dataset {
    @Override
    public int size() {
      return data.size();
    }

    @Override
    public Shape example() {
      return data.example();
    }

    @Override
    public TensorType target() {
      return data.target();
    }

    @Override
    public void beginEpoch(long seed, int epoch) {
      data.beginEpoch(seed, epoch);
    }

    @Override
    public void copy(int index, Slice x, Slice target, int row) {
      data.copy(index, x, target, row);
    }

    @Override
    public String checksum() {
      return data.checksum();
    }

    @Override
    public void close() {
      data.close();
    }
  }

  @Test
  void neitherThreadAllocatesForABatch() {
    var threads = ManagementFactory.getPlatformMXBean(com.sun.management.ThreadMXBean.class);
    try (Dataset data = changed();
        Arena arena = Arena.ofConfined()) {
      Order order = new Order(SIZE, 3);
      try (BatchLoader loader = (BatchLoader) loader(data, order)) {
        long id = loader.thread().threadId();
        Slice[] b = batch(arena, BATCH);
        long bytes = Long.MAX_VALUE;
        for (int round = 0; round < 50 && bytes != 0; round++) {
          long before = HeapAllocation.ofCurrentThread() + threads.getThreadAllocatedBytes(id);
          for (int epoch = 0; epoch < 200; epoch++) {
            loader.begin(0);
            for (int seen = 0; seen < SIZE; seen += BATCH) {
              loader.next(b[0], b[1], BATCH);
            }
          }
          bytes = HeapAllocation.ofCurrentThread() + threads.getThreadAllocatedBytes(id) - before;
        }
        assertEquals(0, bytes);
      }
    }
  }

  @Test
  void aFailureReachesTheTrainerAndClosingMidwayIsSafe() {
    Order order = new Order(SIZE, 0);
    Dataset failing = images();
    failing.close();
    Feed broken = loader(failing, order);
    try (Arena arena = Arena.ofConfined()) {
      Slice[] b = batch(arena, BATCH);
      broken.begin(0);
      var e = assertThrows(IllegalStateException.class, () -> broken.next(b[0], b[1], BATCH));
      assertTrue(e.getMessage().startsWith("loading examples failed: "), e.getMessage());
    }
    broken.close();
    try (Dataset data = images()) {
      BatchLoader midway = (BatchLoader) loader(data, order);
      midway.begin(0);
      assertThrows(IllegalStateException.class, () -> midway.begin(0));
      midway.close();
      assertFalse(midway.thread().isAlive());
      midway.close();
    }
  }
}
