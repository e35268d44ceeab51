package dev.ballast.cli;

import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.cli.expression.Expression;
import dev.ballast.format.ModelFile;
import dev.ballast.ir.Expr;
import dev.ballast.ir.Graph;
import dev.ballast.ir.GraphBuilder;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.loss.Loss;
import dev.ballast.loss.MeanSquaredError;
import dev.ballast.nn.Model;
import dev.ballast.op.Ops;
import dev.ballast.pass.Retype;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.DType;
import dev.ballast.tensor.Literal;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import dev.ballast.train.RandomBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Something whose gradients can be checked. */
interface GradcheckSubject {
  /** What it is, for people. */
  String title();

  /** A forward graph in f64 with an output named {@link Graphs#LOSS}. */
  Graph graph();

  /** What is differentiated by: parameters or inputs of the graph. */
  default List<? extends Value> variables() {
    return graph().parameters();
  }

  /** Writes the point: parameters, inputs, and the counter of dropout. */
  void fill(Session forward) throws IOException;

  /**
   * What a command's argument names.
   *
   * @param batch examples, where the subject has them
   * @param seed of the batch, and of first weights where there are none; a definition has its own
   * @param at values of a written function's variables
   */
  static GradcheckSubject of(String argument, int batch, Optional<Long> seed, List<String> at)
      throws IOException {
    boolean function = !argument.endsWith(".toml") && !argument.endsWith(".ballast");
    if (!function && !at.isEmpty()) {
      throw new IOException(argument + ": takes its values from itself; --at is for functions");
    }
    if (argument.endsWith(".toml")) {
      return OfDefinition.read(Path.of(argument), batch, seed);
    }
    if (argument.endsWith(".ballast")) {
      return OfModelFile.read(Path.of(argument), batch, seed.orElse(0L));
    }
    return OfFunction.read(argument, at);
  }

  /** A written function at its point. */
  record OfFunction(String title, Graph graph, Map<String, Literal> point)
      implements GradcheckSubject {
    static OfFunction read(String argument, List<String> at) throws IOException {
      Expression function = Expression.read(argument);
      Map<String, Literal> point = function.point(at);
      GraphBuilder b = new GraphBuilder(argument.strip());
      Expr result = function.emit(b, Expression.types(point)).get(function.result());
      if (result.type().elements() != 1) {
        throw new IOException(
            argument + ": the result is " + result.type() + ": take a sum or a mean of it");
      }
      b.output(Graphs.LOSS, Ops.reshape(result, Shape.SCALAR));
      return new OfFunction(argument.strip(), b.build(), point);
    }

    @Override
    public List<? extends Value> variables() {
      return graph.inputs();
    }

    @Override
    public void fill(Session forward) {
      point.forEach((name, value) -> forward.input(name).copyFrom(value));
    }
  }

  /** The training loss of a definition at its first weights, on a batch of noise. */
  record OfDefinition(Definition definition, Graph graph, RandomBatch data)
      implements GradcheckSubject {
    static OfDefinition read(Path file, int batch, Optional<Long> seed) throws IOException {
      Definition d = DefinitionReader.read(file);
      Loss loss = d.options().loss();
      Graph graph = Retype.run(Graphs.trainingLoss(d.model(), loss, batch), DType.F64);
      return new OfDefinition(
          d, graph, RandomBatch.of(d.model(), loss, seed.orElse(d.options().seed())));
    }

    @Override
    public String title() {
      return graph.name();
    }

    @Override
    public void fill(Session forward) {
      definition.model().initialize(data.seed(), forward::parameter);
      data.fill(forward);
    }
  }

  /** A trained model under the loss it was trained with, on a batch of noise. */
  record OfModelFile(Path file, Graph graph, RandomBatch data) implements GradcheckSubject {
    static OfModelFile read(Path file, int batch, long seed) throws IOException {
      try (ModelFile model = ModelFile.open(file)) {
        Provenance provenance = new Provenance(model.metadata());
        Optional<Loss> known = provenance.loss(file);
        Graph forward = model.graph();
        if (known.isEmpty() || !forward.outputs().containsKey(Model.OUTPUT)) {
          Graph squares = Retype.run(meanSquare(file, forward), DType.F64);
          return new OfModelFile(file, squares, new RandomBatch(new MeanSquaredError(), 1, seed));
        }
        Value scores = forward.outputs().get(Model.OUTPUT);
        Loss loss = known.get().ofClasses(provenance.classes().size(), scores.type());
        Graph graph = Retype.run(Graphs.loss(forward, loss, batch), DType.F64);
        return new OfModelFile(file, graph, RandomBatch.of(scores, loss, seed));
      }
    }

    /** Where nothing is known of the purpose: Σ mean(y²) over the outputs, in the file's batch. */
    private static Graph meanSquare(Path file, Graph forward) throws IOException {
      GraphBuilder b = GraphBuilder.extending(forward.name() + " mean square", forward);
      Optional<Expr> loss =
          forward.outputs().values().stream()
              .filter(y -> y.type().dtype().isFloating())
              .distinct()
              .map(y -> Ops.mean(Ops.square(b.expr(y))))
              .reduce(Ops::add);
      if (loss.isEmpty()) {
        throw new IOException(file + ": has no floating output to differentiate");
      }
      b.output(Graphs.LOSS, loss.get());
      return b.build();
    }

    @Override
    public String title() {
      return graph.name();
    }

    @Override
    public void fill(Session forward) throws IOException {
      data.fill(forward);
      try (ModelFile model = ModelFile.open(file)) {
        for (Value.Parameter p : model.graph().parameters()) {
          Slice saved = new Slice(p.type(), model.weights(p.name()));
          Slice target = forward.parameter(p.name());
          for (long i = 0; i < saved.elements(); i++) {
            target.set(i, saved.get(i));
          }
        }
      }
    }
  }
}
