package dev.ballast.cli.picture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Texts that occur often, each by its index, so that a page holds it once. */
final class Words {
  private final Map<String, Integer> index = new HashMap<>();
  private final List<String> list = new ArrayList<>();

  int of(String text) {
    return index.computeIfAbsent(
        text,
        t -> {
          list.add(t);
          return list.size() - 1;
        });
  }

  List<String> list() {
    return List.copyOf(list);
  }
}
