package dev.ballast.cli;

import dev.ballast.cli.picture.HeatMap;
import dev.ballast.cli.table.TableFit;
import dev.ballast.data.Pixels;
import dev.ballast.format.ModelFile;
import dev.ballast.image.PictureSize;
import dev.ballast.ir.Graph;
import dev.ballast.nn.Model;
import dev.ballast.pass.Passes;
import dev.ballast.pass.Rebatch;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.Shape;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a trained model about images, rows of a table, or rows of arrays. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description = "Asks a trained model about images, rows of a table, or rows of arrays.",
    footer = {
      "",
      "Examples:  ballast predict mnist-mlp.ballast seven.png",
      "           ballast predict mnist-mlp.ballast"
          + " models/mnist/t10k-images-idx3-ubyte.gz --index 0,1,2",
      "           ballast predict cat-dog-better.ballast photo.jpg --explain why.png",
      "           ballast predict wine-mlp.ballast models/wine/wine.csv",
      "           ballast predict mnist-mlp.ballast digits.npy"
    })
final class PredictCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FILE.ballast", description = "The trained model.")
  private Path file;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "FILE",
      description = {
        "PNG, JPEG or GIF files, squeezed to the model's size, or IDX files;",
        "CSV files for a model that was trained on a table;",
        "NumPy's .npy and .npz files, an example along the first axis."
      })
  private List<Path> files;

  @Option(
      names = "--index",
      split = ",",
      paramLabel = "N",
      defaultValue = "0",
      description = "Which images of an IDX file, from 0.")
  private List<Integer> indices;

  @Option(
      names = "--invert",
      description = "Strokes are dark on light, unlike MNIST; not for IDX files.")
  private boolean invert;

  @Option(
      names = "--explain",
      paramLabel = "FILE.png",
      description = {
        "Draw how much the probability of the class moves with each pixel, |∂ŷ/∂x|.",
        "Of several images, FILE-1.png, FILE-2.png …"
      })
  private Optional<Path> explain;

  @Option(
      names = "--array",
      paramLabel = "NAME",
      description = "Which array of an .npz file, where it holds several.")
  private Optional<String> array;

  @Option(names = "--skip-bad", description = "Leave out bad rows; count them.")
  private boolean skipBad;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (explain.isPresent()) {
      demandPng(explain.get());
    }
    for (Path f : files) {
      if (Files.isDirectory(f)) {
        throw new IOException(f + ": is a folder; name files in it");
      }
    }
    try (ModelFile model = ModelFile.open(file)) {
      Provenance provenance = new Provenance(model.metadata());
      Optional<TableFit> columns = provenance.columns(file);
      if (columns.isPresent()) {
        predictRows(model, columns.get(), provenance);
        return 0;
      }
      demandKind(provenance);
      if (files.stream().anyMatch(ArrayPredictions::reads)) {
        predictArrays(model, provenance);
        return 0;
      }
      Graph g = Rebatch.run(model.graph(), 1);
      if (!g.outputs().containsKey(Graphs.PROBABILITIES)) {
        throw new IOException(
            file
                + ": is no classifier: it has outputs "
                + g.outputs().keySet()
                + ", no probabilities");
      }
      var plan =
          Planner.plan(
              explain.isPresent() ? Graphs.sensitivity(g) : Passes.forServing(g),
              PlanOptions.defaults());
      try (Session s = Session.open(plan, model.weights(), SessionOptions.defaults())) {
        predictAll(s, provenance);
      }
    }
    return 0;
  }

  /** Arrays and images are not taken together: each is told in a form of its own. */
  private void demandKind(Provenance provenance) throws IOException {
    if (provenance.seesText()) {
      throw new IOException(
          file
              + ": was trained on a text, and predict reads images, tables and arrays; ballast"
              + " sample writes text");
    }
    boolean some = files.stream().anyMatch(ArrayPredictions::reads);
    for (Path f : files) {
      if (!ArrayPredictions.reads(f) && (some || provenance.seesArrays())) {
        throw new IOException(
            f
                + ": is no .npy or .npz file, "
                + (some ? "as others are" : "which " + file + " takes"));
      }
    }
  }

  private void predictArrays(ModelFile model, Provenance provenance) throws IOException {
    if (explain.isPresent()) {
      throw new ParameterException(
          spec.commandLine(),
          "--explain draws on images, and " + files.getFirst() + " holds arrays");
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    new ArrayPredictions(model, provenance, array).print(out, err, files, skipBad, format.isJson());
  }

  private void predictRows(ModelFile model, TableFit columns, Provenance provenance)
      throws IOException {
    if (explain.isPresent()) {
      throw new ParameterException(
          spec.commandLine(), "--explain draws on images, and " + file + " was trained on a table");
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    new TablePredictions(model, columns, provenance.classes())
        .print(out, err, files, skipBad, format);
  }

  private void demandPng(Path target) throws IOException {
    if (!target.toString().endsWith(".png")) {
      throw new ParameterException(
          spec.commandLine(),
          "--explain writes a PNG: name a file that ends in .png, not " + target);
    }
    ModelPaths.demandWritable(target);
  }

  private void predictAll(Session s, Provenance provenance) throws IOException {
    Shape example = s.input(Model.INPUT).type().shape();
    example = example.slice(1, example.rank());
    List<Picture> pictures = new ArrayList<>();
    for (Path path : files) {
      pictures.addAll(Picture.read(path, indices, example, invert));
    }
    Pixels scale = new Pixels(provenance.mean(), provenance.deviation());
    List<Prediction> predictions = new ArrayList<>();
    SequencedMap<Path, byte[]> drawings = new LinkedHashMap<>();
    for (Picture picture : pictures) {
      MemorySegment bytes = MemorySegment.ofArray(picture.pixels());
      scale.copy(bytes, 0, picture.pixels().length, s.input(Model.INPUT), 0);
      s.run();
      Prediction p =
          Prediction.of(
              picture.name(), s.output(Graphs.PROBABILITIES).toDoubles(), provenance.classes());
      if (explain.isPresent()) {
        double[] sensitivity = s.output(Graphs.SENSITIVITY).toDoubles();
        Path target = target(predictions.size() + 1, pictures.size());
        drawings.put(target, HeatMap.png(PictureSize.of(example), picture.pixels(), sensitivity));
        p = p.explained(target, sensitivity);
      }
      predictions.add(p);
    }
    for (var drawing : drawings.entrySet()) {
      ModelPaths.replace(drawing.getKey(), drawing.getValue());
    }
    print(predictions);
  }

  /** FILE.png, or FILE-3.png where there are more. */
  private Path target(int number, int of) {
    Path whole = explain.orElseThrow();
    String name = whole.getFileName().toString();
    String stem = name.substring(0, name.length() - ".png".length());
    return of == 1 ? whole : whole.resolveSibling(stem + "-" + number + ".png");
  }

  private void print(List<Prediction> predictions) {
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      List<Map<String, Object>> all = predictions.stream().map(p -> p.json("image")).toList();
      new Report().put("predictions", all).print(out, format);
    } else {
      predictions.forEach(p -> out.print(p.text()));
      out.flush();
    }
  }
}
