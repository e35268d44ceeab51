package dev.ballast.bench.peers;

import dev.ballast.bench.peers.PeerWorkload.Mode;
import dev.ballast.cli.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** All comparisons of one run of the harness. */
record Results(List<Comparison> all) {
  Results {
    all = List.copyOf(all);
  }

  /** An object for each side that was measured on a workload. */
  List<Report> reports() {
    List<Report> reports = new ArrayList<>();
    for (Comparison c : all) {
      for (PeerRow row : c.rows()) {
        Report r = c.report(row);
        overForward(c, row).ifPresent(ratio -> r.put("overForward", ratio));
        reports.add(r);
      }
    }
    return reports;
  }

  /**
   * What a gradient costs a side, in units of its own forward pass as training runs it; nothing
   * where the workload is no gradient, or that forward pass was not measured.
   */
  OptionalDouble overForward(Comparison gradient, PeerRow row) {
    PeerWorkload w = gradient.workload();
    if (w.mode() != Mode.GRADIENT) {
      return OptionalDouble.empty();
    }
    Optional<PeerRow> forward =
        all.stream()
            .filter(c -> c.threads() == gradient.threads())
            .filter(c -> c.workload().mode() == Mode.FORWARD)
            .filter(c -> c.workload().net().equals(w.net()) && c.workload().batch() == w.batch())
            .flatMap(c -> c.row(row.side()).stream())
            .findFirst();
    return forward
        .map(f -> OptionalDouble.of(row.medianMicros() / f.medianMicros()))
        .orElse(OptionalDouble.empty());
  }

  /** The version of each side that was measured. */
  Map<String, String> versions() {
    Map<String, String> versions = new LinkedHashMap<>();
    for (Comparison c : all) {
      c.rows().forEach(r -> versions.put(r.side(), r.version()));
    }
    return versions;
  }
}
