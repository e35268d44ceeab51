package dev.ballast.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Op;
import dev.ballast.runtime.Outcome;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.ShapeException;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What every built-in op promises, tried on the rows of {@link OpSamples}. */
class OpContractTest {
  private static final OpRegistry REGISTRY = OpRegistry.builtIn();

  @Test
  void everyBuiltInOpHasASample() {
    Set<Class<?>> sampled =
        OpSamples.all().stream().map(s -> s.op().getClass()).collect(Collectors.toSet());
    Set<Class<?>> missing = records(BuiltIn.class).collect(Collectors.toSet());
    assertTrue(missing.size() > 40, "only these records: " + missing);
    missing.removeAll(sampled);
    assertEquals(Set.of(), missing, "ops without a row in OpSamples");
  }

  @Test
  void everyBuiltInOpHasANameOfItsOwn() {
    assertEquals(
        records(BuiltIn.class).map(Class::getName).sorted().toList(),
        REGISTRY.ops().values().stream().map(Class::getName).sorted().toList(),
        "records of BuiltIn, and lines of BuiltInNames");
    REGISTRY.ops().forEach((name, op) -> assertEquals(name, BuiltInNames.of(op)));
  }

  private static Stream<Class<?>> records(Class<?> type) {
    return type.isRecord()
        ? Stream.of(type)
        : Arrays.stream(type.getPermittedSubclasses()).flatMap(OpContractTest::records);
  }

  @TestFactory
  Stream<DynamicTest> everySampleKeepsTheContract() {
    return OpSamples.all().stream().map(s -> dynamicTest(s.toString(), () -> contract(s)));
  }

