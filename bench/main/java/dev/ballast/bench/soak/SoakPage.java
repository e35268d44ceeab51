package dev.ballast.bench.soak;

import dev.ballast.bench.Origin;
import dev.ballast.bench.ResultsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The section of a soak in a page of results, and its plot beside it. */
final class SoakPage {
  private static final String NAME = "soak";

  private SoakPage() {}

  static void write(Path file, SoakResult result, List<String> complaints, Origin origin)
      throws IOException {
    ResultsFile page = new ResultsFile(file);
    String plot =
        page.picture(NAME, "Resident memory, and the account, over time", SoakPlot.svg(result));
    page.write(NAME, section(result, complaints, origin, plot));
  }

  private static String section(
      SoakResult result, List<String> complaints, Origin origin, String plot) {
    StringBuilder out = new StringBuilder("## Soak\n\n");
    out.append("A service under mixed load; what it does, what is checked and what flat means: ");
    out.append("[decision 32](../src/docs/decisions/0032-soak.md).\n\n");
    out.append(origin.lines())
        .append('\n')
        .append(plot)
        .append("\n| what | found |\n| --- | ---: |\n");
    SoakResult.Counts c = result.counts();
    row(out, "answers of the pool, each the bits of one published version", "%,d", c.pooled());
    row(out, "answers of the batcher, each within 1e-4 of one", "%,d", c.batched());
    row(out, "swaps, of them to mapped files", "%,d, %,d", c.swaps(), c.mapped());
    row(out, "swaps and sessions that the limit refused", "%,d", c.refused());
    row(out, "other sessions opened and closed", "%,d", c.guests());
    row(out, "steps of learning", "%,d", c.steps());
    row(out, "resident memory, last tenth over second", "%+.2f %%", 100 * result.growth());
    row(out, "its slope after the first tenth", "%+.2f MB an hour", result.bytesAnHour() / 1e6);
    row(
        out,
        "heap bytes of callers while nothing was opened or freed",
        "%,d in %,d s",
        result.quietBytes(),
        result.quietSeconds());
    row(
        out,
        "heap bytes of callers in all seconds, an answer",
        "%.4f",
        result.callerBytes() / (double) Math.max(1, result.callerAnswers()));
    row(out, "models with memory at the same time, at most", "%d", result.mostModels());
    row(out, "bytes left on the account at the end", "%,d", result.leftBytes());
    out.append('\n');
    out.append(complaints.isEmpty() ? "All is as it should be.\n" : "Not as it should be:\n\n");
    complaints.forEach(s -> out.append("- ").append(s).append('\n'));
    return out.toString();
  }

  private static void row(StringBuilder out, String what, String format, Object... values) {
    String found = String.format(Locale.ROOT, format, values);
    out.append("| ").append(what).append(" | ").append(found).append(" |\n");
  }
}
