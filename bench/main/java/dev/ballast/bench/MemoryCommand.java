package dev.ballast.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ballast.cli.Report;
import dev.ballast.cli.definition.DefinitionReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares the memory of the same networks here, in PyTorch and in ONNX Runtime. */
@Command(
    name = "memory",
    mixinStandardHelpOptions = true,
    description = "Compares what the same networks take here, in PyTorch and in ONNX Runtime.",
    footer = {
      "",
      "Example:  ./ballast bench memory models/mnist-mlp.toml --python venv/bin/python",
      "The peers: pip install torch onnx onnxruntime"
    })
final class MemoryCommand implements Callable<Integer> {
  private static final List<String> MODELS =
      List.of("mnist-mlp.toml", "cat-dog.toml", "cat-dog-better.toml");
  private static final List<Integer> SERVED = List.of(1, 64);

  @Parameters(
      arity = "0..*",
      paramLabel = "FILE",
      description = "Definitions (.toml); if none, those of the project and two deep networks.")
  private List<Path> files = List.of();

  @Option(
      names = "--python",
      paramLabel = "FILE",
      defaultValue = "python3",
      description = "An interpreter with torch, onnx and onnxruntime; what it lacks is left out.")
  private String python;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    List<MemoryRow> rows = new ArrayList<>();
    for (MemorySubject s : subjects()) {
      rows.add(MemoryRow.of(s, true, s.batch()));
      SERVED.forEach(batch -> rows.add(MemoryRow.of(s, false, batch)));
    }
    PrintWriter err = spec.commandLine().getErr();
    Path script = ProjectFiles.find(Path.of("bench", "peers", "memory.py"));
    Optional<MemoryPeers> peers = MemoryPeers.measure(python, script, rows, err);
    tellMissing(err, "PyTorch", "torch", peers.map(MemoryPeers::torch).orElse(""));
    tellMissing(
        err, "ONNX Runtime", "onnx onnxruntime", peers.map(MemoryPeers::onnxruntime).orElse(""));
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      List<Report> reports = new ArrayList<>();
      for (int i = 0; i < rows.size(); i++) {
        Report r = rows.get(i).report(answers(peers, i));
        peers.ifPresent(p -> r.put("torch", p.torch()).put("onnxruntime", p.onnxruntime()));
        reports.add(r);
      }
      Report.printAll(out, reports);
    } else {
      describe(rows, peers, out);
    }
    return 0;
  }

  private List<MemorySubject> subjects() throws IOException {
    List<MemorySubject> subjects = new ArrayList<>();
    List<Path> definitions = new ArrayList<>(files);
    if (files.isEmpty()) {
      for (String name : MODELS) {
        definitions.add(ProjectFiles.find(Path.of("models", name)));
      }
    }
    for (Path file : definitions) {
      subjects.add(MemorySubject.of(DefinitionReader.read(file)));
    }
    if (files.isEmpty()) {
      subjects.add(MemorySubject.deepPerceptron(64, 128, 256));
      subjects.add(MemorySubject.residual(32, 128, 256));
    }
    return subjects;
  }

  private void tellMissing(PrintWriter err, String peer, String packages, String version) {
    if (version.isEmpty()) {
      err.printf(
          "%s is left out: %s has none; %s -m pip install %s, or name another with --python%n",
          peer, python, python, packages);
      err.flush();
    }
  }

  private static Optional<JsonNode> answers(Optional<MemoryPeers> peers, int row) {
    return peers.map(p -> p.rows().get(row));
  }

  private static void describe(List<MemoryRow> rows, Optional<MemoryPeers> peers, PrintWriter out) {
    out.println("bytes at the peak of a run that is not the first, everything counted");
    out.printf(
        "%-15s %5s %6s %12s %12s %12s %12s %6s %12s %6s %12s%n",
        "model",
        "",
        "batch",
        "kept",
        "Ballast",
        "no reuse",
        "PyTorch",
        "times",
        "ONNX Runtime",
        "times",
        "it holds");
    for (int i = 0; i < rows.size(); i++) {
      MemoryRow r = rows.get(i);
      OptionalLong torch = MemoryRow.bytes(answers(peers, i), "torch", "peakBytes");
      OptionalLong onnx = MemoryRow.bytes(answers(peers, i), "onnxruntime", "peakBytes");
      OptionalLong held = MemoryRow.bytes(answers(peers, i), "onnxruntime", "heldBytes");
      out.printf(
          Locale.ROOT,
          "%-15s %5s %6d %,12d %,12d %,12d %12s %6s %12s %6s %12s%n",
          r.name(),
          r.training() ? "train" : "infer",
          r.batch(),
          r.keptBytes(),
          r.plan().arenaBytes(),
          r.plan().noReuseBytes(),
          text(torch),
          times(answers(peers, i), "torch", r),
          text(onnx),
          times(answers(peers, i), "onnxruntime", r),
          text(held));
    }
    out.println();
    out.println("kept: weights and the optimizer's state, part of every column to the right.");
    out.println(
        "times: without what is kept, in units of Ballast's; – where there is no such run.");
    out.println("it holds: what ONNX Runtime's arena has taken from the system, not only used.");
    out.println("Scratch of matrix libraries lies outside of all of them and is not counted.");
    peers.ifPresent(p -> out.printf("PyTorch %s, ONNX Runtime %s%n", p.torch(), p.onnxruntime()));
    out.flush();
  }

  private static String text(OptionalLong bytes) {
    return bytes.isPresent() ? String.format(Locale.ROOT, "%,d", bytes.getAsLong()) : "–";
  }

  private static String times(Optional<JsonNode> peers, String peer, MemoryRow r) {
    OptionalLong all = MemoryRow.bytes(peers, peer, "peakBytes");
    OptionalLong kept = MemoryRow.bytes(peers, peer, "keptBytes");
    double own = r.plan().arenaBytes() - r.keptBytes();
    return all.isPresent() && kept.isPresent()
        ? String.format(Locale.ROOT, "%.2f", (all.getAsLong() - kept.getAsLong()) / own)
        : "–";
  }
}
