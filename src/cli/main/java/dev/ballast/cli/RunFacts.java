package dev.ballast.cli;

import dev.ballast.cli.definition.DefinitionReader;
import dev.ballast.format.Checkpoint;
import dev.ballast.format.ModelFile;
import dev.ballast.train.Checkpoints;
import dev.ballast.train.Epoch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What the file of a model, or a checkpoint, tells of its run.
 *
 * @param figures results first, then what the model is, then where it came from
 * @param settings keys of the definition with their values as texts, those set on the command line
 *     included
 * @param epochs that have ended
 */
record RunFacts(
    Path file, Map<String, String> figures, Map<String, String> settings, List<Epoch> epochs) {
  private static final String RESULT = "test.";
  private static final String PROGRESS = "PROG";

  /** What differs between any two runs and tells nothing, or is told in another form. */
  private static final List<String> ASIDE =
      List.of("created", Provenance.DEFINITION, Provenance.HISTORY);

  /**
   * @param given a model, a checkpoint, or a folder of checkpoints, of which the newest is taken
   */
  static RunFacts of(Path given) throws IOException {
    Path file = Files.isDirectory(given) ? newest(given) : given;
    try (ModelFile m = ModelFile.open(file)) {
      Map<String, String> metadata = m.metadata();
      Map<String, String> figures = new LinkedHashMap<>();
      copy(metadata, figures, key -> key.startsWith(RESULT));
      figures.put("parameters", String.format(Locale.ROOT, "%,d", m.graph().parameterCount()));
      figures.put("flops", String.format(Locale.ROOT, "%,d", m.graph().flops()));
      figures.put("weights", m.weightsChecksum());
      copy(metadata, figures, key -> !key.startsWith(RESULT) && !ASIDE.contains(key));
      boolean checkpoint = m.sections().stream().anyMatch(s -> s.kind().equals(PROGRESS));
      List<Epoch> epochs =
          checkpoint ? epochs(file) : History.of(metadata.getOrDefault(Provenance.HISTORY, ""));
      if (checkpoint) {
        figures.put("epochs", Integer.toString(epochs.size()));
      }
      String definition = metadata.getOrDefault(Provenance.DEFINITION, "");
      return new RunFacts(file, figures, DefinitionReader.settings(file, definition), epochs);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static Path newest(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.getFileName().toString().matches("epoch-.*\\.ballast"))
          .max((a, b) -> a.getFileName().compareTo(b.getFileName()))
          .orElseThrow(
              () ->
                  new IOException(
                      folder + ": holds no checkpoint; name a model or the folder of a run"));
    }
  }

  private static List<Epoch> epochs(Path checkpoint) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return Checkpoints.epochs(Checkpoint.read(checkpoint, arena));
    }
  }

  private static void copy(Map<String, String> from, Map<String, String> to, Predicate<String> of) {
    from.forEach(
        (key, text) -> {
          if (of.test(key)) {
            to.put(key, text);
          }
        });
  }

  /** Of the epochs' means the one in the middle; evaluation is not counted. */
  OptionalDouble secondsPerStep() {
    double[] means =
        epochs.stream()
            .filter(e -> e.steps() > 0)
            .mapToDouble(e -> e.seconds() / e.steps())
            .sorted()
            .toArray();
    return means.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(means[means.length / 2]);
  }
}
