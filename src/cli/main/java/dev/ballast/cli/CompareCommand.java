package dev.ballast.cli;

import dev.ballast.format.ModelFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts two trained models side by side: what they were made with, and what they achieve. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = "Puts two training runs side by side, by their models or checkpoints.",
    footer = {"", "Example:  ballast compare first.ballast second.ballast"})
final class CompareCommand implements Callable<Integer> {
  /** What differs between any two runs, and tells nothing. */
  private static final Set<String> ASIDE = Set.of("created", "definition");

  private static final String DEFINITION = "definition";
  private static final String ABSENT = "–";
  private static final int WIDEST = 44;

  @Parameters(index = "0", paramLabel = "FIRST.ballast", description = "A model or checkpoint.")
  private Path first;

  @Parameters(index = "1", paramLabel = "SECOND.ballast", description = "Another.")
  private Path second;

  @Mixin private Report.Format format;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Map<String, String> a = facts(first);
    Map<String, String> b = facts(second);
    Set<String> keys = new LinkedHashSet<>(a.keySet());
    keys.addAll(b.keySet());
    keys.removeAll(ASIDE);
    List<String> same = new ArrayList<>();
    Map<String, List<String>> differ = new LinkedHashMap<>();
    for (String key : keys) {
      String left = a.getOrDefault(key, ABSENT);
      String right = b.getOrDefault(key, ABSENT);
      if (left.equals(right)) {
        same.add(key);
      } else {
        differ.put(key, List.of(left, right));
      }
    }
    List<String> onlyFirst = linesOnlyIn(a, b);
    List<String> onlySecond = linesOnlyIn(b, a);
    if (format.isJson()) {
      new Report()
          .put("first", first.toString())
          .put("second", second.toString())
          .put("differ", differ)
          .put("same", same)
          .put("definitionOnlyFirst", onlyFirst)
          .put("definitionOnlySecond", onlySecond)
          .print(spec.commandLine().getOut(), format);
    } else {
      print(same, differ, onlyFirst, onlySecond);
    }
    return 0;
  }

  /** Results first, then what the model is, then where it came from. */
  private static Map<String, String> facts(Path file) throws IOException {
    try (ModelFile m = ModelFile.open(file)) {
      Map<String, String> facts = new LinkedHashMap<>();
      m.metadata().forEach((k, v) -> putIf(k.startsWith("test."), facts, k, v));
      facts.put("parameters", String.format(Locale.ROOT, "%,d", m.graph().parameterCount()));
      facts.put("flops", String.format(Locale.ROOT, "%,d", m.graph().flops()));
      facts.put("weights", m.weightsChecksum());
      m.metadata().forEach((k, v) -> putIf(!k.startsWith("test."), facts, k, v));
      return facts;
    }
  }

  private static void putIf(boolean wanted, Map<String, String> facts, String key, String text) {
    if (wanted) {
      facts.put(key, text);
    }
  }

  private static List<String> linesOnlyIn(Map<String, String> one, Map<String, String> other) {
    List<String> lines = new ArrayList<>(lines(one));
    lines(other).forEach(lines::remove);
    return lines;
  }

  private static List<String> lines(Map<String, String> facts) {
    return facts.getOrDefault(DEFINITION, "").lines().map(String::strip).toList();
  }

  private void print(
      List<String> same,
      Map<String, List<String>> differ,
      List<String> onlyFirst,
      List<String> onlySecond) {
    PrintWriter out = spec.commandLine().getOut();
    row(out, "", first.toString(), second.toString());
    differ.forEach((key, both) -> row(out, key, both.getFirst(), both.getLast()));
    out.println("the same: " + (same.isEmpty() ? "nothing" : String.join(", ", same)));
    onlyFirst.forEach(l -> out.println("- " + l));
    onlySecond.forEach(l -> out.println("+ " + l));
    out.flush();
  }

  private static void row(PrintWriter out, String key, String left, String right) {
    out.printf(
        Locale.ROOT, "%-18s  %-" + WIDEST + "s  %s%n", key, shortened(left), shortened(right));
  }

  private static String shortened(String text) {
    String line = text.replace('\n', ' ');
    return line.length() <= WIDEST ? line : line.substring(0, WIDEST - 1) + "…";
  }
}
