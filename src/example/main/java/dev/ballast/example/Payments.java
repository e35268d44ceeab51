package dev.ballast.example;

import java.util.Random;

/** Payments that are made up, with what became of them: a function of the seed. */
final class Payments {
  /** How fraud is committed. */
  enum Pattern {
    /** Large amounts at night, abroad, without the card. */
    STOLEN_CARDS,
    /** Many small amounts from old accounts, at home. */
    TAKEN_OVER_ACCOUNTS
  }

  private static final double NIGHT_ENDS = 6;
  private static final int MANY = 3;

  private final Random random;
  private final Pattern pattern;

  Payments(long seed, Pattern pattern) {
    this.random = new Random(seed);
    this.pattern = pattern;
  }

  /** Encoded, as the network takes them. */
  Examples next(int count) {
    float[] x = new float[count * Field.count()];
    float[] fraud = new float[count];
    for (int i = 0; i < count; i++) {
      double[] raw = raw();
      for (Field f : Field.values()) {
        x[i * Field.count() + f.ordinal()] = f.encode(raw[f.ordinal()], f.key());
      }
      fraud[i] = isFraud(raw) ? 1 : 0;
    }
    return new Examples(x, fraud);
  }

  /** The fields of one payment, as a request tells them. */
  double[] raw() {
    return new double[] {
      Math.exp(3.7 + 1.1 * random.nextGaussian()),
      random.nextInt(24),
      Math.exp(2.3 + 1.3 * random.nextGaussian()),
      random.nextInt(10) < 7 ? random.nextInt(2) : random.nextInt(8),
      1 + Math.exp(6 + random.nextGaussian()),
      random.nextInt(2),
      random.nextInt(5) == 0 ? 1 : 0,
      random.nextDouble()
    };
  }

  /** Drawn with the probability that the pattern gives it. */
  boolean isFraud(double[] raw) {
    return random.nextDouble() < 1 / (1 + Math.exp(-logOdds(raw)));
  }

  private double logOdds(double[] raw) {
    double amount = Math.log1p(raw[Field.AMOUNT.ordinal()]) - 3.7;
    double age = Math.log1p(raw[Field.ACCOUNT_AGE_DAYS.ordinal()]) - 6;
    double absent = 1 - raw[Field.CARD_PRESENT.ordinal()];
    double foreign = raw[Field.FOREIGN.ordinal()];
    double night = raw[Field.HOUR.ordinal()] < NIGHT_ENDS ? 1 : 0;
    double many = raw[Field.PAYMENTS_LAST_HOUR.ordinal()] > MANY ? 1 : 0;
    double risk = raw[Field.MERCHANT_RISK.ordinal()] - 0.5;
    return switch (pattern) {
      case STOLEN_CARDS ->
          -3.5 + 1.5 * amount + 2.5 * foreign * absent + 1.5 * night + 2 * risk - 0.7 * age;
      case TAKEN_OVER_ACCOUNTS ->
          -3 - 1.2 * amount + 2.5 * many * absent - 1.5 * foreign + risk + 1.2 * age;
    };
  }
}
