package io.tokenlane.gateway.telemetry;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code tokenlane.telemetry}: where traces and metrics are sent.
 *
 * @param endpoint an OpenTelemetry collector's OTLP over HTTP, such as {@code
 *     http://localhost:4318}; default none: nothing is sent
 * @param sample share of new traces that are kept, 0 to 1; a trace that a client began keeps the
 *     client's choice; default 1
 * @param serviceName names this process in traces; default {@code tokenlane-gateway}
 */
public record TelemetryProperties(
    @Nullable URI endpoint,
    @DefaultValue("1") double sample,
    @DefaultValue("tokenlane-gateway") String serviceName) {

  /** Checks the ranges. */
  public TelemetryProperties {
    if (endpoint != null
        && (endpoint.getHost() == null
            || !String.valueOf(endpoint.getScheme()).startsWith("http"))) {
      throw new IllegalArgumentException(
          "endpoint: " + endpoint + " (expected: http://host:port of an OTLP collector)");
    }
    if (!(sample >= 0 && sample <= 1)) {
      throw new IllegalArgumentException("sample: " + sample + " (expected: 0 to 1)");
    }
  }
}
