package dev.ballast.ir;

import static dev.ballast.tensor.TensorType.f32;
import static dev.ballast.tensor.TensorType.i64;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.op.Ops;
import dev.ballast.op.Update;
import dev.ballast.pass.Passes;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a graph tells of itself. */
class GraphTest {
  private final GraphBuilder b = new GraphBuilder("line");
  private final Expr x = b.input("x", f32(8, 3));
  private final Expr w = b.parameter("w", f32(3, 1));

  @Test
  void aGraphReadsAloud() {
    Expr t = b.state("t", i64());
    Expr y = b.named("fc", () -> Ops.matmul(x, w));
    Expr loss = Ops.mean(Ops.square(y));
    Expr dw = Autodiff.gradients(loss, List.of(w)).getFirst();
    Expr rate = Ops.constant(w, 0.5);
    Update sgd = new Update.Sgd(0, false, 0);
    b.update(w, b.during(Phase.UPDATE, () -> b.apply(sgd, w, dw, rate)));
    b.update(t, b.during(Phase.UPDATE, () -> Ops.add(t, Ops.constant(t, 1))));
    b.output("loss", loss);
    String actual = Passes.standard(b.build()).toString();
    List<String> sources =
        List.of(
            "graph line {",
            "  %0:f32[8x3] = input \"x\"",
            "  %1:f32[3x1] = parameter \"w\"",
            "  %2:i64[] = state \"t\"");
    assertEquals(sources, actual.lines().limit(4).toList());
    assertEquals(1, actual.lines().filter(l -> l.contains("matmul[transposeA=true,")).count());
    assertEquals(2, actual.lines().filter(l -> l.contains("\"fc\"")).count());
    assertEquals(1, actual.lines().filter(l -> l.equals("  -- backward")).count());
    assertEquals(2, actual.lines().filter(l -> l.startsWith("  update %")).count());
    assertEquals(List.of("}"), actual.lines().skip(actual.lines().count() - 1).toList());
  }

  @Test
  void usersAreCountedOncePerNode() {
    Expr twice = Ops.mul(x, x);
    Ops.exp(x);
    Graph g = b.build();
    assertEquals(2, g.users().get(x.value().id()).size());
    assertEquals(List.of(), g.users().get(twice.value().id()));
  }

  @Test
  void viewsShowTheirBase() {
    Expr y = Ops.exp(x);
    Expr view = Ops.slice(Ops.reshape(y, 24), 0, 4, 8);
    Graph g = b.build();
    assertEquals(y.value(), g.viewBase(view.value()));
    assertEquals(y.value(), g.viewBase(y.value()));
    assertEquals(w.value(), g.viewBase(w.value()));
  }

  @Test
  void flopsAndParametersAreSummedUp() {
    b.output("y", Ops.exp(Ops.matmul(x, w)));
    Graph g = b.build();
    assertEquals(2 * 8 * 3 + 8, g.flops());
    assertEquals(3, g.parameterCount());
  }

  @Test
  void namesNestAndPhasesEnd() {
    Expr inner = b.named("a", () -> b.named("b", () -> b.during(Phase.UPDATE, () -> Ops.neg(x))));
    Expr outer = Ops.neg(x);
    Graph g = b.build();
    assertEquals("a.b", g.nodes().get(0).name());
    assertEquals(Phase.UPDATE, g.nodes().get(0).phase());
    assertEquals("", g.nodes().get(1).name());
    assertEquals(Phase.FORWARD, g.nodes().get(1).phase());
    assertEquals(inner.type(), outer.type());
  }

  /** A rule that contributes twice would lose the first. */
  @Test
  void aGradientRuleContributesOnceToEachInput() {
    Expr y = Ops.exp(x);
    Backprop p = new Backprop(b, b.nodes().getFirst(), List.of(y));
    p.contribute(0, y);
    assertEquals(List.of(Optional.of(y)), p.contributions());
    Throwable e = assertThrows(IllegalStateException.class, () -> p.contribute(0, y));
    assertEquals("gradient rule of exp: two contributions to input 0", e.getMessage());
  }

  @Test
  void aContributionHasTheInputsType() {
    Expr y = Ops.exp(x);
    Backprop p = new Backprop(b, b.nodes().getFirst(), List.of(y));
    Throwable e = assertThrows(IllegalStateException.class, () -> p.contribute(0, w));
    assertEquals(
        "gradient rule of exp: contribution to input 0 has type f32[3x1], the input f32[8x3]",
        e.getMessage());
    assertEquals(TensorType.f32(8, 3), p.in(0).type());
  }
}
