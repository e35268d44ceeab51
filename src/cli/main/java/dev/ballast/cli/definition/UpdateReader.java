package dev.ballast.cli.definition;

import dev.ballast.nn.Model;
import dev.ballast.optim.Clipping;
import dev.ballast.optim.ParameterGroup;
import dev.ballast.optim.ParameterGroups;
import dev.ballast.optim.UpdateRule;
import dev.ballast.optim.WeightAverage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Reads what follows the gradients: {@code [optimizer]}, {@code [[group]]}, {@code [clip]}, ema.
 */
final class UpdateReader {
  private final Section root;
  private final List<Section> groups;
  private final UpdateRule rule;

  UpdateReader(Section root) throws DefinitionException {
    this.root = root;
    this.groups = root.optionalSections("group");
    List<ParameterGroup> read = new ArrayList<>();
    for (Section s : groups) {
      read.add(group(s));
    }
    UpdateRule made =
        UpdateRule.of(OptimizerReader.read(root.section("optimizer")))
            .withGroups(new ParameterGroups(read));
    Optional<Section> clip = root.optional("clip");
    if (clip.isPresent()) {
      made = made.withClipping(clipping(clip.get()));
    }
    if (root.has("ema")) {
      double decay = root.number("ema");
      made = made.withAverage(root.made("ema", () -> new WeightAverage(decay)));
    }
    this.rule = made;
  }

  UpdateRule rule() {
    return rule;
  }

  /** Demands that every group has a parameter, and that one is left to train. */
  void demandFit(Model model) throws DefinitionException {
    List<String> names = model.trainable();
    Optional<ParameterGroup> idle = rule.groups().idle(names);
    if (idle.isPresent()) {
      Section s = groups.get(rule.groups().groups().indexOf(idle.get()));
      throw s.at("match", "no parameter is left for this group among " + names);
    }
    root.made(
        "group",
        () -> {
          rule.groups().demandFit(names);
          return names;
        });
  }

  private static ParameterGroup group(Section s) throws DefinitionException {
    String pattern = s.text("match");
    boolean frozen = s.flag("frozen", false);
    boolean tuned = s.has("rate_factor") | s.has("weight_decay");
    if (frozen && tuned) {
      throw s.at("frozen", "a frozen group has neither a rate_factor nor a weight_decay");
    }
    double factor = s.number("rate_factor", 1);
    OptionalDouble decay =
        s.has("weight_decay")
            ? OptionalDouble.of(s.number("weight_decay"))
            : OptionalDouble.empty();
    s.finish();
    return s.made(
        "match",
        () ->
            frozen
                ? new ParameterGroup.Frozen(pattern)
                : new ParameterGroup.Tuned(pattern, factor, decay));
  }

  private static Clipping clipping(Section s) throws DefinitionException {
    boolean byNorm = s.has("norm");
    if (byNorm == s.has("value")) {
      throw s.at("norm", "either norm or value is needed, and not both");
    }
    double most = s.number(byNorm ? "norm" : "value");
    s.finish();
    return s.made("norm", () -> byNorm ? new Clipping.ByNorm(most) : new Clipping.ByValue(most));
  }
}
