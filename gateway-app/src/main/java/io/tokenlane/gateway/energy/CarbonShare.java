package io.tokenlane.gateway.energy;

import java.util.function.DoubleSupplier;

/**
 * Grams of CO2 for 10,000 requests, on average since the start: {@code 10,000 × joules / requests /
 * joules of a kilowatt-hour × grams of a kilowatt-hour now}.
 *
 * @param joules of the gateway and of what nodes computed for it, since the start
 * @param requests since the start
 * @param intensity grams of CO2 per kilowatt-hour
 */
record CarbonShare(DoubleSupplier joules, DoubleSupplier requests, DoubleSupplier intensity) {
  private static final double REQUESTS = 10_000;
  private static final double JOULES_OF_A_KILOWATT_HOUR = 3.6e6;

  /** ≥ 0; 0 before the first request, and while the intensity is not known. */
  double grams() {
    double many = requests.getAsDouble();
    return many == 0
        ? 0
        : REQUESTS
            * joules.getAsDouble()
            / many
            / JOULES_OF_A_KILOWATT_HOUR
            * intensity.getAsDouble();
  }
}
