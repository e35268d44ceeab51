package dev.ballast.cli;

import dev.ballast.cli.definition.Definition;
import dev.ballast.format.ModelFile;
import dev.ballast.plan.Plan;
import dev.ballast.train.Epoch;
import dev.ballast.train.Evaluation;
import dev.ballast.train.Trainer;
import dev.ballast.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What {@code train} tells at its end. */
final class TrainingReport {
  private TrainingReport() {}

  /**
   * @param best what the kept weights do on the test data
   * @param target the model's file
   * @param resumedFrom the checkpoint that the run went on from
   */
  static Report of(
      Definition d,
      Trainer trainer,
      TrainingRun run,
      Evaluation best,
      Path target,
      Optional<Path> resumedFrom)
      throws IOException {
    Plan plan = trainer.plan();
    Report r = new Report();
    put(r, "test", best, d);
    List<Epoch> epochs = run.epochs();
    if (!epochs.isEmpty()) {
      r.put("trainLoss", epochs.getLast().trainLoss());
    }
    r.put("epochs", epochs.size());
    run.bestEpoch().ifPresent(k -> r.put("bestEpoch", k));
    r.put("end", run.end().reason());
    resumedFrom.ifPresent(f -> r.put("resumedFrom", f.toString()));
    r.put("secondsPerEpoch", medianSeconds(epochs));
    r.put("trainingSeconds", epochs.stream().mapToDouble(Epoch::seconds).sum());
    r.put("steps", epochs.stream().mapToInt(Epoch::steps).sum());
    r.put("arenaBytes", plan.arenaBytes());
    r.put("lowerBoundBytes", plan.lowerBoundBytes());
    r.put("alignmentBytes", plan.alignmentBytes());
    r.put("noReuseBytes", plan.noReuseBytes());
    r.put("segmentBytes", trainer.session().segmentBytes());
    if (plan.options().memoryBudget().isPresent()) {
      r.put("recomputedNodes", plan.recomputation().nodes());
      r.put("extraFlops", plan.recomputation().extraFlops());
    }
    r.put("certificate", plan.certificate().toString());
    if (!epochs.isEmpty()) {
      r.put("heapBytesPerStep", tidy(epochs.getLast().heapBytesPerStep()));
    }
    r.put("parameters", plan.graph().parameterCount());
    r.put("seed", d.options().seed());
    try (ModelFile written = ModelFile.open(target)) {
      r.put("weightsChecksum", written.weightsChecksum());
    }
    r.put("model", target.toString());
    return r;
  }

  /** The figures of a part of the data. */
  static void put(Report r, String part, Evaluation e, Definition d) {
    e.accuracy().ifPresent(a -> r.put(part + "Accuracy", a));
    r.put(part + "Loss", e.loss());
    d.rootMeanSquare(e).ifPresent(error -> r.put(part + "RootMeanSquare", error));
  }

  private static double medianSeconds(List<Epoch> run) {
    List<Double> sorted =
        run.stream().map(Epoch::seconds).sorted(Comparator.naturalOrder()).toList();
    return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
  }

  /** Whole numbers as such. */
  private static Number tidy(double d) {
    if (d == Math.rint(d)) {
      return (long) d;
    }
    return d;
  }
}
