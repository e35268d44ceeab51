package dev.ballast.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.runtime.Feed;
import dev.ballast.runtime.Outcome;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Broadcasting as NumPy does it: values and gradients against a plain loop over the result's
 * places, which looks each operand's place up by its coordinates.
 */
class BroadcastTest {
  private record Mode(int[] a, int[] b, int[] result) {
    @Override
    public String toString() {
      return Shape.of(a) + " with " + Shape.of(b);
    }
  }

  private static Mode mode(int[] a, int[] b, int... result) {
    return new Mode(a, b, result);
  }

  private static int[] dims(int... d) {
    return d;
  }

  private static Stream<Mode> modes() {
    return Stream.of(
        mode(dims(), dims()),
        mode(dims(3), dims(), 3),
        mode(dims(), dims(2, 3), 2, 3),
        mode(dims(1), dims(3), 3),
        mode(dims(3), dims(3), 3),
        mode(dims(2, 3), dims(3), 2, 3),
        mode(dims(2, 3), dims(1, 3), 2, 3),
        mode(dims(2, 3), dims(2, 1), 2, 3),
        mode(dims(2, 1), dims(1, 3), 2, 3),
        mode(dims(1, 1), dims(3), 1, 3),
        mode(dims(2, 3, 4), dims(4), 2, 3, 4),
        mode(dims(2, 3, 4), dims(3, 1), 2, 3, 4),
        mode(dims(2, 1, 4), dims(3, 1), 2, 3, 4),
        mode(dims(1, 3, 1), dims(2, 1, 4), 2, 3, 4),
        mode(dims(2, 3, 1, 5), dims(3, 4, 1), 2, 3, 4, 5),
        mode(dims(1, 1, 1, 2), dims(1), 1, 1, 1, 2));
  }

  @TestFactory
  Stream<DynamicTest> valuesAndGradientsFollowNumPy() {
    return modes().map(m -> dynamicTest(m.toString(), () -> compare(m)));
  }

  private static void compare(Mode m) {
    TensorType ta = TensorType.f64(m.a());
    TensorType tb = TensorType.f64(m.b());
    GraphBuilder g = new GraphBuilder("broadcast");
    Expr a = g.input("a", ta);
    Expr b = g.input("b", tb);
    Expr product = Ops.mul(a, b);
    assertArrayEquals(m.result(), product.shape().dims());
    Expr w = g.input("w", product.type());
    List<Expr> d = Autodiff.gradients(Ops.sum(Ops.mul(product, w)), List.of(a, b));
    g.output("product", product);
    g.output("written", Ops.broadcastTo(a, product.shape()));
    g.output("da", d.get(0));
    g.output("db", d.get(1));
    Graph graph = g.build();
    Literal ones = primes(ta, 2);
    Literal others = primes(tb, 11);
    Literal weights = primes(product.type(), 5);
    Feed feed = new Feed().with("a", ones).with("b", others).with("w", weights);
    Outcome o = feed.run(graph);
    o.assertClose(feed.interpret(graph, 1), 1e-12);
    assertPlain(o, product.type(), ones, others, weights);
  }

  private static void assertPlain(Outcome o, TensorType type, Literal a, Literal b, Literal w) {
    double[] product = new double[(int) type.elements()];
    double[] written = new double[product.length];
    double[] da = new double[(int) a.type().elements()];
    double[] db = new double[(int) b.type().elements()];
    for (int i = 0; i < product.length; i++) {
      int ia = place(i, type.shape(), a.type().shape());
      int ib = place(i, type.shape(), b.type().shape());
      product[i] = a.get(ia) * b.get(ib);
      written[i] = a.get(ia);
      da[ia] += w.get(i) * b.get(ib);
      db[ib] += w.get(i) * a.get(ia);
    }
    assertEquals(Literal.of(type, product), o.output("product"));
    assertEquals(Literal.of(type, written), o.output("written"));
    assertEquals(Literal.of(a.type(), da), o.output("da"));
    assertEquals(Literal.of(b.type(), db), o.output("db"));
  }

  /** Where an operand is read for place {@code i} of the result, by its coordinates. */
  private static int place(int i, Shape result, Shape operand) {
    int rest = i;
    int at = 0;
    int step = 1;
    for (int axis = 1; axis <= result.rank(); axis++) {
      int coordinate = rest % result.dim(-axis);
      rest /= result.dim(-axis);
      if (axis <= operand.rank()) {
        at += operand.dim(-axis) == 1 ? 0 : coordinate * step;
        step *= operand.dim(-axis);
      }
    }
    return at;
  }

  /** Whole numbers, so that every sum is exact. */
  private static Literal primes(TensorType type, int first) {
    double[] d = new double[(int) type.elements()];
    Arrays.setAll(d, i -> first + (i * 7) % 13);
    return Literal.of(type, d);
  }
}
