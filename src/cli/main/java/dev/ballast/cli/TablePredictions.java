package dev.ballast.cli;

import dev.ballast.cli.table.BadRows;
import dev.ballast.cli.table.TableFit;
import dev.ballast.cli.table.TableReader;
import dev.ballast.cli.table.Target;
import dev.ballast.format.ModelFile;
import dev.ballast.ir.Graph;
import dev.ballast.nn.Model;
import dev.ballast.pass.Rebatch;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import dev.ballast.tensor.ShapeException;
import dev.ballast.train.Graphs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Asks a model about each row of tables: for a class with its probability, or a number in the
 * target's unit.
 */
record TablePredictions(ModelFile model, TableFit columns, List<String> classes) {

  void print(
      PrintWriter out, PrintWriter err, List<Path> files, boolean skipBad, Report.Format format)
      throws IOException {
    Remarks remarks = new Remarks(err);
    BadRows bad = skipBad ? new BadRows.Skipped(remarks) : new BadRows.Refused();
    List<Map<String, Object>> all = new ArrayList<>();
    Graph g = Rebatch.run(model.graph(), 1);
    var plan = Planner.plan(g, PlanOptions.defaults());
    try (Session s = Session.open(plan, model.weights(), SessionOptions.defaults())) {
      demandWidth(s);
      for (Path file : files) {
        TableReader.examples(
            file,
            columns,
            bad,
            (row, x) -> {
              s.input(Model.INPUT).copyFrom(x);
              s.run();
              if (format.isJson()) {
                all.add(json(row, s));
              } else {
                out.println(text(row, s));
              }
            });
      }
    }
    Report report = new Report();
    remarks.finish(report);
    if (format.isJson()) {
      report.put("predictions", all).print(out, format);
    }
    out.flush();
  }

  private void demandWidth(Session s) {
    long takes = s.input(Model.INPUT).elements();
    if (takes != columns.width()) {
      throw new ShapeException(
          "%s: takes %d numbers, and its columns make %d"
              .formatted(model.path(), takes, columns.width()));
    }
  }

  private Prediction prediction(String row, Session s) {
    return Prediction.of(row, s.output(Graphs.PROBABILITIES).toDoubles(), classes);
  }

  private Map<String, Object> json(String row, Session s) {
    if (!(columns.target() instanceof Target.Quantity q)) {
      return prediction(row, s).json("row");
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("row", row);
    json.put(q.name(), q.inItsUnit(s.output(Model.OUTPUT).get(0)));
    return json;
  }

  private String text(String row, Session s) {
    return columns.target() instanceof Target.Quantity q
        ? String.format(
            Locale.ROOT, "%s: %s  %.6g", row, q.name(), q.inItsUnit(s.output(Model.OUTPUT).get(0)))
        : prediction(row, s).shortText();
  }
}
