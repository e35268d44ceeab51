package dev.ballast.example;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ballast.memory.OffHeapLimitException;
import dev.ballast.serve.NoSessionException;
import dev.ballast.tensor.ModelFormatException;
import dev.ballast.tensor.ShapeException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What the service can be asked. Each method answers a request, or throws why it does not. */
final class Api {
  private static final System.Logger LOG = System.getLogger("dev.ballast.example");
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** A request's body, with its type without parameters. */
  record Body(String type, byte[] bytes) {}

  /** What answers a request. */
  interface Endpoint {
    Answer answer(Body body) throws IOException;
  }

  private final Optional<ModelFolder> folder;
  private final PrometheusMeterRegistry registry;
  private final Gate gate;
  private volatile Engine engine;
  private volatile boolean hasFailed;

  Api(Optional<Path> folder, PrometheusMeterRegistry registry, Gate gate) {
    this.folder = folder.map(ModelFolder::new);
    this.registry = registry;
    this.gate = gate;
  }

  /** From now on requests are answered. */
  void open(Engine ready) {
    engine = ready;
  }

  /** There will be no engine. */
  void fail() {
    hasFailed = true;
  }

  private Engine engine() {
    Engine e = engine;
    if (e == null) {
      throw new Problem(Problem.UNAVAILABLE, "the model is being loaded");
    }
    return e;
  }

  Answer score(Body body) {
    Scorer scorer = engine().scorer();
    Examples examples = Bodies.examples(body.type(), body.bytes(), false);
    Scores scores = scorer.score(examples);
    if (body.type().equals(Bodies.FLOATS)) {
      return new Answer(Answer.OK, Bodies.FLOATS, Bodies.floats(scores.fraud()), Map.of())
          .with("Model-Version", scores.version());
    }
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("version", scores.version());
    content.put("fraud", scores.fraud());
    return Answer.json(Answer.OK, content);
  }

  Answer learn(Body body) {
    Learner learner = engine().learner();
    Examples examples = Bodies.examples(body.type(), body.bytes(), true);
    learner.offer(examples);
    return Answer.json(Answer.ACCEPTED, Map.of("accepted", examples.count()));
  }

  Answer swap(Body body) throws IOException {
    Learner learner = engine().learner();
    if (folder.isEmpty()) {
      throw new Problem(Problem.NOT_FOUND, "the service was started without --models");
    }
    JsonNode name = Bodies.parse(body.bytes()).path("file");
    if (!name.isTextual()) {
      throw Problem.badRequest("file: the name of a model file is missing");
    }
    long version = learner.replace(folder.get().find(name.textValue()));
    return Answer.json(Answer.OK, Map.of("version", Long.toString(version)));
  }

  /** What serves, and how learning gets on. */
  Answer model(Body ignored) {
    Engine e = engine();
    LearnerStatus status = e.learner().status();
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("version", FraudModel.version(e.ref().current()));
    content.put("fields", Field.keys());
    content.put("examples", status.examples());
    content.put("waiting", e.learner().waiting());
    content.put("steps", status.steps());
    content.put("loss", Double.isNaN(status.loss()) ? null : status.loss());
    content.put("rejected", status.rejected());
    return Answer.json(Answer.OK, content);
  }

  Answer metrics(Body ignored) {
    byte[] text = registry.scrape().getBytes(StandardCharsets.UTF_8);
    return new Answer(Answer.OK, METRICS_TYPE, text, Map.of());
  }

  /** Whether it makes sense to wait: a service that is not alive is to be started anew. */
  Answer live(Body ignored) {
    Engine e = engine;
    boolean isAlive = !hasFailed && (e == null || e.learner().isAlive() || gate.isClosed());
    return health(isAlive, "live");
  }

  /** Whether requests should be sent here now. */
  Answer ready(Body ignored) {
    return health(engine != null && !gate.isClosed(), "ready");
  }

  private static Answer health(boolean is, String what) {
    return Answer.json(is ? Answer.OK : Problem.UNAVAILABLE, Map.of(what, is));
  }

  /** For requests that must not be cut off by a shutdown: those that come later are refused. */
  Endpoint guarded(Endpoint endpoint) {
    return body -> {
      if (gate.isClosed()) {
        throw new Problem(Problem.UNAVAILABLE, "the service is shutting down");
      }
      return endpoint.answer(body);
    };
  }

  /** Never throws. */
  static Answer answer(Endpoint endpoint, Body body) {
    try {
      return endpoint.answer(body);
    } catch (Problem p) {
      return Answer.of(p);
    } catch (NoSessionException | OffHeapLimitException e) {
      return Answer.of(new Problem(Problem.UNAVAILABLE, e.getMessage()));
    } catch (ShapeException e) {
      return Answer.of(new Problem(Problem.CONFLICT, e.getMessage()));
    } catch (ModelFormatException e) {
      return Answer.of(new Problem(Problem.UNPROCESSABLE, e.getMessage()));
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "a request failed", e);
      return Answer.of(new Problem(Problem.FAILED, "an error of the service's own; see its log"));
    }
  }
}