  private static void contract(OpSample s) {
    attributesMakeAnEqualOp(s.op());
    costsAreSane(s);
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      kernelsAgree(s, dtype);
      viewsShowTheReferencesBytes(s, dtype);
      inPlaceGivesTheSameBits(s, dtype);
      partsThatAreThereGiveTheSameBits(s, dtype);
    }
    integersAreExact(s);
    gradientsMatchDifferences(s);
  }

  private static void attributesMakeAnEqualOp(Op op) {
    Map<String, Object> attributes = REGISTRY.attributes(op);
    Op copy = REGISTRY.create(op.name(), attributes);
    assertEquals(op, copy);
    assertEquals(op.hashCode(), copy.hashCode());
    assertEquals(op.name(), copy.name());
  }

  private static void costsAreSane(OpSample s) {
    List<TensorType> types = s.types(DType.F32);
    assertTrue(s.op().flops(types) >= 0);
    assertTrue(s.op().bytesMoved(types) > 0);
    assertTrue(s.op().workspaceBytes(types) >= 0);
    for (Op.InPlace p : s.op().inPlace(types)) {
      assertEquals(
          types.get(p.input()), s.op().infer(types).get(p.result()), "in-place types differ");
    }
  }

  /** The fast kernel is the reference up to rounding, wherever the memory starts. */
  static void kernelsAgree(OpSample s, DType dtype) {
    List<Literal> in = s.contents(dtype);
    List<TensorType> inferred = s.op().infer(s.types(dtype));
    List<Literal> expected = OpTrial.reference(s.op(), in);
    assertEquals(inferred, expected.stream().map(Literal::type).toList());
    List<Literal> fast = OpTrial.fast(s.op(), in);
    List<Literal> shifted = OpTrial.fast(s.op(), in, Map.of(), 8);
    double tolerance = dtype == DType.F32 ? s.tolerance() : 1e-12;
    for (int r = 0; r < expected.size(); r++) {
      Outcome.assertClose(s + " result " + r, expected.get(r), fast.get(r), tolerance);
      Outcome.assertClose(s + " shifted result " + r, expected.get(r), shifted.get(r), tolerance);
    }
    assertEquals(fast, OpTrial.fast(s.op(), in), "a second run gives other bits");
  }

  private static void viewsShowTheReferencesBytes(OpSample s, DType dtype) {
    var view = s.op().view(s.types(dtype));
    if (view.isEmpty()) {
      return;
    }
    List<Literal> in = s.contents(dtype);
    Literal expected = OpTrial.reference(s.op(), in).getFirst();
    int from = Math.toIntExact(view.get().byteOffset());
    byte[] shown =
        Arrays.copyOfRange(
            in.get(view.get().input()).toBytes(), from, from + (int) expected.type().bytes());
    assertArrayEquals(expected.toBytes(), shown);
  }

  private static void inPlaceGivesTheSameBits(OpSample s, DType dtype) {
    List<Literal> in = s.contents(dtype);
    List<Op.InPlace> places = s.op().inPlace(s.types(dtype));
    List<Literal> fast = OpTrial.fast(s.op(), in);
    List<Literal> reference = OpTrial.reference(s.op(), in);
    Map<Integer, Integer> together = new HashMap<>();
    for (Op.InPlace p : places) {
      Map<Integer, Integer> over = Map.of(p.result(), p.input());
      assertEquals(fast, OpTrial.fast(s.op(), in, over, 0), "fast kernel, " + p);
      assertEquals(reference, OpTrial.reference(s.op(), in, over), "reference, " + p);
      together.putIfAbsent(p.result(), p.input());
      if (!p.alone()) {
        sameValueTwice(s, in, p);
      }
    }
    assertEquals(fast, OpTrial.fast(s.op(), in, together, 0), "all in place at once");
  }

  /** Each input alone in its part of the result, and all of them. */
  private static void partsThatAreThereGiveTheSameBits(OpSample s, DType dtype) {
    List<Literal> in = s.contents(dtype);
    List<Literal> expected = OpTrial.fast(s.op(), in);
    List<Op.Part> all = s.op().parts(s.types(dtype));
    for (Op.Part p : all) {
      assertEquals(expected, OpTrial.withParts(s.op(), in, List.of(p)), p.toString());
    }
    assertEquals(expected, OpTrial.withParts(s.op(), in, all));
  }

  /** An op may be given one value for two inputs and still be told to write over it. */
  private static void sameValueTwice(OpSample s, List<Literal> in, Op.InPlace p) {
    for (int other = 0; other < in.size(); other++) {
      if (other != p.input() && in.get(other).type().equals(in.get(p.input()).type())) {
        List<Literal> twice = new ArrayList<>(in);
        twice.set(other, in.get(p.input()));
        Literal expected = OpTrial.fast(s.op(), twice).get(p.result());
        Literal actual = OpTrial.fastAllInOne(s.op(), twice, p, other);
        assertEquals(expected, actual, "inputs " + p.input() + " and " + other + " are one value");
      }
    }
  }

  /** Where an op takes integers, they give what doubles give, cut off toward zero. */
  private static void integersAreExact(OpSample s) {
    OpSample whole = s.within(1, 9).wholeNumbers();
    for (DType dtype : List.of(DType.I32, DType.I64)) {
      List<Literal> doubles = whole.contents(DType.F64);
      List<Literal> integers = whole.contents(dtype);
      if (takes(s.op(), whole.types(dtype))) {
        List<Literal> expected = OpTrial.reference(s.op(), doubles);
        List<Literal> actual = OpTrial.reference(s.op(), integers);
        assertEquals(actual, OpTrial.fast(s.op(), integers));
        for (int r = 0; r < expected.size(); r++) {
          for (int i = 0; i < actual.get(r).type().elements(); i++) {
            boolean whole64 = !actual.get(r).type().dtype().isFloating();
            double e = expected.get(r).get(i);
            assertEquals(whole64 ? (long) e : e, actual.get(r).get(i), s + " on " + dtype);
          }
        }
      }
    }
  }

  private static boolean takes(Op op, List<TensorType> types) {
    try {
      op.infer(types);
      return true;
    } catch (ShapeException e) {
      assertTrue(e.getMessage().startsWith(op.name() + ": "), e.getMessage());
      return false;
    }
  }

  private static void gradientsMatchDifferences(OpSample s) {
    if (s.op() instanceof Update) {
      GraphBuilder b = new GraphBuilder("update");
      List<Expr> in = new ArrayList<>();
      s.types(DType.F32).forEach(t -> in.add(b.input("x" + in.size(), t)));
      Expr loss = Ops.sum(b.applyAll(s.op(), in).getFirst());
      var e =
          assertThrows(
              UnsupportedOperationException.class,
              () -> Autodiff.gradients(loss, List.of(in.getFirst())));
      assertTrue(e.getMessage().startsWith(s.op().name() + ": an update has no gradient"));
    } else if (OpGradientCheck.applies(s)) {
      OpGradientCheck.check(s);
    }
  }

  @Test
  void gradientsAreCheckedForEveryOpThatHasOne() {
    Set<String> checked =
        OpSamples.all().stream()
            .filter(OpGradientCheck::applies)
            .map(s -> s.op().name())
            .collect(Collectors.toSet());
    Set<String> unchecked =
        OpSamples.all().stream().map(s -> s.op().name()).collect(Collectors.toSet());
    unchecked.removeAll(checked);
    assertEquals(
        Set.of(
            "argmax",
            "one_hot",
            "positive_bits",
            "max_pool2d_places",
            "assign",
            "sgd",
            "matmul_sgd",
            "adam"),
        unchecked);
  }

  @Test
  void arithmeticMovesAndSelectionTakeIntegers() {
    Set<String> integral =
        OpSamples.all().stream()
            .filter(s -> takes(s.op(), s.types(DType.I32)))
            .map(s -> s.op().name())
            .collect(Collectors.toSet());
    assertTrue(
        integral.containsAll(
            Set.of("add", "mul", "div", "less", "select", "gather", "concat", "pad", "cast")),
        integral.toString());
  }
}
