package dev.ballast.cli;

import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.cli.exchange.SafetensorsFile;
import dev.ballast.cli.exchange.SafetensorsWriter;
import dev.ballast.cli.exchange.TensorNames;
import dev.ballast.cli.exchange.Weights;
import dev.ballast.format.ModelFile;
import dev.ballast.ir.Graph;
import dev.ballast.kernel.Slice;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings weights from PyTorch and back. */
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    description = "Brings weights from PyTorch and back, as safetensors.",
    footer = {
      "",
      "Names and layouts are PyTorch's, where layers are named as its modules are.",
      "",
      "Examples:  ballast convert mnist-mlp.ballast --out weights.safetensors",
      "           ballast convert weights.safetensors --definition models/mnist-mlp.toml"
          + " --out mnist-mlp.ballast"
    })
final class ConvertCommand implements Callable<Integer> {
  private static final String SAFETENSORS = ".safetensors";

  @Parameters(index = "0", paramLabel = "FILE", description = "A .ballast or .safetensors file.")
  private Path file;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where to write: .safetensors or .ballast, the other one.")
  private Path out;

  @Option(
      names = "--definition",
      paramLabel = "FILE.toml",
      description = "The network that the tensors are the weights of.")
  private Optional<Path> definition;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "The folder that holds the data, which a table's columns are fitted to.")
  private Optional<Path> data;

  @Option(
      names = "--rename",
      paramLabel = "THEIRS=OURS",
      description = "A module that PyTorch and the definition call differently, as 0=fc1.")
  private Map<String, String> renamed = new LinkedHashMap<>();

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    boolean in = file.toString().endsWith(SAFETENSORS);
    if (in == out.toString().endsWith(SAFETENSORS)) {
      throw usage("one of FILE and --out must end in " + SAFETENSORS + ", the other not");
    }
    if (in != definition.isPresent()) {
      throw usage("--definition is needed for what comes from PyTorch, and for nothing else");
    }
    ModelPaths.demandWritable(out);
    TensorNames names = new TensorNames(renamed);
    Report report =
        in ? read(names, DefinitionReader.read(definition.orElseThrow())) : write(names);
    report.put("file", out.toString()).print(spec.commandLine().getOut(), format);
    return 0;
  }

  private ParameterException usage(String complaint) {
    return new ParameterException(spec.commandLine(), complaint);
  }

  private Report write(TensorNames names) throws IOException {
    try (ModelFile model = ModelFile.open(file)) {
      Map<String, Slice> tensors = Weights.named(model.graph(), names, model::weights);
      Map<String, String> metadata = new LinkedHashMap<>(model.metadata());
      metadata.put("format", "pt");
      ModelPaths.replace(out, beside -> SafetensorsWriter.write(beside, tensors, metadata));
      return new Report()
          .put("tensors", tensors.size())
          .put("parameters", model.graph().parameterCount());
    }
  }

  private Report read(TensorNames names, Definition written) throws IOException {
    Remarks remarks = new Remarks(spec.commandLine().getErr());
    Definition d = written.withData(data.map(written.data()::in).orElse(written.data()));
    d = d.fitted(remarks);
    Graph graph = Graphs.serving(d.model(), d.options().loss(), 1);
    try (SafetensorsFile tensors = SafetensorsFile.open(file);
        Session s =
            Session.open(Planner.plan(graph, PlanOptions.defaults()), SessionOptions.defaults())) {
      Weights.read(tensors, graph, names, s::parameter);
      ModelFile.write(out, graph, s.weights(), Provenance.imported(d, file).metadata());
    }
    try (ModelFile model = ModelFile.open(out)) {
      return new Report()
          .put("tensors", graph.parameters().size())
          .put("parameters", graph.parameterCount())
          .put("weightsChecksum", model.weightsChecksum());
    }
  }
}
