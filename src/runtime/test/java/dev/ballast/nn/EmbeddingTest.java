package dev.ballast.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ballast.data.NpyDataset;
import dev.ballast.kernel.Slice;
import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import dev.ballast.train.Graphs;
import dev.ballast.train.RandomBatch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingTest {
  private static final Embedding ROWS = Embedding.of("wte", 4, 2);
  private static final Model MODEL = new Model("rows", Shape.of(3), DType.I32, ROWS);

  @TempDir Path folder;

  @Test
  void eachNumberBecomesItsRow() {
    try (Session s = Session.open(Planner.plan(MODEL.inference(2), PlanOptions.defaults()))) {
      s.parameter("wte.weight").copyFrom(0, 1, 10, 11, 20, 21, 30, 31f);
      s.input(Model.INPUT).copyFrom(3, 0, 3, 1, 2, 2);
      s.run();
      assertArrayEquals(
          new float[] {30, 31, 0, 1, 30, 31, 10, 11, 20, 21, 20, 21},
          s.output(Model.OUTPUT).toFloats());
      s.input(Model.INPUT).copyFrom(3, 0, 4, 1, 2, 2);
      String complaint = assertThrows(IndexOutOfBoundsException.class, s::run).getMessage();
      assertEquals("gather: index 4 at position 2 is not in [0, 4)", complaint);
    }
  }

  /** Of the mean of (y − t)² over 12 numbers: the sum over the places of (y − t) / 6. */
  @Test
  void theGradientOfARowIsTheSumOverItsPlaces() {
    var graph = Graphs.gradients(MODEL, new MeanSquaredError(), 2);
    try (Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()))) {
      s.parameter("wte.weight").copyFrom(0, 1, 10, 11, 20, 21, 30, 31f);
      s.input(Model.INPUT).copyFrom(3, 0, 3, 0, 2, 3);
      s.input(Graphs.TARGET).copyFrom(24, 31, 6, 1, 36, 31, 0, 7, 20, 27, 30, 25f);
      s.run();
      assertArrayEquals(
          new float[] {-1, -1, 0, 0, 0, -1, 0, 1},
          s.output(Graphs.gradientOf("wte.weight")).toFloats());
    }
  }

  @Test
  void noiseForItIsNumbersOfRows() {
    var graph = Graphs.trainingLoss(MODEL, new CrossEntropy(), 50);
    try (Session s = Session.open(Planner.plan(graph, PlanOptions.defaults()))) {
      new RandomBatch(new CrossEntropy(), 2, 1).fill(s);
      Slice x = s.input(Model.INPUT);
      boolean[] seen = new boolean[4];
      for (int i = 0; i < x.elements(); i++) {
        seen[(int) x.getLong(i)] = true;
      }
      assertArrayEquals(new boolean[] {true, true, true, true}, seen);
    }
  }

  @Test
  void whatHasNoWholeNumbersOrNoGradientIsRefused() {
    Model floats = new Model("floats", Shape.of(3), ROWS);
    String complaint = assertThrows(ShapeException.class, () -> floats.inference(1)).getMessage();
    assertEquals("embedding 'wte' needs whole numbers, i32 or i64, not f32[1x3]", complaint);
    var serving = Graphs.serving(MODEL, new CrossEntropy(), 1);
    complaint =
        assertThrows(IllegalArgumentException.class, () -> Graphs.sensitivity(serving))
            .getMessage();
    assertEquals("rows takes i32[1x3]: whole numbers have no gradient to be shown", complaint);
    Model sum = new Model("sum", Shape.of(3), DType.I32, new Residual(ROWS));
    complaint = assertThrows(ShapeException.class, () -> sum.inference(1)).getMessage();
    assertEquals(
        "residual: the body makes f32[1x3x2] of i32[1x3], which can't be added", complaint);
  }

  private void array(String name, String type, ByteBuffer numbers, String shape)
      throws IOException {
    String header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(type, shape);
    byte[] text =
        (header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer all = ByteBuffer.allocate(10 + text.length + numbers.capacity());
    all.order(ByteOrder.LITTLE_ENDIAN).put((byte) 0x93);
    all.put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
    all.putShort((short) text.length).put(text).put(numbers.array());
    Files.write(folder.resolve(name), all.array());
  }

  @Test
  void wholeNumbersOfAnArrayAreTakenAsSuch() throws IOException {
    ByteBuffer x = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    x.asLongBuffer().put(new long[] {3, 0, 1, 2, 1L << 32, 16777217});
    array("x.npy", "<i8", x, "(2, 3)");
    array("y.npy", "<i8", ByteBuffer.allocate(16), "(2,)");
    var plain = new NpyDataset.Options(Shape.of(3), 0, 1, true);
    try (NpyDataset data = NpyDataset.open(folder, "x.npy", "y.npy", plain);
        Arena arena = Arena.ofConfined()) {
      Slice batch = Slice.allocate(TensorType.i32(2, 3), arena);
      Slice target = Slice.allocate(TensorType.i32(2), arena);
      data.demandFit(batch.type(), target.type());
      data.copy(0, batch, target, 0);
      data.copy(1, batch, target, 1);
      assertArrayEquals(new double[] {3, 0, 1, 2, -1, 16777217}, batch.toDoubles());
    }
    var scaled = new NpyDataset.Options(Shape.of(3), 0.5, 1, true);
    try (NpyDataset data = NpyDataset.open(folder, "x.npy", "y.npy", scaled)) {
      String complaint =
          assertThrows(
                  ShapeException.class,
                  () -> data.demandFit(TensorType.i32(2, 3), TensorType.i32(2)))
              .getMessage();
      assertTrue(complaint.startsWith("the model takes examples of i32, which"), complaint);
    }
  }
}
