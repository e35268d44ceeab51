package dev.ballast.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.format.ReadOptions;
import dev.ballast.kernel.Slice;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What goes wrong in services, and what comes of it: an exception that names it, or a defined
 * answer, and a process that lives. What concerns a single session stands in {@code SessionTest},
 * damaged files in {@code DamagedModelFileTest}, the native library in {@code LoadingTest}.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MisuseTest {
  private static final double ROUNDING = 1e-6;

  @TempDir private Path folder;

  private static void assertAnswers(Session s, long seed) {
    float[] x = SmallModel.example(6);
    s.input("x").copyFrom(x);
    s.run();
    double distance =
        SmallModel.distance(SmallModel.expected(seed, 1, x), s.output("probabilities"));
    assertTrue(distance < ROUNDING, "off by " + distance);
  }

  @Test
  void numbersThatAreNoneSpoilTheirOwnRowAlone() {
    float[] x = SmallModel.batch(3, 20);
    x[1] = Float.NaN;
    x[2 * SmallModel.INPUTS] = Float.POSITIVE_INFINITY;
    float[] good = SmallModel.expected(1, 1, SmallModel.example(21));
    try (ServingModel model = SmallModel.serving(1);
        Session s = model.session(3)) {
      s.input("x").copyFrom(x);
      s.run();
      Slice p = s.output("probabilities");
      for (int i = 0; i < 10; i++) {
        assertTrue(Double.isNaN(p.get(i)), "NaN in, NaN out");
        assertEquals(good[i], p.get(10 + i), ROUNDING);
      }
      assertAnswersAfter(model);
    }
  }

  private static void assertAnswersAfter(ServingModel model) {
    try (Session s = model.session(1)) {
      assertAnswers(s, 1);
    }
  }

  @Test
  void aFileThatIsReplacedWhileItIsMappedServesOn() throws Exception {
    Path file = SmallModel.file(folder, 1);
    try (ServingModel model = ServingModel.load(file);
        Session s = model.session(1)) {
      java.nio.file.Files.move(
          SmallModel.file(folder, 2), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      assertAnswers(s, 1);
      try (ServingModel newer = ServingModel.load(file);
          Session t = newer.session(1)) {
        assertAnswers(t, 2);
      }
    }
  }

  @Test
  void aFileThatIsCutAndOverwrittenHarmsNoCopyOfIt() throws Exception {
    Path file = SmallModel.file(folder, 1);
    ServingOptions copies =
        ServingOptions.defaults().withRead(ReadOptions.defaults().withMapWeights(false));
    try (ServingModel model = ServingModel.load(file, copies);
        Session s = model.session(1)) {
      try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
        f.setLength(10);
        f.write(new byte[10]);
      }
      assertAnswers(s, 1);
    }
  }

  @Test
  void sourcesThatAreClosedTooSmallOrOfAnotherTypeAreRefusedAndAMisalignedOneIsCopied() {
    try (ServingModel model = SmallModel.serving(1);
        Session s = model.session(1);
        Arena arena = Arena.ofConfined()) {
      Arena gone = Arena.ofConfined();
      Slice closed = Slice.allocate(TensorType.f32(1, SmallModel.INPUTS), gone);
      gone.close();
      assertThrows(IllegalStateException.class, () -> s.input("x").copyFrom(closed));
      assertEquals(
          "slice of f32[1x20] needs 80 bytes, not 79",
          assertThrows(
                  ShapeException.class,
                  () -> new Slice(TensorType.f32(1, SmallModel.INPUTS), arena.allocate(79)))
              .getMessage());
      assertEquals(
          "array of 20 i32 elements does not fit f32[1x20]",
          assertThrows(
                  ShapeException.class, () -> s.input("x").copyFrom(new int[SmallModel.INPUTS]))
              .getMessage());
      MemorySegment odd = arena.allocate(81, 64).asSlice(1);
      odd.copyFrom(MemorySegment.ofArray(SmallModel.example(6)));
      s.input("x").copyFrom(new Slice(TensorType.f32(1, SmallModel.INPUTS), odd));
      s.run();
      float[] expected = SmallModel.expected(1, 1, SmallModel.example(6));
      assertTrue(SmallModel.distance(expected, s.output("probabilities")) < ROUNDING);
    }
  }

  @Test
  void negativeSizesAreRefused() {
    try (ServingModel model = SmallModel.serving(1)) {
      for (Runnable r :
          List.<Runnable>of(
              () -> model.session(-1).close(),
              () -> SessionPool.of(model, 1, 0).close(),
              () -> SessionPool.of(model, -3, 1).close(),
              () -> new BatchingOptions(0, 1, 0),
              () -> new BatchingOptions(1, 0, 0),
              () -> new BatchingOptions(1, 1, -1),
              () -> dev.ballast.Ballast.limit(-1))) {
        assertThrows(IllegalArgumentException.class, r::run);
      }
      assertAnswersAfter(model);
    }
  }

  @Test
  void twoThousandCallersAtOnceAreAllAnswered() throws Exception {
    float[] expected = SmallModel.expected(1, 1, SmallModel.example(6));
    try (ServingModel model = SmallModel.serving(1);
        SessionPool pool = SessionPool.of(model, 1, 64);
        ExecutorService many = Executors.newVirtualThreadPerTaskExecutor();
        ExecutorService platform = Executors.newFixedThreadPool(500)) {
      List<Future<Double>> answers = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        answers.add((i % 4 == 0 ? platform : many).submit(() -> ask(pool, expected)));
      }
      for (Future<Double> f : answers) {
        assertTrue(f.get() < ROUNDING);
      }
    }
  }

  private static double ask(SessionPool pool, float[] expected) {
    try (PooledSession s = pool.borrow(10, TimeUnit.MINUTES)) {
      s.input("x").copyFrom(SmallModel.example(6));
      s.run();
      return SmallModel.distance(expected, s.output("probabilities"));
    }
  }
}
