package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * The gates of one recurrent layer. Parameters have torch.nn.GRU's and torch.nn.LSTM's names and
 * layout: {@code weight_ih} (G·H, I), {@code weight_hh} (G·H, H), {@code bias_ih} and {@code
 * bias_hh} (G·H), all started as U(±1/√H), the gates one below the other.
 */
final class Gates {
  private final int hidden;
  private final List<Expr> inputs = new ArrayList<>();
  private final List<Expr> weights = new ArrayList<>();
  private final List<Expr> biases = new ArrayList<>();

  private Gates(int hidden) {
    this.hidden = hidden;
  }

  /**
   * Creates the parameters, and emits what does not wait for the recurrence.
   *
   * @param x [T·B, I]
   * @param sharesBias by gate, whether {@code bias_hh} is added where {@code bias_ih} is
   */
  static Gates of(
      LayerScope scope,
      String suffix,
      Expr x,
      int width,
      Recurrence r,
      int steps,
      List<Boolean> sharesBias) {
    int hidden = r.hidden();
    int rows = r.gates() * hidden;
    Initializer torch = Initializer.torchLinear(hidden);
    TensorType matrix = x.type().withShape(Shape.of(rows, width));
    TensorType vector = x.type().withShape(Shape.of(rows));
    Expr ofInput = scope.parameter("weight_ih" + suffix, matrix, torch);
    Expr ofState =
        scope.parameter("weight_hh" + suffix, matrix.withShape(Shape.of(rows, hidden)), torch);
    Expr inputBias = scope.parameter("bias_ih" + suffix, vector, torch);
    Expr stateBias = scope.parameter("bias_hh" + suffix, vector, torch);
    Gates gates = new Gates(hidden);
    for (int g = 0; g < r.gates(); g++) {
      Expr bias = gates.block(inputBias, g);
      Expr other = gates.block(stateBias, g);
      Expr b = sharesBias.get(g) ? Ops.add(bias, other) : bias;
      Expr product = Ops.matmul(x, gates.block(ofInput, g), false, true);
      gates.inputs.add(Ops.reshape(Ops.add(product, b), steps, -1, hidden));
      gates.weights.add(gates.block(ofState, g));
      gates.biases.add(other);
    }
    return gates;
  }

  /** The rows of a gate: a view. */
  private Expr block(Expr parameter, int gate) {
    return Ops.slice(parameter, 0, gate * hidden, (gate + 1) * hidden);
  }

  /** x[t] · W_ihᵀ and what is added to it, [B,H]. */
  Expr input(int gate, int step) {
    return Ops.reshape(Ops.slice(inputs.get(gate), 0, step, step + 1), -1, hidden);
  }

  /** h · W_hhᵀ, [B,H]. */
  Expr product(int gate, Expr h) {
    return Ops.matmul(h, weights.get(gate), false, true);
  }

  /** The gate's part of {@code bias_hh}, [H]. */
  Expr bias(int gate) {
    return biases.get(gate);
  }
}
