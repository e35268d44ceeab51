package dev.ballast.cli;

import dev.ballast.format.ModelFile;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Value;
import dev.ballast.plan.Plan;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a model file holds. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = "Shows what a model file holds: layers, sizes, provenance, checksums.",
    footer = {"", "Example:  ballast inspect mnist-mlp.ballast"})
final class InspectCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FILE.ballast", description = "The trained model.")
  private Path file;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try (ModelFile model = ModelFile.open(file)) {
      PrintWriter out = spec.commandLine().getOut();
      if (format.isJson()) {
        report(model).print(out, format);
      } else {
        describe(model, out);
      }
    }
    return 0;
  }

  private Report report(ModelFile model) throws IOException {
    Graph g = model.graph();
    Plan plan = Planner.plan(g, PlanOptions.defaults());
    return new Report()
        .put("name", g.name())
        .put("parameters", g.parameterCount())
        .put("flops", g.flops())
        .put("fileBytes", Files.size(file))
        .put("weightsBytes", model.weights().byteSize())
        .put("inferenceArenaBytes", plan.arenaBytes())
        .put("weightsChecksum", model.weightsChecksum())
        .put("inputs", types(g.inputs()))
        .put("outputs", outputs(g))
        .put("layers", types(g.parameters()))
        .put("ops", g.nodes().stream().map(n -> n.op().name()).toList())
        .put("metadata", model.metadata());
  }

  private static Map<String, String> types(List<? extends Value> values) {
    Map<String, String> types = new LinkedHashMap<>();
    values.forEach(v -> types.put(v.name(), v.type().toString()));
    return types;
  }

  private static Map<String, String> outputs(Graph g) {
    Map<String, String> types = new LinkedHashMap<>();
    g.outputs().forEach((name, v) -> types.put(name, v.type().toString()));
    return types;
  }

  private void describe(ModelFile model, PrintWriter out) throws IOException {
    Graph g = model.graph();
    out.println(g);
    out.println();
    out.printf(Locale.ROOT, "%,12d parameters%n", g.parameterCount());
    out.printf(Locale.ROOT, "%,12d floating-point operations a run%n", g.flops());
    out.printf(Locale.ROOT, "%,12d bytes of weights%n", model.weights().byteSize());
    long arena = Planner.plan(g, PlanOptions.defaults()).arenaBytes();
    out.printf(Locale.ROOT, "%,12d bytes of arena for this batch, weights included%n", arena);
    out.printf(Locale.ROOT, "%,12d bytes of file%n%n", Files.size(file));
    out.println("sections");
    model
        .sections()
        .forEach(
            s ->
                out.printf(
                    Locale.ROOT,
                    "  %-10s %,12d bytes at %,12d  crc32c %08x%n",
                    s.kind(),
                    s.bytes(),
                    s.offset(),
                    s.crc32c()));
    out.println("weights sha256 " + model.weightsChecksum());
    out.println();
    out.println("provenance");
    model
        .metadata()
        .forEach((k, v) -> out.println("  " + k + ": " + v.strip().replace("\n", "\n    ")));
    out.flush();
  }
}
