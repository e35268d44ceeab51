package dev.ballast.cli;

import dev.ballast.format.ModelFile;
import dev.ballast.ir.Value;
import dev.ballast.runtime.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Weights to go on from. */
final class FirstWeights {
  private FirstWeights() {}

  /**
   * Copies a model's weights.
   *
   * @throws IOException where the model has other layers than the session
   */
  static void copy(Path model, Session session) throws IOException {
    try (ModelFile file = ModelFile.open(model)) {
      Map<String, String> has = types(file.graph().parameters());
      Map<String, String> wanted = types(session.plan().graph().parameters());
      for (Map.Entry<String, String> e : wanted.entrySet()) {
        String type = has.remove(e.getKey());
        if (!e.getValue().equals(type)) {
          throw new IOException(
              "%s: the definition has '%s' of %s, this model has %s"
                  .formatted(model, e.getKey(), e.getValue(), type == null ? "none" : type));
        }
      }
      if (!has.isEmpty()) {
        throw new IOException(model + ": has weights that the definition has not: " + has);
      }
      for (String name : wanted.keySet()) {
        session.parameter(name).memory().copyFrom(file.weights(name));
      }
    }
  }

  private static Map<String, String> types(List<Value.Parameter> parameters) {
    Map<String, String> types = new LinkedHashMap<>();
    parameters.forEach(p -> types.put(p.name(), p.type().toString()));
    return types;
  }
}
