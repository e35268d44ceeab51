package dev.ballast.cli;

import dev.ballast.cli.TextSampler.Choice;
import dev.ballast.cli.definition.LinesSource;
import dev.ballast.cli.definition.TextSource;
import dev.ballast.format.ModelFile;
import dev.ballast.ir.Graph;
import dev.ballast.pass.Passes;
import dev.ballast.pass.Rebatch;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.Planner;
import dev.ballast.runtime.Session;
import dev.ballast.runtime.SessionOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes text with a model that was trained on one. */
@Command(
    name = "sample",
    mixinStandardHelpOptions = true,
    description = "Writes text with a model that was trained on one.",
    footer = {
      "",
      "Examples:  ballast sample char-gpt.ballast --prompt 'ROMEO:' --temperature 0.8",
      "           ballast sample char-gpt.ballast --length 200 --temperature 0",
      "           ballast sample names-gru.ballast --length 80 --seed 3"
    })
final class SampleCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE.ballast", description = "The trained model.")
  private Path file;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "What the text begins with; a line of its own by default.")
  private Optional<String> prompt;

  @Option(
      names = "--length",
      paramLabel = "N",
      defaultValue = "500",
      description = "Characters to write, ${DEFAULT-VALUE} by default.")
  private int length;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "1",
      description = {
        "What scores are divided by, ${DEFAULT-VALUE} by default: less is more predictable.",
        "At 0 always the most probable character."
      })
  private double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Draw from the K most probable characters only.")
  private Optional<Integer> topK;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "The same seed writes the same text.")
  private long seed;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    demand(length >= 0, "--length must be at least 0, not " + length);
    demand(
        temperature >= 0 && Double.isFinite(temperature),
        "--temperature must be a finite number, at least 0, not " + temperature);
    demand(topK.orElse(1) >= 1, "--top-k must be at least 1, not " + topK.orElse(1));
    try (ModelFile model = ModelFile.open(file)) {
      String characters = model.metadata().getOrDefault(TextSource.CHARACTERS, "");
      if (characters.isEmpty()) {
        throw new IOException(
            file + ": was not trained on a text, so it knows no characters to write");
      }
      boolean lines = model.metadata().containsKey(LinesSource.LINES);
      String begin = (lines ? "\n" : "") + begin(characters);
      Graph graph = Passes.forServing(Rebatch.run(model.graph(), 1));
      try (Session s =
          Session.open(
              Planner.plan(graph, PlanOptions.defaults()),
              model.weights(),
              SessionOptions.defaults())) {
        Choice choice = new Choice(temperature, topK.orElse(characters.length()));
        print(new TextSampler(s, characters, lines).write(begin, length, choice, seed));
      }
    }
    return 0;
  }

  private void demand(boolean holds, String complaint) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), complaint);
    }
  }

  /** What the model is shown first: the prompt, or the end of a line before. */
  private String begin(String characters) throws IOException {
    String given = prompt.orElse("");
    for (int i = 0; i < given.length(); i++) {
      char c = given.charAt(i);
      if (characters.indexOf(c) < 0) {
        throw new IOException(
            "%s: does not know character %d of the prompt, '%c' (U+%04X), only these: %s"
                .formatted(file, i + 1, c, (int) c, characters.strip()));
      }
    }
    if (given.isEmpty()) {
      return characters.indexOf('\n') >= 0 ? "\n" : characters.substring(0, 1);
    }
    return given;
  }

  private void print(String text) {
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      new Report().put("prompt", prompt.orElse("")).put("text", text).print(out, format);
    } else {
      out.println(prompt.orElse("") + text);
      out.flush();
    }
  }
}
