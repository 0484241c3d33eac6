package io.tokenlane.node.config;

import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.energy}. The defaults are the means that the Cloud Carbon Footprint project
 * states for virtual processors of a large cloud (0.74 W idle, 3.5 W busy).
 *
 * @param source {@code auto} (default): {@code rapl} where it can be read, else {@code model};
 *     {@code rapl}, {@code model}
 * @param idleWatts of the model: what the node's share of the machine takes while idle; 0 to
 *     100,000 W, default 0.74 W for each processor it may use ({@code -1})
 * @param coreWatts of the model: what a busy processor takes beyond that; 0 to 10,000 W, default
 *     2.76 W
 */
@ConfigurationProperties(prefix = "tokenlane.energy", ignoreUnknownFields = false)
public record EnergySettings(
    @DefaultValue("auto") String source,
    @DefaultValue("-1") double idleWatts,
    @DefaultValue("2.76") double coreWatts) {
  private static final double IDLE_WATTS_OF_A_PROCESSOR = 0.74;
  private static final Set<String> SOURCES = Set.of("auto", "rapl", "model");

  public EnergySettings {
    Check.that(SOURCES.contains(source), "tokenlane.energy.source", source, "auto, rapl, model");
    Check.that(
        idleWatts == -1 || (idleWatts >= 0 && idleWatts <= 100_000),
        "tokenlane.energy.idle-watts",
        idleWatts,
        "0 to 100000, or -1");
    Check.that(
        coreWatts >= 0 && coreWatts <= 10_000,
        "tokenlane.energy.core-watts",
        coreWatts,
        "0 to 10000");
  }

  /** Watts of the model while idle. */
  public double idle() {
    return idleWatts == -1
        ? IDLE_WATTS_OF_A_PROCESSOR * Runtime.getRuntime().availableProcessors()
        : idleWatts;
  }
}
