package dev.ballast.kernel;

import static dev.ballast.kernel.Operands.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.kernel.MapProgram.Result;
import dev.ballast.kernel.MapProgram.Step;
import dev.ballast.kernel.MapProgram.Storage;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Fused loops in bands of rows, shared or not: the bits are those of one loop. */
class ProgramThreadsTest {
  private static final Storage NUMBERS = Storage.NUMBERS;

  private final Operands operands = new Operands();

  /** gelu of a sum with what broadcasts, where a bit is set, and the bits of it. */
  private static MapProgram program(boolean bits) {
    List<Step> steps =
        List.of(
            new Step(ScalarOp.ADD, List.of(0, 1)),
            new Step(ScalarOp.GELU, List.of(3)),
            new Step(ScalarOp.MUL, List.of(4, 2)));
    Storage last = bits ? Storage.BITS : NUMBERS;
    return new MapProgram(
        List.of(NUMBERS, NUMBERS, last),
        List.of(),
        steps,
        List.of(new Result(5, NUMBERS), new Result(4, last)));
  }

  @TestFactory
  Stream<DynamicTest> anyNumberOfThreadsGivesTheSameBits() {
    return Stream.of(
            Shape.of(300, 70),
            Shape.of(64, 512),
            Shape.of(30_011),
            Shape.of(3_000, 7),
            Shape.of(5, 4_000),
            Shape.of(40, 3, 201),
            Shape.of(1, 30_000))
        .flatMap(
            s ->
                Stream.of(
                    dynamicTest(s + " rows", () -> compare(program(false), s, row(s))),
                    dynamicTest(s + " bits", () -> compare(program(true), s, Shape.of(1)))));
  }

  private static Shape row(Shape s) {
    return Shape.of(s.dim(-1));
  }

  private void compare(MapProgram p, Shape space, Shape second) {
    assertTrue(SharedProgram.serves(p, space), "too small to be shared: " + space);
    boolean bits = p.inputs().getLast() == Storage.BITS;
    int words = RandomPrograms.words(space);
    List<Slice> in =
        List.of(
            operands.normal(space.dims()),
            operands.normal(second.dims()),
            bits ? operands.indices(DType.I32, 1 << 30, words) : operands.normal(space.dims()));
    List<Slice> expected = RandomPrograms.results(p, space, operands);
    bind(p, space, in, expected, 1).run();
    for (int threads : new int[] {2, 3}) {
      List<Slice> actual = RandomPrograms.results(p, space, operands);
      bind(p, space, in, actual, threads).run();
      for (int k = 0; k < actual.size(); k++) {
        assertSameBits(expected.get(k), actual.get(k), "result " + k + ", " + threads);
      }
    }
  }

  private static Kernel bind(MapProgram p, Shape space, List<Slice> in, List<Slice> out, int t) {
    long bytes = Programs.workspaceBytes(p, space, in.stream().map(x -> x.type().shape()).toList());
    var workspace = Arena.ofAuto().allocate(Math.max(1, bytes), 64).asSlice(0, bytes);
    return Programs.bind(p, space, new Slices(in, out, workspace, Workers.of(t)));
  }

  @Test
  void bandsCoverAllRowsAndEndWhereWordsDo() {
    for (int rows : new int[] {1, 7, 8, 31, 64, 65, 1000}) {
      for (int columns : new int[] {1, 3, 16, 33, 64}) {
        RowBands bands = RowBands.of(program(true), Shape.of(rows, columns), 8);
        assertTrue(bands.count() <= 8);
        assertEquals(0, bands.firstRow(0));
        assertEquals(rows, bands.firstRow(bands.count()));
        for (int i = 1; i < bands.count(); i++) {
          assertEquals(0, bands.firstRow(i) * columns % 32);
        }
      }
    }
  }
}
