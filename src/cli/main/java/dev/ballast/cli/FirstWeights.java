package dev.ballast.cli;

import dev.ballast.format.ModelFile;
import dev.ballast.ir.Value;
import dev.ballast.optim.ParameterGroup;
import dev.ballast.runtime.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Weights to go on from.
 *
 * @param model whose weights they are
 * @param replaced names of those that start afresh instead, with {@code *} and {@code ?}: the
 *     model's own may be of another shape, or not be there
 */
record FirstWeights(Path model, List<String> replaced) {

  FirstWeights {
    replaced = List.copyOf(replaced);
  }

  /**
   * Copies the model's weights over those of a session whose first weights are drawn.
   *
   * @throws IOException where they are not those that the session has, or nothing is replaced
   */
  void copyTo(Session session) throws IOException {
    try (ModelFile file = ModelFile.open(model)) {
      Map<String, String> has = types(file.graph().parameters());
      Map<String, String> wanted = types(session.plan().graph().parameters());
      demandUsed(wanted.keySet(), has.keySet());
      has.keySet().removeIf(this::isReplaced);
      wanted.keySet().removeIf(this::isReplaced);
      for (Map.Entry<String, String> e : wanted.entrySet()) {
        String type = has.remove(e.getKey());
        if (!e.getValue().equals(type)) {
          throw new IOException(
              "%s: the definition has '%s' of %s, this model has %s; to start it afresh: --replace '%s'"
                  .formatted(
                      model,
                      e.getKey(),
                      e.getValue(),
                      type == null ? "none" : "one of " + type,
                      e.getKey()));
        }
      }
      if (!has.isEmpty()) {
        throw new IOException(
            "%s: has weights that the definition has not: %s; to do without: --replace '%s'"
                .formatted(model, has, has.keySet().iterator().next()));
      }
      for (String name : wanted.keySet()) {
        session.parameter(name).memory().copyFrom(file.weights(name));
      }
    }
  }

  private boolean isReplaced(String name) {
    return replaced.stream().anyMatch(pattern -> matches(pattern, name));
  }

  private static boolean matches(String pattern, String name) {
    return new ParameterGroup.Frozen(pattern).matches(name);
  }

  private void demandUsed(Set<String> wanted, Set<String> has) throws IOException {
    for (String pattern : replaced) {
      if (Stream.concat(wanted.stream(), has.stream()).noneMatch(n -> matches(pattern, n))) {
        throw new IOException(
            "--replace %s: neither the definition nor %s has such a parameter; the definition has %s"
                .formatted(pattern, model, wanted));
      }
    }
  }

  private static Map<String, String> types(List<Value.Parameter> parameters) {
    Map<String, String> types = new LinkedHashMap<>();
    parameters.forEach(p -> types.put(p.name(), p.type().toString()));
    return types;
  }
}
