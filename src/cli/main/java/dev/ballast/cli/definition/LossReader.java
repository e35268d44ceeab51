package dev.ballast.cli.definition;

import dev.ballast.loss.CrossEntropy;
import dev.ballast.loss.Hinge;
import dev.ballast.loss.Huber;
import dev.ballast.loss.LabelWeights;
import dev.ballast.loss.Loss;
import dev.ballast.loss.Mixed;
import dev.ballast.loss.NegativeLogLikelihood;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code loss}: a name, or a table with a {@code kind} and its keys. */
final class LossReader {
  private LossReader() {}

  static Loss read(Section root) throws DefinitionException {
    if (!root.has("loss") || root.isText("loss")) {
      return root.named("loss", Loss::of);
    }
    Section s = root.section("loss");
    Loss loss = s.text("kind").equals("mixed") ? mixed(s) : plain(s);
    s.finish();
    return loss;
  }

  private static Loss mixed(Section s) throws DefinitionException {
    List<Mixed.Term> terms = new ArrayList<>();
    for (Section term : s.sections("term")) {
      double weight = term.number("weight", 1);
      Loss loss = plain(term);
      terms.add(term.made("weight", () -> new Mixed.Term(weight, loss)));
      term.finish();
    }
    return s.made("term", () -> new Mixed(terms));
  }

  private static Loss plain(Section s) throws DefinitionException {
    return switch (s.text("kind")) {
      case "cross_entropy" -> {
        double smoothing = s.number("label_smoothing", 0);
        LabelWeights weights = weights(s);
        yield s.made("kind", () -> new CrossEntropy(smoothing, weights));
      }
      case "negative_log_likelihood" -> new NegativeLogLikelihood(weights(s));
      case "hinge" -> {
        double margin = s.number("margin", 1);
        int power = s.whole("power", 1, 1);
        List<Double> classes = s.numbers("class_weights", List.of());
        yield s.made("kind", () -> new Hinge(margin, power, classes));
      }
      case "huber" -> {
        double delta = s.number("delta", 1);
        yield s.made("kind", () -> new Huber(delta));
      }
      default -> s.named("kind", Loss::of);
    };
  }

  private static LabelWeights weights(Section s) throws DefinitionException {
    List<Double> classes = s.numbers("class_weights", List.of());
    LabelWeights weights = s.made("class_weights", () -> LabelWeights.NONE.withClasses(classes));
    return s.has("ignored") ? weights.withIgnored(s.whole("ignored", Integer.MIN_VALUE)) : weights;
  }
}
