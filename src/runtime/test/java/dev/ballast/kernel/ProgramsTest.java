package dev.ballast.kernel;

import static dev.ballast.kernel.Operands.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.kernel.MapProgram.Result;
import dev.ballast.kernel.MapProgram.Step;
import dev.ballast.kernel.MapProgram.Storage;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Shape;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ProgramsTest {
  private static final int PROGRAMS = 12;

  private final Operands operands = new Operands();

  private record Trial(MapProgram program, Shape space, List<Slice> in) {}

  @TestFactory
  Stream<DynamicTest> fusedLoopsGiveTheBitsOfSeparateOnes() {
    return spaces()
        .map(s -> dynamicTest(s.toString(), () -> trials(s).forEach(this::againstSeparate)));
  }

  @TestFactory
  Stream<DynamicTest> loopsWithoutMasksGiveTheSameBits() {
    return spaces()
        .map(s -> dynamicTest(s.toString(), () -> trials(s).forEach(this::withoutMasks)));
  }

  @TestFactory
  Stream<DynamicTest> plainLoopsGiveTheBitsOfTheReference() {
    return spaces()
        .map(s -> dynamicTest(s.toString(), () -> trials(s).forEach(this::plainAgainstReference)));
  }

  @TestFactory
  Stream<DynamicTest> resultsMayLieOverInputs() {
    return spaces().map(s -> dynamicTest(s.toString(), () -> trials(s).forEach(this::inPlace)));
  }

  /** Lines and tails of all kinds, flat and broadcast. */
  private static Stream<Shape> spaces() {
    return Stream.concat(
        IntStream.of(Operands.SIZES).mapToObj(Shape::of),
        Stream.of(
            Shape.of(64, 10),
            Shape.of(5, 10),
            Shape.of(37, 3),
            Shape.of(300, 2),
            Shape.of(3, 17),
            Shape.of(7, 64),
            Shape.of(5, 1, 33),
            Shape.of(2, 3, 4, 5),
            Shape.of(40, 1)));
  }

  private List<Trial> trials(Shape space) {
    RandomPrograms programs = new RandomPrograms(space.hashCode());
    List<Trial> trials = new ArrayList<>();
    for (int k = 0; k < PROGRAMS; k++) {
      boolean flat = k % 2 == 0;
      MapProgram p = programs.next(flat);
      List<Slice> in = new ArrayList<>();
      for (Storage s : p.inputs()) {
        boolean whole = flat || in.isEmpty();
        in.add(
            s == Storage.BITS
                ? bits(space)
                : operands.normal(whole ? space.dims() : programs.broadcast(space)));
      }
      trials.add(new Trial(p, space, in));
    }
    return trials;
  }

  private Slice bits(Shape space) {
    Slice numbers = operands.normal(space.dims());
    Slice bits = operands.indices(DType.I32, 2, RandomPrograms.words(space));
    Bits.referencePositive(numbers, bits).run();
    return bits;
  }

  private void againstSeparate(Trial t) {
    List<Slice> actual = RandomPrograms.results(t.program, t.space, operands);
    Programs.bind(t.program, t.space, slices(t, t.in, actual)).run();
    assertSameResults(t, RandomPrograms.stepwise(t.program, t.space, t.in, operands), actual);
  }

  private void withoutMasks(Trial t) {
    assumeTrue(Simd.isAvailable());
    List<Slice> expected = RandomPrograms.results(t.program, t.space, operands);
    List<Slice> actual = RandomPrograms.results(t.program, t.space, operands);
    bind(t, expected, true, 0).run();
    bind(t, actual, true, Recipe.MASKLESS).run();
    assertSameResults(t, expected, actual);
  }

  private void plainAgainstReference(Trial t) {
    List<Slice> expected = RandomPrograms.results(t.program, t.space, operands);
    List<Slice> actual = RandomPrograms.results(t.program, t.space, operands);
    Programs.reference(t.program, t.space, t.in, expected).run();
    bind(t, actual, false, 0).run();
    assertSameResults(t, expected, actual);
  }

  private Slices slices(Trial t, List<Slice> in, List<Slice> out) {
    List<Shape> shapes = in.stream().map(x -> x.type().shape()).toList();
    long bytes = Programs.workspaceBytes(t.program, t.space, shapes);
    return new Slices(in, out, Arena.ofAuto().allocate(Math.max(64, bytes), 64));
  }

  private Kernel bind(Trial t, List<Slice> out, boolean lanes, int tails) {
    ProgramLayout layout = Programs.layout(t.program, t.space, t.in);
    return Programs.bind(t.program, layout, slices(t, t.in, out), lanes, tails);
  }

  private void inPlace(Trial t) {
    List<Slice> expected = RandomPrograms.results(t.program, t.space, operands);
    Programs.bind(t.program, t.space, slices(t, t.in, expected)).run();
    List<Slice> in = new ArrayList<>(t.in);
    in.set(0, Operands.copyOf(t.in.getFirst()));
    List<Slice> actual = new ArrayList<>(RandomPrograms.results(t.program, t.space, operands));
    actual.set(0, in.getFirst());
    Programs.bind(t.program, t.space, slices(t, in, actual)).run();
    assertSameResults(t, expected, actual);
  }

  private static void assertSameResults(Trial t, List<Slice> expected, List<Slice> actual) {
    for (int k = 0; k < expected.size(); k++) {
      String what = "result " + k + " of " + t.program + " over " + t.space;
      if (t.program.results().get(k).storage() == Storage.BITS) {
        assertSameBits(expected.get(k), actual.get(k), what);
      } else {
        assertSameBits(plainNaNs(expected.get(k)), plainNaNs(actual.get(k)), what);
      }
    }
  }

  /** NaN is NaN, whatever its bits: which of two operands' it is, is not promised. */
  private static Slice plainNaNs(Slice s) {
    Slice copy = Operands.copyOf(s);
    for (long i = 0; i < s.elements(); i++) {
      copy.set(i, Double.isNaN(s.get(i)) ? Float.NaN : s.get(i));
    }
    return copy;
  }

  @Test
  void equalProgramsShareOneLoop() {
    List<Step> steps = List.of(new Step(ScalarOp.EXP, List.of(0)));
    List<Storage> inputs = List.of(Storage.NUMBERS);
    List<Result> results = List.of(new Result(1, Storage.NUMBERS));
    MapProgram a = new MapProgram(inputs, List.of(), steps, results);
    MapProgram b = new MapProgram(inputs, List.of(), steps, results);
    ProgramLoop first = Programs.loop(new Programs.Key(a, 0, false));
    assertSame(first, Programs.loop(new Programs.Key(b, 0, false)));
    assertNotSame(first, Programs.loop(new Programs.Key(a, 1, false)));
  }

  @Test
  void aStepThatReadsWhatIsNotThereIsRefused() {
    List<Step> steps = List.of(new Step(ScalarOp.EXP, List.of(1)));
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new MapProgram(List.of(Storage.NUMBERS), List.of(), steps, List.of()));
    assertEquals("an elementwise program reads value 1 where there are 1", e.getMessage());
  }
}
