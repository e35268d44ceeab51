package dev.ballast.cli.exchange;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the modules of a PyTorch program are called in a definition: the first part of a parameter's
 * name that has an entry is replaced, so {@code 0=fc1} makes {@code fc1.weight} of {@code
 * 0.weight}.
 *
 * @param ours by theirs
 */
public record TensorNames(Map<String, String> ours) {

  String ofTheirs(String own) {
    Map<String, String> theirs = new LinkedHashMap<>();
    ours.forEach((t, o) -> theirs.put(o, t));
    return replaced(own, theirs);
  }

  private static String replaced(String name, Map<String, String> by) {
    for (Map.Entry<String, String> e : by.entrySet()) {
      if (name.startsWith(e.getKey() + ".")) {
        return e.getValue() + name.substring(e.getKey().length());
      }
    }
    return name;
  }
}
