package io.tokenlane.gateway.energy;

import java.time.LocalTime;

/**
 * {@code tokenlane.energy.carbon_schedule[]}: from when on of each day how much holds.
 *
 * @param from as {@code "22:30"}, in the machine's time zone
 * @param grams g CO2 per kWh; ≥ 0
 */
public record CarbonStep(LocalTime from, double grams) {
  /** Checks both. */
  public CarbonStep {
    if (from == null) {
      throw new IllegalArgumentException("from: missing (expected: a time as 22:30)");
    }
    if (!(grams >= 0) || Double.isInfinite(grams)) {
      throw new IllegalArgumentException("grams: " + grams + " (expected: >= 0, finite)");
    }
  }
}
