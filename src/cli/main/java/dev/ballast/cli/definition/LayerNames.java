package dev.ballast.cli.definition;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The names of layers that share a prefix. Of the whole network there is one prefix, the empty one,
 * and another in each named sequence, and in each repetition of one.
 */
final class LayerNames {
  private final String prefix;
  private final Map<String, Embedded> embeddings;
  private final Set<String> taken = new HashSet<>();
  private int layers;

  /** An embedding that others may share the weight of. */
  record Embedded(int vocabulary, int width) {}

  private LayerNames(String prefix, Map<String, Embedded> embeddings) {
    this.prefix = prefix;
    this.embeddings = embeddings;
  }

  static LayerNames ofNetwork() {
    return new LayerNames("", new HashMap<>());
  }

  /** Of the layers in a part of this name. */
  LayerNames within(String name) {
    return new LayerNames(prefix + name + ".", embeddings);
  }

  /** Counts a layer, named or not. */
  void count() {
    layers++;
  }

  /**
   * The name that the layer says, else its kind and place.
   *
   * @param kind how the names of such layers begin
   */
  String of(Section s, String kind) throws DefinitionException {
    return taking(s, s.text("name", kind + layers));
  }

  /** The name that the layer must say. */
  String of(Section s) throws DefinitionException {
    return taking(s, s.text("name"));
  }

  private String taking(Section s, String name) throws DefinitionException {
    if (!taken.add(name)) {
      throw s.at("name", "another layer is named '" + name + "'");
    }
    return name;
  }

  /** Lets later layers find an embedding. */
  void add(String name, Embedded embedding) {
    embeddings.put(prefix + name, embedding);
  }

  /** The whole names of the embeddings before. */
  Set<String> embeddings() {
    return embeddings.keySet();
  }

  /** An embedding before, by its whole name. */
  Optional<Embedded> embedding(String name) {
    return Optional.ofNullable(embeddings.get(name));
  }
}
