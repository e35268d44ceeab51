package dev.ballast.train;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Phase;
import dev.ballast.ir.Value;
import dev.ballast.nn.LayerScope;
import dev.ballast.nn.Model;
import dev.ballast.pass.Passes;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;
import java.util.List;

/** The graphs that training runs: a whole step, and an evaluation. */
public final class Graphs {
  /** The targets' name among the inputs. */
  public static final String TARGET = "target";

  /** The learning rate's name among the inputs: an f32 scalar. */
  public static final String RATE = "learning_rate";

  /** The mean loss's name among the outputs. */
  public static final String LOSS = "loss";

  /** The name of the number of right answers among the outputs. */
  public static final String CORRECT = "correct";

  private Graphs() {}

  /** Forward pass, backward pass and the optimizer's step. */
  public static Graph trainingStep(Model model, Loss loss, Optimizer optimizer, int batch) {
    GraphBuilder b = new GraphBuilder(model.name() + " training step, batch " + batch);
    LayerScope scope = new LayerScope(b, true);
    Expr y = model.body().apply(scope, b.input(Model.INPUT, model.inputType(batch)));
    Expr target = b.input(TARGET, loss.targetType(y.type()));
    Expr mean = b.named(LOSS, () -> loss.mean(y, target));
    b.output(LOSS, mean);
    List<Expr> parameters =
        b.build().parameters().stream().map((Value.Parameter p) -> b.expr(p)).toList();
    List<Expr> gradients = Autodiff.gradients(mean, parameters);
    Expr rate = b.input(RATE, TensorType.of(DType.F32));
    b.during(
        Phase.UPDATE,
        () -> {
          optimizer.emitAll(b, parameters, gradients, rate);
          scope.finish();
          return rate;
        });
    return Passes.standard(b.build());
  }

  /** Forward pass, mean loss and, for a classifier, the number of right answers. */
  public static Graph evaluation(Model model, Loss loss, int batch) {
    GraphBuilder b = new GraphBuilder(model.name() + " evaluation, batch " + batch);
    Expr y =
        model.body().apply(new LayerScope(b, false), b.input(Model.INPUT, model.inputType(batch)));
    Expr target = b.input(TARGET, loss.targetType(y.type()));
    b.output(LOSS, loss.mean(y, target));
    loss.correct(y, target).ifPresent(c -> b.output(CORRECT, c));
    return Passes.standard(b.build());
  }
}
