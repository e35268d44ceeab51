package dev.ballast.cli;

import dev.ballast.data.NpyFile;
import dev.ballast.format.ModelFile;
import dev.ballast.ir.Graph;
import dev.ballast.kernel.Slice;
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
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Asks a model about the rows of NumPy's arrays: for a class with its probability, or for numbers.
 * Numbers are scaled as those were that it was trained on; of a model that was trained on images,
 * whole numbers are pixels from 0 to 255, and others pixels from 0 to 1.
 *
 * @param array the name of an array in an archive; needed where it holds several
 */
record ArrayPredictions(ModelFile model, Provenance provenance, Optional<String> array) {
  private static final double WHITE = 255;

  static boolean reads(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".npy") || isArchive(file);
  }

  private static boolean isArchive(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".npz");
  }

  void print(PrintWriter out, PrintWriter err, List<Path> files, boolean skipBad, boolean json)
      throws IOException {
    Remarks remarks = new Remarks(err);
    List<Map<String, Object>> all = new ArrayList<>();
    Graph g = Passes.forServing(Rebatch.run(model.graph(), 1));
    var plan = Planner.plan(g, PlanOptions.defaults());
    try (Session s = Session.open(plan, model.weights(), SessionOptions.defaults())) {
      for (Path file : files) {
        try (Arena arena = Arena.ofConfined()) {
          Rows rows = Rows.of(open(file, arena), s.input(Model.INPUT).type().shape());
          for (int i = 0; i < rows.count; i++) {
            String row = rows.x.name() + "#" + i;
            if (!fill(rows, i, s.input(Model.INPUT))) {
              refuse(row, skipBad, remarks);
            } else {
              s.run();
              if (json) {
                all.add(json(row, s));
              } else {
                out.println(text(row, s));
              }
            }
          }
        }
      }
    }
    Report report = new Report();
    remarks.finish(report);
    if (json) {
      report.put("predictions", all).printJson(out);
    }
    out.flush();
  }

  /** Examples along the first axis, or the whole array as the only one. */
  private record Rows(NpyFile x, int count, int width) {
    /**
     * @param batch [1, …], as the model takes it
     */
    static Rows of(NpyFile x, Shape batch) throws IOException {
      int width = Math.toIntExact(batch.elements());
      if (x.row().elements() == width) {
        return new Rows(x, x.rows(), width);
      }
      if (x.shape().equals(batch.slice(1, batch.rank()))) {
        return new Rows(x, 1, width);
      }
      throw new IOException(
          "%s: is an array %s, the model takes examples %s along its first axis"
              .formatted(x.name(), x.shape(), batch.slice(1, batch.rank())));
    }
  }

  private NpyFile open(Path file, Arena arena) throws IOException {
    if (!isArchive(file)) {
      return NpyFile.map(file, arena);
    }
    if (array.isPresent()) {
      return NpyFile.read(file, array.get(), arena);
    }
    List<String> names = NpyFile.names(file);
    if (names.size() != 1) {
      throw new IOException(file + ": holds the arrays " + names + "; name one by --array");
    }
    return NpyFile.read(file, names.getFirst(), arena);
  }

  /** False where a number is not finite. */
  private boolean fill(Rows rows, int row, Slice input) {
    boolean pixels = provenance.seesPixels();
    double white = pixels && rows.x.format().isInteger() ? WHITE : 1;
    double mean = pixels ? provenance.mean() : provenance.arrayMean();
    double deviation = pixels ? provenance.deviation() : provenance.arrayDeviation();
    boolean finite = true;
    for (int i = 0; i < rows.width; i++) {
      float v = (float) ((rows.x.get((long) row * rows.width + i) / white - mean) / deviation);
      input.set(i, v);
      finite &= Float.isFinite(v);
    }
    return finite;
  }

  private static void refuse(String row, boolean skip, Remarks remarks) throws IOException {
    String complaint = row + ": holds a number that is not finite";
    if (!skip) {
      throw new IOException(complaint + "; leave such rows out by --skip-bad");
    }
    remarks.accept("skipped " + complaint);
  }

  private static boolean classifies(Session s) {
    return s.plan().graph().outputs().containsKey(Graphs.PROBABILITIES);
  }

  private Prediction prediction(String row, Session s) {
    double[] p = s.output(Graphs.PROBABILITIES).toDoubles();
    return Prediction.of(row, p, provenance.classes());
  }

  private Map<String, Object> json(String row, Session s) {
    if (classifies(s)) {
      return prediction(row, s).json("row");
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("row", row);
    json.put("result", s.output(Model.OUTPUT).toDoubles());
    return json;
  }

  private String text(String row, Session s) {
    if (classifies(s)) {
      return prediction(row, s).shortText();
    }
    return Arrays.stream(s.output(Model.OUTPUT).toDoubles())
        .mapToObj(y -> String.format(Locale.ROOT, "%.6g", y))
        .collect(Collectors.joining(" ", row + ": ", ""));
  }
}
