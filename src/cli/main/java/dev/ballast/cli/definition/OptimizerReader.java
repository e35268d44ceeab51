package dev.ballast.cli.definition;

import dev.ballast.optim.Adadelta;
import dev.ballast.optim.Adagrad;
import dev.ballast.optim.Adam;
import dev.ballast.optim.Lion;
import dev.ballast.optim.Optimizer;
import dev.ballast.optim.RmsProp;
import dev.ballast.optim.Sgd;

/** Reads {@code [optimizer]}; what is absent is the optimizer's own default. */
final class OptimizerReader {
  private final Section s;
  private final double rate;

  private OptimizerReader(Section s, double rate) {
    this.s = s;
    this.rate = rate;
  }

  static Optimizer read(Section s) throws DefinitionException {
    String kind = s.text("kind");
    double rate = s.number("learning_rate");
    if (!(rate > 0) || Double.isInfinite(rate)) {
      throw s.at("learning_rate", "must be a finite number above 0, not " + rate);
    }
    Optimizer optimizer = new OptimizerReader(s, rate).of(kind);
    s.finish();
    return optimizer;
  }

  private Optimizer of(String kind) throws DefinitionException {
    return switch (kind) {
      case "sgd" -> sgd();
      case "adam" -> adam(Adam.of(rate));
      case "adamw" -> adam(Adam.decoupled(rate));
      case "rmsprop" -> rmsProp(RmsProp.of(rate));
      case "adagrad" -> adagrad(Adagrad.of(rate));
      case "adadelta" -> adadelta(Adadelta.of(rate));
      case "lion" -> lion(Lion.of(rate));
      default ->
          throw s.at(
              "kind",
              "unknown optimizer '"
                  + kind
                  + "': sgd, adam, adamw, rmsprop, adagrad, adadelta or lion");
    };
  }

  private double decay(Optimizer defaults) throws DefinitionException {
    return s.number("weight_decay", defaults.weightDecay());
  }

  private Optimizer sgd() throws DefinitionException {
    double momentum = s.number("momentum", 0);
    boolean nesterov = s.flag("nesterov", false);
    double decay = s.number("weight_decay", 0);
    return s.made("kind", () -> new Sgd(rate, momentum, nesterov, decay));
  }

  private Optimizer adam(Adam d) throws DefinitionException {
    double beta1 = s.number("beta1", d.beta1());
    double beta2 = s.number("beta2", d.beta2());
    double epsilon = s.number("epsilon", d.epsilon());
    double decay = decay(d);
    return s.made("kind", () -> new Adam(rate, beta1, beta2, epsilon, decay, d.decoupled()));
  }

  private Optimizer rmsProp(RmsProp d) throws DefinitionException {
    double smoothing = s.number("smoothing", d.smoothing());
    double epsilon = s.number("epsilon", d.epsilon());
    double decay = decay(d);
    double momentum = s.number("momentum", d.momentum());
    boolean centered = s.flag("centered", d.centered());
    return s.made("kind", () -> new RmsProp(rate, smoothing, epsilon, decay, momentum, centered));
  }

  private Optimizer adagrad(Adagrad d) throws DefinitionException {
    double rateDecay = s.number("rate_decay", d.rateDecay());
    double decay = decay(d);
    double initialSum = s.number("initial_sum", d.initialSum());
    double epsilon = s.number("epsilon", d.epsilon());
    return s.made("kind", () -> new Adagrad(rate, rateDecay, decay, initialSum, epsilon));
  }

  private Optimizer adadelta(Adadelta d) throws DefinitionException {
    double rho = s.number("rho", d.rho());
    double epsilon = s.number("epsilon", d.epsilon());
    double decay = decay(d);
    return s.made("kind", () -> new Adadelta(rate, rho, epsilon, decay));
  }

  private Optimizer lion(Lion d) throws DefinitionException {
    double beta1 = s.number("beta1", d.beta1());
    double beta2 = s.number("beta2", d.beta2());
    double decay = decay(d);
    return s.made("kind", () -> new Lion(rate, beta1, beta2, decay));
  }
}
