package dev.ballast.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.ir.Node;
import dev.ballast.ir.Value;
import dev.ballast.plan.Place;
import dev.ballast.plan.Plan;
import dev.ballast.runtime.StepTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The last run of each step in the Trace Event Format, which Chrome's {@code about:tracing} and
 * Perfetto show.
 */
final class StepTrace {
  private StepTrace() {}

  static byte[] json(Plan plan, List<StepTime> times) throws IOException {
    List<Map<String, Object>> events = new ArrayList<>();
    events.add(named("process_name", plan.graph().name()));
    long start = times.stream().mapToLong(StepTime::lastStart).min().orElse(0);
    for (StepTime t : times) {
      events.add(event(plan, t, start));
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("displayTimeUnit", "ns");
    all.put("traceEvents", events);
    return new ObjectMapper().writeValueAsBytes(all);
  }

  private static Map<String, Object> named(String what, String name) {
    Map<String, Object> e = new LinkedHashMap<>();
    e.put("ph", "M");
    e.put("pid", 1);
    e.put("tid", 1);
    e.put("name", what);
    e.put("args", Map.of("name", name));
    return e;
  }

  private static Map<String, Object> event(Plan plan, StepTime t, long start) {
    Node n = t.step().node();
    Map<String, Object> e = new LinkedHashMap<>();
    e.put("ph", "X");
    e.put("pid", 1);
    e.put("tid", 1);
    e.put("name", n.name().isEmpty() ? n.op().name() : n.op().name() + " " + n.name());
    e.put("cat", n.phase().toString().toLowerCase(Locale.ROOT));
    e.put("ts", (t.lastStart() - start) / 1e3);
    e.put("dur", t.lastNanos() / 1e3);
    Map<String, Object> args = new LinkedHashMap<>();
    args.put("step", t.step().index());
    args.put("op", n.opLabel());
    args.put("flops", n.flops());
    args.put("bytes", n.op().bytesMoved(n.inputTypes()));
    args.put("reads", n.inputs().stream().map(v -> place(plan, v)).toList());
    args.put("writes", n.results().stream().map(v -> place(plan, v)).toList());
    e.put("args", args);
    return e;
  }

  private static String place(Plan plan, Value v) {
    Place p = plan.place(v);
    return "%s %s at %s+%d".formatted(v.label(), v.type(), p.buffer().region(), p.offset());
  }
}
