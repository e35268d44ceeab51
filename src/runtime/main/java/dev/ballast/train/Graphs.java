package dev.ballast.train;

import dev.ballast.autodiff.Autodiff;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Phase;
import dev.ballast.ir.Value;
import dev.ballast.loss.Loss;
import dev.ballast.nn.LayerScope;
import dev.ballast.nn.Model;
import dev.ballast.op.Ops;
import dev.ballast.optim.Optimizer;
import dev.ballast.optim.UpdateRule;
import dev.ballast.pass.PassRule;
import dev.ballast.pass.Passes;
import dev.ballast.pass.Rebatch;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.TensorType;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The graphs that training runs: a whole step, and an evaluation. */
public final class Graphs {
  /** The targets' name among the inputs. */
  public static final String TARGET = "target";

  /** The learning rate's name among the inputs: an f32 scalar. */
  public static final String RATE = "learning_rate";

  /** The name of a micro-batch's share of its step among the inputs: an f32 scalar. */
  public static final String SHARE = "share";

  /** The mean loss's name among the outputs. */
  public static final String LOSS = "loss";

  /** The name of the number of right answers among the outputs. */
  public static final String CORRECT = "correct";

  /** The name of the number of answers looked at among the outputs, where that is not all. */
  public static final String COUNTED = "counted";

  /** The name of what the mean loss is divided by, where that is not the number of examples. */
  public static final String WEIGHT = "weight";

  /** The name of a classifier's probabilities among the outputs. */
  public static final String PROBABILITIES = "probabilities";

  /** The name of the inputs' gradient among the outputs: of the type of the input. */
  public static final String SENSITIVITY = "sensitivity";

  private Graphs() {}

  /** The mean loss as training sees it, in the middle of being written. */
  private record TrainingForward(
      GraphBuilder builder, LayerScope scope, Loss kind, Expr prediction, Expr target, Expr loss) {
    static TrainingForward of(String title, Model model, Loss loss, int batch) {
      GraphBuilder b = new GraphBuilder(model.name() + " " + title + ", batch " + batch);
      LayerScope scope = new LayerScope(b, true);
      Expr y = model.body().apply(scope, b.input(Model.INPUT, model.inputType(batch)));
      Expr target = b.input(TARGET, loss.targetType(y.type()));
      Expr mean = b.named(LOSS, () -> loss.mean(y, target));
      b.output(LOSS, mean);
      return new TrainingForward(b, scope, loss, y, target, mean);
    }

    List<Expr> parameters() {
      return scope.trainable();
    }

    /** What the mean loss is divided by, where that is not the number of examples. */
    Optional<Expr> weight() {
      return kind.weight(prediction, target);
    }

    /**
     * What this batch adds to the loss of a step that it is a part of: to the mean, or to the sum
     * that is divided by all weights.
     */
    Expr part(Optional<Expr> weight) {
      return Ops.mul(loss, weight.orElseGet(() -> builder.input(SHARE, loss.type())));
    }

    /** The graph with what changes weights and states. */
    Graph finished(Consumer<GraphBuilder> updates, Set<PassRule> rules) {
      builder.during(
          Phase.UPDATE,
          () -> {
            updates.accept(builder);
            scope.finish();
            return loss;
          });
      return Passes.forRunning(builder.build(), rules);
    }
  }

  /**
   * The forward pass as training runs it, dropout and loss included, and nothing after it. It
   * updates nothing: each run is the same as the one before.
   */
  public static Graph trainingLoss(Model model, Loss loss, int batch) {
    return Passes.standard(
        TrainingForward.of("training loss", model, loss, batch).builder().build());
  }

