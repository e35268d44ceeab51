package dev.ballast.cli;

import dev.ballast.cli.definition.DataSource;
import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.data.Dataset;
import dev.ballast.format.ModelFile;
import dev.ballast.ir.Graph;
import dev.ballast.loss.Loss;
import dev.ballast.pass.PrepareWeights;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.train.Evaluation;
import dev.ballast.train.Evaluator;
import dev.ballast.train.Graphs;
import dev.ballast.train.Scoring;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a trained model over the test data of a definition, or another part of its data. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    description =
        "Runs a trained model over the test data of a definition, and tells how good it is.",
    footer = {"", "Example:  ballast eval mnist-mlp.ballast models/mnist-mlp.toml"})
final class EvalCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FILE.ballast", description = "The trained model.")
  private Path model;

  @Parameters(index = "1", paramLabel = "FILE.toml", description = "Says where the data is.")
  private Path definition;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "The folder, or the .zip of images, that holds the data.")
  private Optional<Path> data;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "64", description = "Examples a run.")
  private int batch;

  @Option(names = "--skip-bad", description = "Leave out bad rows, images, labels; count them.")
  private boolean skipBad;

  @ArgGroup private Part part = new Part();

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "5",
      description = "Of many classes: how often the label is among the K most probable.")
  private int top;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  /** Which part of the data, where it is not the test data. */
  private static final class Part {
    @Option(
        names = "--train-data",
        description = "Take the training data instead, as they are before [augment] changes them.")
    private boolean training;

    @Option(
        names = "--validation-data",
        description = "Take the part that the best epoch was chosen on instead.")
    private boolean validation;

    String title() {
      return training ? "training" : validation ? "validation" : "test";
    }
  }

  /** What is told in tables, for people. */
  private String tables = "";

  @Override
  public Integer call() throws IOException {
    if (batch < 1) {
      throw new ParameterException(spec.commandLine(), "--batch must be at least 1, not " + batch);
    }
    if (top < 1) {
      throw new ParameterException(spec.commandLine(), "--top must be at least 1, not " + top);
    }
    Remarks remarks = new Remarks(spec.commandLine().getErr());
    try (ModelFile file = ModelFile.open(model)) {
      Report r = evaluate(file, definition(file), remarks);
      remarks.finish(r);
      PrintWriter out = spec.commandLine().getOut();
      r.print(out, format);
      out.print(tables);
      out.flush();
    }
    return 0;
  }

  private Definition definition(ModelFile file) throws IOException {
    Definition d = DefinitionReader.read(definition);
    d = d.withData(data.map(d.data()::in).orElse(d.data()));
    return (skipBad ? d.skippingBad() : d).fittedAs(model, file.metadata());
  }

  private Report evaluate(ModelFile file, Definition d, Remarks remarks) throws IOException {
    try (DataSource.Training parts = examples(d, remarks)) {
      return evaluate(file, d, part.validation ? validation(parts) : parts.train());
    }
  }

  private Report evaluate(ModelFile file, Definition d, Dataset data) throws IOException {
    Loss loss = d.options().loss();
    try (Session full = session(file, loss, Math.min(batch, data.size()));
        Session single = session(file, loss, 1)) {
      Scoring scoring = new Scoring(loss, top);
      Evaluation e = new Evaluator(full, single).evaluate(data, scoring);
      MetricsReport metrics = new MetricsReport(scoring.metrics(), d.classes());
      Report r = new Report().put("data", part.title()).put("examples", data.size());
      r.put("loss", e.loss());
      e.accuracy().ifPresent(a -> r.put("accuracy", a));
      d.rootMeanSquare(e).ifPresent(error -> r.put("rootMeanSquare", error));
      metrics.put(r, format.isJson());
      tables = format.isJson() ? "" : metrics.tables();
      return r.put("weightsChecksum", file.weightsChecksum());
    }
  }

  /** The test data, or those to train with and for validation. */
  private DataSource.Training examples(Definition d, Remarks remarks) throws IOException {
    return part.training || part.validation
        ? d.withData(d.data().withoutChanges()).training(remarks)
        : new DataSource.Training(d.test(remarks), Optional.empty());
  }

  private Dataset validation(DataSource.Training parts) throws IOException {
    return parts
        .validation()
        .orElseThrow(
            () ->
                new IOException(
                    definition
                        + ": sets no examples aside for validation (data.validation): the best"
                        + " epoch was chosen on the test data; leave out --validation-data"));
  }

  private static Session session(ModelFile file, Loss loss, int batch) {
    Graph scoring = PrepareWeights.run(Graphs.scoring(file.graph(), loss, batch));
    var plan = Planner.plan(scoring, PlanOptions.defaults());
    return Session.open(plan, file.weights(), SessionOptions.defaults());
  }
}
