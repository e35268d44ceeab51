package dev.ballast.cli;

import dev.ballast.format.ModelFile;
import dev.ballast.ir.Graph;
import dev.ballast.kernel.Slice;
import dev.ballast.nn.Model;
import dev.ballast.pass.Rebatch;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a trained model about images. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description = "Asks a trained classifier about images.",
    footer = {
      "",
      "Examples:  ballast predict mnist-mlp.ballast seven.png",
      "           ballast predict mnist-mlp.ballast"
          + " models/mnist/t10k-images-idx3-ubyte.gz --index 0,1,2"
    })
final class PredictCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FILE.ballast", description = "The trained model.")
  private Path file;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "IMAGE",
      description = "PNG files, scaled to the model's size, or IDX files.")
  private List<Path> images;

  @Option(
      names = "--index",
      split = ",",
      paramLabel = "N",
      defaultValue = "0",
      description = "Which images of an IDX file, from 0.")
  private List<Integer> indices;

  @Option(names = "--invert", description = "PNG files are dark on light, unlike MNIST.")
  private boolean invert;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try (ModelFile model = ModelFile.open(file)) {
      Graph g = Rebatch.run(model.graph(), 1);
      if (!g.outputs().containsKey(Graphs.PROBABILITIES)) {
        throw new IOException(
            file
                + ": is no classifier: it has outputs "
                + g.outputs().keySet()
                + ", no probabilities");
      }
      var plan = Planner.plan(g, PlanOptions.defaults());
      try (Session s = Session.open(plan, model.weights(), SessionOptions.defaults())) {
        predictAll(s, new Provenance(model.metadata()));
      }
    }
    return 0;
  }

  private void predictAll(Session s, Provenance provenance) throws IOException {
    Shape example = s.input(Model.INPUT).type().shape();
    example = example.slice(1, example.rank());
    List<Map<String, Object>> predictions = new ArrayList<>();
    for (Path path : images) {
      for (Picture picture : Picture.read(path, indices, example, invert)) {
        feed(s.input(Model.INPUT), picture, provenance);
        s.run();
        predictions.add(prediction(picture, s.output(Graphs.PROBABILITIES), provenance.classes()));
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      new Report().put("predictions", predictions).print(out, format);
    } else {
      predictions.forEach(p -> describe(p, out));
      out.flush();
    }
  }

  private static void feed(Slice input, Picture picture, Provenance provenance) {
    for (int i = 0; i < picture.pixels().length; i++) {
      double scaled = (picture.pixels()[i] & 255) / 255.0;
      input.set(i, (scaled - provenance.mean()) / provenance.deviation());
    }
  }

  private static Map<String, Object> prediction(
      Picture picture, Slice probabilities, List<String> classes) {
    double[] p = probabilities.toDoubles();
    Map<String, Double> byClass = new LinkedHashMap<>();
    List<Integer> sorted =
        IntStream.range(0, p.length).boxed().sorted(Comparator.comparing(i -> -p[i])).toList();
    sorted.forEach(i -> byClass.put(i < classes.size() ? classes.get(i) : "class " + i, p[i]));
    Map<String, Object> prediction = new LinkedHashMap<>();
    prediction.put("image", picture.name());
    prediction.put("class", byClass.keySet().iterator().next());
    prediction.put("probabilities", byClass);
    return prediction;
  }

  private static void describe(Map<String, Object> prediction, PrintWriter out) {
    out.println(prediction.get("image") + ": " + prediction.get("class"));
    ((Map<?, ?>) prediction.get("probabilities"))
        .forEach(
            (name, p) ->
                out.printf(
                    Locale.ROOT,
                    "  %-12s %7.3f %%  %s%n",
                    name,
                    100 * (Double) p,
                    "█".repeat((int) Math.round(40 * (Double) p))));
  }
}