  /**
   * The same and the backward pass. Every gradient is an output, named {@link #gradientOf} its
   * parameter, and so has a place of its own: in a training step they share theirs.
   */
  public static Graph gradients(Model model, Loss loss, int batch) {
    TrainingForward f = TrainingForward.of("gradients", model, loss, batch);
    List<Expr> parameters = f.parameters();
    List<Expr> gradients = Autodiff.gradients(f.loss(), parameters);
    for (int i = 0; i < parameters.size(); i++) {
      f.builder().output(gradientOf(parameters.get(i).value().name()), gradients.get(i));
    }
    return Passes.standard(f.builder().build());
  }

  /** The name of a parameter's gradient among the outputs of {@link #gradients}. */
  public static String gradientOf(String parameter) {
    return "d " + parameter;
  }

  /** Forward pass, backward pass and the optimizer's step. */
  public static Graph trainingStep(Model model, Loss loss, Optimizer optimizer, int batch) {
    return trainingStep(model, loss, UpdateRule.of(optimizer), batch, PassRule.all());
  }

  /** The same of a batch as the options say: of the last micro-batch, where there are several. */
  public static Graph trainingStep(
      Model model, TrainingOptions options, int batch, Set<PassRule> rules) {
    return options.accumulate() == 1
        ? trainingStep(model, options.loss(), options.update(), batch, rules)
        : accumulatedStep(model, options.loss(), options.update(), batch, rules);
  }

  /** The same, with some of the rewrites that save bytes. */
  public static Graph trainingStep(
      Model model, Loss loss, UpdateRule rule, int batch, Set<PassRule> rules) {
    TrainingForward f = TrainingForward.of("training step", model, loss, batch);
    List<Expr> trained = rule.trained(f.parameters());
    List<Expr> gradients = Autodiff.gradients(f.loss(), trained);
    return f.finished(b -> rule.emit(b, trained, gradients, rate(b)), rules);
  }

  /**
   * One of several micro-batches that make a step together, but not the last: forward pass,
   * backward pass, and the gradients are added to those of the ones before. The input {@link
   * #SHARE} says how much of the step's examples this micro-batch holds, so that the sum is the
   * gradient of the mean over all of them. Where labels have weights there is no such input: how
   * much all of them weigh is known at the end alone, so sums are added up, and divided there.
   */
  public static Graph accumulation(Model model, Loss loss, UpdateRule rule, int batch) {
    TrainingForward f = TrainingForward.of("accumulation", model, loss, batch);
    List<Expr> trained = rule.trained(f.parameters());
    Optional<Expr> weight = f.weight();
    List<Expr> gradients = Autodiff.gradients(f.part(weight), trained);
    GradientSums sums = GradientSums.of(f.builder(), trained, weight.isPresent());
    return f.finished(b -> sums.add(gradients, weight), PassRule.all());
  }

  /** The last of them: the optimizer's step by the sum of all, after which it is 0 again. */
  public static Graph accumulatedStep(
      Model model, Loss loss, UpdateRule rule, int batch, Set<PassRule> rules) {
    TrainingForward f = TrainingForward.of("accumulated step", model, loss, batch);
    List<Expr> trained = rule.trained(f.parameters());
    Optional<Expr> weight = f.weight();
    List<Expr> gradients = Autodiff.gradients(f.part(weight), trained);
    GradientSums sums = GradientSums.of(f.builder(), trained, weight.isPresent());
    return f.finished(b -> rule.emit(b, trained, sums.take(gradients, weight), rate(b)), rules);
  }

  private static Expr rate(GraphBuilder b) {
    return b.input(RATE, TensorType.of(DType.F32));
  }

  /** Forward pass with the scores and, for a classifier, the probabilities: what is saved. */
  public static Graph serving(Model model, Loss loss, int batch) {
    Graph forward = model.inference(batch);
    GraphBuilder b = GraphBuilder.extending(model.name(), forward);
    Expr y = b.expr(forward.outputs().get(Model.OUTPUT));
    b.output(Model.OUTPUT, y);
    loss.probabilities(y).ifPresent(p -> b.output(PROBABILITIES, p));
    return Passes.standard(b.build());
  }

