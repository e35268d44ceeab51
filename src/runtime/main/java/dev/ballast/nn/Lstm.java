package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import java.util.ArrayList;
import java.util.List;

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997; the forget gate is of Gers et al. 2000)
 * in the form of torch.nn.LSTM, unrolled over the T steps of x[B,T,I], from h = c = 0:
 *
 * <pre>
 * i = σ(W_ii·x + b_ii + W_hi·h + b_hi)
 * f = σ(W_if·x + b_if + W_hf·h + b_hf)
 * g = tanh(W_ig·x + b_ig + W_hg·h + b_hg)
 * o = σ(W_io·x + b_io + W_ho·h + b_ho)
 * c ← f ⊙ c + i ⊙ g
 * h ← o ⊙ tanh(c)
 * </pre>
 *
 * <p>The gates stand in the order i, f, g, o in the parameters of layer k, {@code
 * name.weight_ih_lk}, {@code weight_hh_lk}, {@code bias_ih_lk} and {@code bias_hh_lk}. A layer
 * reads all h of the one before.
 *
 * @param in I
 * @param hidden H
 * @param dropout the rate at which the results of all layers but the last are dropped in training
 * @param last whether the result is h after the last step, [B,H], instead of all, [B,T,H]
 */
public record Lstm(String name, int in, int hidden, int layers, double dropout, boolean last)
    implements Layer {
  private static final int I = 0;
  private static final int F = 1;
  private static final int G = 2;
  private static final int O = 3;

  public Lstm {
    new Recurrence("lstm", 4, in, hidden, layers, dropout, last);
  }

  /** One layer that gives all h. */
  public static Lstm of(String name, int in, int hidden) {
    return new Lstm(name, in, hidden, 1, 0, false);
  }

  public Lstm withLayers(int number, double newDropout) {
    return new Lstm(name, in, hidden, number, newDropout, last);
  }

  /** The same, giving h after the last step. */
  public Lstm onlyLast() {
    return new Lstm(name, in, hidden, layers, dropout, true);
  }

  @Override
  public Expr apply(LayerScope scope, Expr x) {
    Recurrence stack = new Recurrence("lstm", 4, in, hidden, layers, dropout, last);
    return scope.named(
        name, () -> stack.apply(scope, x, List.of(true, true, true, true), Lstm::steps));
  }

  /** The products of a step come first, so that all that follows them can be one loop. */
  private static List<Expr> steps(Gates gates, int steps) {
    Expr c = Ops.mul(Ops.sigmoid(gates.input(I, 0)), Ops.tanh(gates.input(G, 0)));
    List<Expr> hs = new ArrayList<>();
    hs.add(Ops.mul(Ops.sigmoid(gates.input(O, 0)), Ops.tanh(c)));
    for (int t = 1; t < steps; t++) {
      Expr h = hs.getLast();
      Expr i = Ops.add(gates.input(I, t), gates.product(I, h));
      Expr f = Ops.add(gates.input(F, t), gates.product(F, h));
      Expr g = Ops.add(gates.input(G, t), gates.product(G, h));
      Expr o = Ops.add(gates.input(O, t), gates.product(O, h));
      c = Ops.add(Ops.mul(Ops.sigmoid(f), c), Ops.mul(Ops.sigmoid(i), Ops.tanh(g)));
      hs.add(Ops.mul(Ops.sigmoid(o), Ops.tanh(c)));
    }
    return hs;
  }
}
