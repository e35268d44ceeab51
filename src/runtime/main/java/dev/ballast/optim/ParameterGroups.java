package dev.ballast.optim;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Groups in order: a parameter belongs to the first whose pattern its name matches, or to none. */
public record ParameterGroups(List<ParameterGroup> groups) {
  public ParameterGroups {
    groups = List.copyOf(groups);
  }

  public static ParameterGroups of(ParameterGroup... groups) {
    return new ParameterGroups(List.of(groups));
  }

  public Optional<ParameterGroup> find(String name) {
    return groups.stream().filter(g -> g.matches(name)).findFirst();
  }

  public boolean isFrozen(String name) {
    return find(name).filter(ParameterGroup.Frozen.class::isInstance).isPresent();
  }

  /**
   * The first group that no parameter belongs to, if there is one.
   *
   * @param names of all parameters that could be trained
   */
  public Optional<ParameterGroup> idle(Collection<String> names) {
    Set<ParameterGroup> used = new HashSet<>();
    names.forEach(n -> find(n).ifPresent(used::add));
    return groups.stream().filter(g -> !used.contains(g)).findFirst();
  }

  /**
   * @throws IllegalArgumentException where a group has no parameter, or no parameter is left to
   *     train
   */
  public void demandFit(Collection<String> names) {
    idle(names)
        .ifPresent(
            g -> {
              throw new IllegalArgumentException(
                  "no parameter is left for the group '" + g.pattern() + "' among " + names);
            });
    if (!names.isEmpty() && names.stream().allMatch(this::isFrozen)) {
      throw new IllegalArgumentException("all parameters are frozen: " + names);
    }
  }
}
