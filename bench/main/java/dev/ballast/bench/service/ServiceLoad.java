package dev.ballast.bench.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ballast.bench.load.Clock;
import dev.ballast.bench.load.Load;
import dev.ballast.bench.load.LoadResult;
import dev.ballast.bench.load.OpenLoop;
import dev.ballast.cli.Report;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/**
 * Asks a service for scores at a rate, from so many connections, while it is taught.
 *
 * @param rows examples in each request
 * @param learn examples a second that it is taught
 * @param warmUpSeconds of the same load before, which do not count
 */
record ServiceLoad(
    double rate, double seconds, double warmUpSeconds, int connections, int rows, int learn) {
  private static final double[] SHARES = {0.5, 0.9, 0.99, 0.999, 0.9999, 1};
  private static final String[] NAMES = {"p50", "p90", "p99", "p99.9", "p99.99", "max"};

  /** What {@code /model} and {@code /metrics} tell. */
  private record State(long version, int fields, double runs, double runSeconds) {
    static State of(URI base) throws IOException {
      try (Caller c = new Caller()) {
        HttpResponse<byte[]> model = c.get(base, "/model");
        if (model.statusCode() != Caller.OK) {
          throw new IOException(base + "/model: status " + model.statusCode());
        }
        JsonNode root = new ObjectMapper().readTree(model.body());
        String metrics = new String(c.get(base, "/metrics").body(), StandardCharsets.UTF_8);
        return new State(
            root.path("version").asLong(),
            root.path("fields").size(),
            sum(metrics, "ballast_pool_run_seconds_count"),
            sum(metrics, "ballast_pool_run_seconds_sum"));
      }
    }

    private static double sum(String metrics, String name) {
      return metrics
          .lines()
          .filter(l -> l.startsWith(name + "{"))
          .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
          .sum();
    }
  }

  /**
   * @throws IOException where there is no such service
   */
  Report run(URI base) throws Exception {
    State first = State.of(base);
    if (warmUpSeconds > 0) {
      send(base, first.fields, warmUpSeconds, new Statuses());
    }
    State before = State.of(base);
    Statuses statuses = new Statuses();
    try (Teacher teacher = new Teacher(base, first.fields, learn)) {
      LoadResult result = send(base, first.fields, seconds, statuses);
      return report(result, statuses, teacher, before, State.of(base));
    }
  }

  private LoadResult send(URI base, int fields, double howLong, Statuses statuses)
      throws Exception {
    byte[] body = new MadeUp(1, fields).floats(rows, false);
    HttpRequest request = Caller.post(base, "/score", body);
    Load load = new Load(rate, howLong, connections, Load.Arrivals.POISSON, 1);
    try (Caller caller = new Caller()) {
      return OpenLoop.run(load, Clock.PARKING, thread -> () -> send(caller, request, statuses));
    }
  }

  private static void send(Caller caller, HttpRequest request, Statuses statuses) {
    try {
      statuses.add(caller.send(request).statusCode());
    } catch (IOException e) {
      statuses.add(Statuses.FAILED);
    }
  }

  private Report report(
      LoadResult result, Statuses statuses, Teacher teacher, State before, State after) {
    Report r =
        new Report()
            .put("rate", rate)
            .put("reached_per_second", result.reachedPerSecond())
            .put("kept", result.isKept())
            .put("connections", connections)
            .put("rows", rows)
            .put("requests", result.requests());
    for (int i = 0; i < SHARES.length; i++) {
      r.put(NAMES[i] + "_us", result.micros(SHARES[i]));
    }
    double runs = after.runs - before.runs;
    return r.put("statuses", statuses.counts())
        .put("bad", statuses.bad())
        .put("run_us", runs > 0 ? 1e6 * (after.runSeconds - before.runSeconds) / runs : 0)
        .put("taught", teacher.accepted())
        .put("not_taught", teacher.refused())
        .put("swaps", after.version - before.version);
  }
}
