package dev.ballast.example;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a request gets: nothing of the framework. */
record Answer(int status, String type, byte[] body, Map<String, String> headers) {
  static final int OK = 200;
  static final int ACCEPTED = 202;

  /** Seconds after which a request that was refused may be sent again. */
  private static final String RETRY = "1";

  static Answer json(int status, Map<String, ?> content) {
    return new Answer(status, Bodies.JSON, Bodies.json(content), Map.of());
  }

  static Answer of(Problem p) {
    Answer a = json(p.status(), Map.of("error", p.getMessage()));
    return p.mayPass() ? a.with("Retry-After", RETRY) : a;
  }

  Answer with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Answer(status, type, body, more);
  }
}