  /**
   * Forward pass, mean loss and, for a classifier, the number of right answers.
   *
   * @param forward a graph as {@link #serving} makes it, or as a model file holds it
   */
  public static Graph evaluation(Graph forward, Loss loss, int batch) {
    return Judged.of(forward, loss, batch, "evaluation").counted().finished();
  }

  /** The same and the predictions themselves, for {@link Scoring}. */
  public static Graph scoring(Graph forward, Loss loss, int batch) {
    return Judged.of(forward, loss, batch, "scoring").counted().shown().finished();
  }

  /** The mean loss alone: without the number of right answers, which has no gradient. */
  public static Graph loss(Graph forward, Loss loss, int batch) {
    return Judged.of(forward, loss, batch, "loss").finished();
  }

  /** A forward pass and its loss, in the middle of being written. */
  private record Judged(GraphBuilder builder, Loss loss, Expr prediction, Expr target) {
    static Judged of(Graph forward, Loss loss, int batch, String title) {
      Graph sized = Rebatch.run(forward, batch);
      GraphBuilder b =
          GraphBuilder.extending(forward.name() + " " + title + ", batch " + batch, sized);
      Expr y = b.expr(sized.outputs().get(Model.OUTPUT));
      Expr target = b.input(TARGET, loss.targetType(y.type()));
      b.output(LOSS, loss.mean(y, target));
      return new Judged(b, loss, y, target);
    }

    Judged counted() {
      loss.correct(prediction, target).ifPresent(c -> builder.output(CORRECT, c));
      loss.counted(prediction, target).ifPresent(c -> builder.output(COUNTED, c));
      loss.weight(prediction, target).ifPresent(w -> builder.output(WEIGHT, w));
      return this;
    }

    Judged shown() {
      builder.output(Model.OUTPUT, prediction);
      loss.probabilities(prediction).ifPresent(p -> builder.output(PROBABILITIES, p));
      return this;
    }

    Graph finished() {
      return Passes.forRunning(builder.build());
    }
  }

  /**
   * Forward pass with the probabilities of one example and, in {@link #SENSITIVITY}, how much that
   * of the most probable class moves with each element of the input: |∂ŷ/∂x|, by the same backward
   * pass that trains.
   *
   * <p>What is differentiated is the probability of all other classes, 1 − ŷ. It differs in sign
   * alone, and stays exact where ŷ is so near to 1 that single precision can't tell.
   *
   * @param forward a classifier's graph as {@link #serving} makes it, or as a model file holds it
   * @throws IllegalArgumentException where the graph has no probabilities, or takes whole numbers
   */
  public static Graph sensitivity(Graph forward) {
    Graph sized = Rebatch.run(forward, 1);
    if (!input(sized).type().dtype().isFloating()) {
      throw new IllegalArgumentException(
          "%s takes %s: whole numbers have no gradient to be shown"
              .formatted(forward.name(), input(sized).type()));
    }
    if (!sized.outputs().containsKey(PROBABILITIES)) {
      throw new IllegalArgumentException(forward.name() + " has no output " + PROBABILITIES);
    }
    GraphBuilder b = GraphBuilder.extending(forward.name() + " sensitivity", sized);
    Expr x = b.expr(input(sized));
    Expr p = b.expr(sized.outputs().get(PROBABILITIES));
    b.output(PROBABILITIES, p);
    int classes = p.shape().dim(-1);
    Expr others =
        classes == 1
            ? p
            : Ops.mul(p, Ops.equal(Ops.oneHot(Ops.argMax(p, -1), classes, DType.F32), zero(p)));
    Expr gradient = Autodiff.gradients(Ops.sum(others), List.of(x)).getFirst();
    b.output(SENSITIVITY, Ops.abs(gradient));
    return Passes.standard(b.build());
  }

  private static Value input(Graph g) {
    return g.inputs().stream().filter(i -> i.name().equals(Model.INPUT)).findFirst().orElseThrow();
  }

  private static Expr zero(Expr like) {
    return Ops.constant(like, 0);
  }
}
