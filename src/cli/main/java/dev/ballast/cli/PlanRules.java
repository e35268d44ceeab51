package dev.ballast.cli;

import dev.ballast.pass.PassRule;
import dev.ballast.plan.PlanOptions;
import dev.ballast.plan.PlanRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What the planner, and the rewrites before it, do to save bytes; each known by its label. */
record PlanRules(Set<PlanRule> plan, Set<PassRule> pass) {
  static PlanRules all() {
    return new PlanRules(EnumSet.allOf(PlanRule.class), PassRule.all());
  }

  /** The labels of all rules, rewrites first. */
  static List<String> labels() {
    return Stream.concat(
            Arrays.stream(PassRule.values()).map(PassRule::label),
            Arrays.stream(PlanRule.values()).map(PlanRule::label))
        .toList();
  }

  /** Without the rules of these labels. */
  PlanRules without(List<String> labels) {
    return new PlanRules(
        plan.stream().filter(r -> !labels.contains(r.label())).collect(Collectors.toSet()),
        pass.stream().filter(r -> !labels.contains(r.label())).collect(Collectors.toSet()));
  }

  PlanOptions options() {
    return new PlanOptions(plan);
  }

  /**
   * What the ablation leaves out, line by line: nothing, each rule, pairs that stand in for each
   * other, and all of them.
   */
  static List<List<String>> ablations() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of());
    labels().forEach(l -> rows.add(List.of(l)));
    rows.add(List.of(PassRule.EARLY_UPDATES.label(), PlanRule.REORDER.label()));
    rows.add(labels());
    return rows;
  }

  /** Reads a label. */
  static final class Label implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (!labels().contains(text)) {
        throw new TypeConversionException(
            "there is no rule '" + text + "', only " + String.join(", ", labels()));
      }
      return text;
    }
  }
}
