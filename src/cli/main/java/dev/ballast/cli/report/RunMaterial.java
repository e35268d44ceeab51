package dev.ballast.cli.report;

import dev.ballast.data.Dataset;
import dev.ballast.format.ModelFile;
import dev.ballast.nn.Model;
import dev.ballast.plan.Plan;
import dev.ballast.train.Evaluation;
import dev.ballast.train.TrainingRun;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a run leaves behind, and a report is made of.
 *
 * @param classes the names of the classes, or empty
 * @param ignored the label that does not count, where there is one
 * @param judgedOn the data that each epoch was evaluated on, in a word
 * @param result of the kept weights on the test data
 * @param plan of a full batch's step
 * @param batch examples of an evaluation's full batch
 * @param segmentBytes all that training took off the heap
 * @param file the model as it was written
 * @param dataPlace where the test data are
 * @param pictures whether the examples are images
 * @param command that repeats the run
 */
public record RunMaterial(
    Model model,
    List<String> classes,
    OptionalInt ignored,
    TrainingRun run,
    String judgedOn,
    Evaluation result,
    Plan plan,
    int batch,
    long segmentBytes,
    ModelFile file,
    Dataset test,
    String dataPlace,
    boolean pictures,
    String command) {
  public RunMaterial {
    classes = List.copyOf(classes);
  }
}
