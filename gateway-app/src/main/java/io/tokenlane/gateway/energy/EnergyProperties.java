package io.tokenlane.gateway.energy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.energy}. The gateway's own energy is estimated as a node's is: idle watts and
 * watts for each busy processor.
 *
 * @param idleWatts the gateway's share of the idle machine; ≥ 0 W, default 0.2 W (a quarter of a
 *     virtual processor's 0.74 W)
 * @param coreWatts what a busy processor takes beyond that; ≥ 0 W, default 2.76 W
 * @param carbonIntensity g CO2 per kWh; ≥ 0, default 0: not known; the one that holds until another
 *     is fetched
 * @param carbonSchedule the intensity by the time of day, as {@code [{from: "07:00", grams: 420},
 *     {from: "22:00", grams: 180}]}; each step holds until the next; default none: the one above
 * @param carbonUri where the intensity is fetched as JSON; default none
 * @param carbonPointer where in that JSON the number stands (RFC 6901); default {@code
 *     /carbonIntensity}
 * @param carbonInterval between two fetches; &gt; 0, default 15 min
 */
public record EnergyProperties(
    @DefaultValue("0.2") double idleWatts,
    @DefaultValue("2.76") double coreWatts,
    @DefaultValue("0") double carbonIntensity,
    @DefaultValue List<CarbonStep> carbonSchedule,
    @Nullable URI carbonUri,
    @DefaultValue("/carbonIntensity") String carbonPointer,
    @DefaultValue("15m") Duration carbonInterval) {

  /** Checks the ranges. */
  public EnergyProperties {
    positive("idle_watts", idleWatts);
    positive("core_watts", coreWatts);
    positive("carbon_intensity", carbonIntensity);
    carbonSchedule = List.copyOf(carbonSchedule);
    if (carbonSchedule.stream().map(CarbonStep::from).distinct().count() < carbonSchedule.size()) {
      throw new IllegalArgumentException("carbon_schedule: a time twice (expected: once)");
    }
    if (carbonUri != null && !carbonUri.isAbsolute()) {
      throw new IllegalArgumentException("carbon_uri: " + carbonUri + " (expected: http(s)://…)");
    }
    if (!carbonPointer.startsWith("/")) {
      throw new IllegalArgumentException(
          "carbon_pointer: " + carbonPointer + " (expected: starting with /)");
    }
    if (!carbonInterval.isPositive()) {
      throw new IllegalArgumentException("carbon_interval: " + carbonInterval + " (expected: > 0)");
    }
  }

  private static void positive(String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0, finite)");
    }
  }
}
