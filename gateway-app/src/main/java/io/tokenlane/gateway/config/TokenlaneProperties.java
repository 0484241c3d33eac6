package io.tokenlane.gateway.config;

import io.tokenlane.gateway.balance.BalanceProperties;
import io.tokenlane.gateway.balance.NodeProperties;
import io.tokenlane.gateway.cache.CacheProperties;
import io.tokenlane.gateway.compress.CompressionProperties;
import io.tokenlane.gateway.console.ConsoleProperties;
import io.tokenlane.gateway.energy.EnergyProperties;
import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.prefetch.PrefetchProperties;
import io.tokenlane.gateway.resilience.ResilienceProperties;
import io.tokenlane.gateway.route.HttpProperties;
import io.tokenlane.gateway.route.UpstreamsProperties;
import io.tokenlane.gateway.security.SecurityProperties;
import io.tokenlane.gateway.stream.StreamProperties;
import io.tokenlane.gateway.telemetry.LogProperties;
import io.tokenlane.gateway.telemetry.TelemetryProperties;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything under {@code tokenlane}; each part is described at its own record.
 *
 * @param prefetch null where the section is not there
 * @param reload how often the configuration files are looked at, and taken over where they have
 *     changed; 0 for never; default 5 s
 */
record TokenlaneProperties(
    @DefaultValue List<NodeProperties> nodes,
    @DefaultValue LimitsProperties limits,
    @DefaultValue HttpProperties http,
    @DefaultValue CacheProperties cache,
    @DefaultValue CompressionProperties compression,
    @DefaultValue BalanceProperties balance,
    @DefaultValue ResilienceProperties resilience,
    @DefaultValue StreamProperties stream,
    @DefaultValue LogProperties log,
    @DefaultValue ConsoleProperties console,
    @DefaultValue TelemetryProperties telemetry,
    @DefaultValue SecurityProperties security,
    @DefaultValue EnergyProperties energy,
    @DefaultValue UpstreamsProperties upstreams,
    @Nullable PrefetchProperties prefetch,
    @DefaultValue("5s") Duration reload) {

  /** Checks the range. */
  TokenlaneProperties {
    if (reload.isNegative()) {
      throw new IllegalArgumentException("reload: " + reload + " (expected: >= 0)");
    }
  }
}
