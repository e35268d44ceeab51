package dev.ballast.cli;

import dev.ballast.cli.definition.Definition;
import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.format.ModelFile;
import dev.ballast.ir.Graph;
import dev.ballast.ir.Value;
import dev.ballast.kernel.Slice;
import dev.ballast.pass.PassRule;
import dev.ballast.pass.Passes;
import dev.ballast.pass.Rebatch;
import dev.ballast.runtime.Session;
import dev.ballast.tensor.Philox;
import dev.ballast.train.Graphs;
import dev.ballast.train.RandomBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is profiled.
 *
 * @param graph as it runs
 * @param filler writes weights and inputs
 */
record ProfileSubject(Graph graph, Filler filler) {
  /** Writes weights and inputs. */
  interface Filler {
    void fill(Session s) throws IOException;
  }

  void fill(Session s) throws IOException {
    filler.fill(s);
  }

  /**
   * @param batch examples of a run; if absent, one, or the definition's in training
   */
  static ProfileSubject read(Path file, Optional<Integer> batch, boolean inference)
      throws IOException {
    if (!ModelPaths.isDefinition(file)) {
      return ofModel(file, batch);
    }
    Definition d = DefinitionReader.read(file);
    if (inference) {
      Graph forward = Graphs.serving(d.model(), d.options().loss(), batch.orElse(1));
      return new ProfileSubject(
          Passes.forServing(forward),
          s -> {
            d.model().initialize(d.options().seed(), s::parameter);
            fillInputs(s);
          });
    }
    int size = batch.orElse(d.options().batch());
    RandomBatch data = RandomBatch.of(d.model(), d.options().loss(), d.options().seed());
    return new ProfileSubject(
        Graphs.trainingStep(d.model(), d.options(), size, PassRule.all()),
        s -> {
          d.model().initialize(d.options().seed(), s::parameter);
          data.fill(s);
        });
  }

  private static ProfileSubject ofModel(Path file, Optional<Integer> batch) throws IOException {
    try (ModelFile model = ModelFile.open(file)) {
      Graph forward = batch.isPresent() ? Rebatch.run(model.graph(), batch.get()) : model.graph();
      return new ProfileSubject(
          Passes.forServing(forward),
          s -> {
            try (ModelFile again = ModelFile.open(file)) {
              for (Value.Parameter p : s.plan().graph().parameters()) {
                s.parameter(p.name()).memory().copyFrom(again.weights(p.name()));
              }
            }
            fillInputs(s);
          });
    }
  }

  /** Numbers in [0, 1) where they float; indices stay 0, which every table has. */
  private static void fillInputs(Session s) {
    long stream = 0;
    for (Value.Input i : s.plan().graph().inputs()) {
      Slice slice = s.input(i.name());
      Philox random = new Philox(0, stream++);
      for (long e = 0; slice.dtype().isFloating() && e < slice.elements(); e++) {
        slice.set(e, random.nextDouble());
      }
    }
  }
}
