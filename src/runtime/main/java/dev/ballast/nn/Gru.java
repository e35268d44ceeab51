package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import java.util.ArrayList;
import java.util.List;

/**
 * Gated recurrent units (Cho et al. 2014) in the form of torch.nn.GRU, unrolled over the T steps of
 * x[B,T,I], from h = 0:
 *
 * <pre>
 * r = σ(W_ir·x + b_ir + W_hr·h + b_hr)
 * z = σ(W_iz·x + b_iz + W_hz·h + b_hz)
 * n = tanh(W_in·x + b_in + r ⊙ (W_hn·h + b_hn))
 * h ← (1 − z) ⊙ n + z ⊙ h
 * </pre>
 *
 * <p>The gates stand in the order r, z, n in the parameters of layer k, {@code name.weight_ih_lk},
 * {@code weight_hh_lk}, {@code bias_ih_lk} and {@code bias_hh_lk}. A layer reads all h of the one
 * before.
 *
 * @param in I
 * @param hidden H
 * @param dropout the rate at which the results of all layers but the last are dropped in training
 * @param last whether the result is h after the last step, [B,H], instead of all, [B,T,H]
 */
public record Gru(String name, int in, int hidden, int layers, double dropout, boolean last)
    implements Layer {
  private static final int R = 0;
  private static final int Z = 1;
  private static final int N = 2;

  public Gru {
    new Recurrence("gru", 3, in, hidden, layers, dropout, last);
  }

  /** One layer that gives all h. */
  public static Gru of(String name, int in, int hidden) {
    return new Gru(name, in, hidden, 1, 0, false);
  }

  public Gru withLayers(int number, double newDropout) {
    return new Gru(name, in, hidden, number, newDropout, last);
  }

  /** The same, giving h after the last step. */
  public Gru onlyLast() {
    return new Gru(name, in, hidden, layers, dropout, true);
  }

  @Override
  public Expr apply(LayerScope scope, Expr x) {
    Recurrence stack = new Recurrence("gru", 3, in, hidden, layers, dropout, last);
    return scope.named(name, () -> stack.apply(scope, x, List.of(true, true, false), Gru::steps));
  }

  /** The products of a step come first, so that all that follows them can be one loop. */
  private static List<Expr> steps(Gates gates, int steps) {
    List<Expr> hs = new ArrayList<>(List.of(first(gates)));
    for (int t = 1; t < steps; t++) {
      Expr h = hs.getLast();
      Expr beforeR = Ops.add(gates.input(R, t), gates.product(R, h));
      Expr beforeZ = Ops.add(gates.input(Z, t), gates.product(Z, h));
      Expr ofState = Ops.add(gates.product(N, h), gates.bias(N));
      Expr n = Ops.tanh(Ops.add(gates.input(N, t), Ops.mul(Ops.sigmoid(beforeR), ofState)));
      hs.add(Ops.add(n, Ops.mul(Ops.sigmoid(beforeZ), Ops.sub(h, n))));
    }
    return hs;
  }

  /** The step from h = 0, without the products with it. */
  private static Expr first(Gates gates) {
    Expr r = Ops.sigmoid(gates.input(R, 0));
    Expr z = Ops.sigmoid(gates.input(Z, 0));
    Expr n = Ops.tanh(Ops.add(gates.input(N, 0), Ops.mul(r, gates.bias(N))));
    return Ops.sub(n, Ops.mul(z, n));
  }
}
