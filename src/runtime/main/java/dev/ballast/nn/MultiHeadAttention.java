package dev.ballast.nn;

import dev.ballast.ir.Expr;
import dev.ballast.op.Classify;
import dev.ballast.op.Ops;
import dev.ballast.tensor.Shape;
import dev.ballast.tensor.TensorType;
import java.util.List;

/**
 * Self-attention with several heads (Vaswani et al. 2017), as torch.nn.MultiheadAttention computes
 * it with {@code batch_first} of a sequence on itself: (q, k, v) = x[B,T,E] · W_inᵀ + b_in, in each
 * of the H heads softmax(q · kᵀ / √(E/H)) · v, and the heads side by side through W_out. Where it
 * is causal, place t sees the places up to t.
 *
 * @param name of the layer; its parameters are {@code name.in_proj_weight} (3E, E), {@code
 *     name.in_proj_bias}, {@code name.out_proj.weight} (E, E) and {@code name.out_proj.bias}
 * @param width E
 * @param heads H, a divisor of E
 * @param hasBias whether there are the two biases
 * @param dropout with what probability a weight of the attention is zeroed in training
 */
public record MultiHeadAttention(
    String name,
    int width,
    int heads,
    boolean causal,
    boolean hasBias,
    double dropout,
    Initializer in,
    Initializer out)
    implements Layer {

  public MultiHeadAttention {
    if (heads < 1 || width % heads != 0) {
      throw new IllegalArgumentException(
          "attention: a width of " + width + " does not fall into " + heads + " heads");
    }
  }

  /** With biases and without dropout, started as torch.nn.MultiheadAttention starts. */
  public static MultiHeadAttention of(String name, int width, int heads, boolean causal) {
    return new MultiHeadAttention(
        name,
        width,
        heads,
        causal,
        true,
        0,
        Initializer.glorotUniform(),
        Initializer.torchLinear(width));
  }

  public MultiHeadAttention withoutBias() {
    return new MultiHeadAttention(name, width, heads, causal, false, dropout, in, out);
  }

  public MultiHeadAttention withDropout(double rate) {
    return new MultiHeadAttention(name, width, heads, causal, hasBias, rate, in, out);
  }

  public MultiHeadAttention withInitializers(Initializer newIn, Initializer newOut) {
    return new MultiHeadAttention(name, width, heads, causal, hasBias, dropout, newIn, newOut);
  }

  @Override
  public Expr apply(LayerScope scope, Expr x) {
    return scope.named(
        name,
        () -> {
          Expr y = joined(attended(scope, projected(scope, x)));
          TensorType w = x.type().withShape(Shape.of(width, width));
          return scope.named("out_proj", () -> projected(scope, y, w, "weight", "bias", out));
        });
  }

  /** q, k and v together: [3,B,H,T,E/H]. */
  private Expr projected(LayerScope scope, Expr x) {
    TensorType w = x.type().withShape(Shape.of(3 * width, width));
    Expr all = projected(scope, x, w, "in_proj_weight", "in_proj_bias", in);
    Expr parts = Ops.reshape(all, -1, x.shape().dim(1), 3, heads, width / heads);
    return Ops.transpose(parts, List.of(2, 0, 3, 1, 4));
  }

  private Expr projected(
      LayerScope scope, Expr x, TensorType w, String weight, String bias, Initializer start) {
    Expr y = Ops.matmul(x, scope.parameter(weight, w, start), false, true);
    TensorType b = w.withShape(w.shape().slice(0, 1));
    return hasBias ? Ops.add(y, scope.parameter(bias, b, Initializer.zeros())) : y;
  }

  /** [3,B,H,T,E/H] becomes [B,H,T,E/H]. */
  private Expr attended(LayerScope scope, Expr parts) {
    Expr q = part(parts, 0);
    double scale = 1 / Math.sqrt((double) width / heads);
    Expr scores = Ops.matmul(Ops.mul(q, Ops.constant(q, scale)), part(parts, 1), false, true);
    Expr weights =
        causal ? scope.builder().apply(new Classify.CausalSoftmax(), scores) : Ops.softmax(scores);
    return Ops.matmul(new Dropout(dropout).apply(scope, weights), part(parts, 2));
  }

  private static Expr part(Expr parts, int i) {
    Shape s = parts.shape();
    return Ops.reshape(Ops.slice(parts, 0, i, i + 1), -1, s.dim(2), s.dim(3), s.dim(4));
  }

  /** [B,H,T,E/H] becomes [B,T,E]. */
  private Expr joined(Expr y) {
    int length = y.shape().dim(2);
    return Ops.reshape(Ops.transpose(y, List.of(0, 2, 1, 3)), -1, length, width);
  }
}
