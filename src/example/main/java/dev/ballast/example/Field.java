package dev.ballast.example;

import java.util.Arrays;
import java.util.List;

/** What is known of a payment, in the order in which the network takes it. */
enum Field {
  AMOUNT("amount", Scale.LOGARITHMIC, 3.7, 1.1),
  HOUR("hour", Scale.LINEAR, 12, 7),
  DISTANCE_KM("distance_km", Scale.LOGARITHMIC, 2.3, 1.3),
  PAYMENTS_LAST_HOUR("payments_last_hour", Scale.LOGARITHMIC, 0.6, 0.6),
  ACCOUNT_AGE_DAYS("account_age_days", Scale.LOGARITHMIC, 6, 1),
  CARD_PRESENT("card_present", Scale.LINEAR, 0.5, 0.5),
  FOREIGN("foreign", Scale.LINEAR, 0.5, 0.5),
  MERCHANT_RISK("merchant_risk", Scale.LINEAR, 0.5, 0.3);

  /** How values are spread. */
  enum Scale {
    LINEAR,
    /** At least 0, and few are large: the network gets log(1 + value). */
    LOGARITHMIC
  }

  private final String key;
  private final Scale scale;
  private final double mean;
  private final double deviation;

  Field(String key, Scale scale, double mean, double deviation) {
    this.key = key;
    this.scale = scale;
    this.mean = mean;
    this.deviation = deviation;
  }

  /** Its name in requests. */
  String key() {
    return key;
  }

  static int count() {
    return values().length;
  }

  static List<String> keys() {
    return Arrays.stream(values()).map(Field::key).toList();
  }

  /**
   * What the network takes: about 0, and about 1 wide.
   *
   * @param where of the request it stands, for the complaint
   * @throws Problem where the value can't be: not finite, or negative where that makes no sense
   */
  float encode(double value, String where) {
    if (!Double.isFinite(value) || Math.abs(value) > Float.MAX_VALUE) {
      throw Problem.badRequest(where + ": must be a finite number");
    }
    if (scale == Scale.LOGARITHMIC && value < 0) {
      throw Problem.badRequest(where + ": must be at least 0, is " + value);
    }
    double scaled = scale == Scale.LOGARITHMIC ? Math.log1p(value) : value;
    return (float) ((scaled - mean) / deviation);
  }
}
