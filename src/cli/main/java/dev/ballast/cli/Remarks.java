package dev.ballast.cli;

import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/** Tells what was passed over, each thing once, the first few in full; and counts. */
final class Remarks implements Consumer<String> {
  private static final int SHOWN = 10;
  private final PrintWriter err;
  private final Set<String> heard = new LinkedHashSet<>();

  Remarks(PrintWriter err) {
    this.err = err;
  }

  @Override
  public void accept(String remark) {
    if (heard.add(remark) && heard.size() <= SHOWN) {
      err.println(remark);
    }
  }

  int count() {
    return heard.size();
  }

  /** Says how many there were, if not all were shown, and puts the number into a report. */
  void finish(Report report) {
    if (heard.size() > SHOWN) {
      err.printf(Locale.ROOT, "skipped %,d in all%n", heard.size());
    }
    err.flush();
    if (!heard.isEmpty()) {
      report.put("skipped", heard.size());
    }
  }
}
