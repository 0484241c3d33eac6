package io.tokenlane.gateway.energy;

import java.net.URI;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Grams of CO2 per kilowatt-hour: as configured, or as last fetched. */
final class CarbonIntensity {
  private static final Logger LOG = LoggerFactory.getLogger(CarbonIntensity.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int MOST_BODY = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient client;
  private final EnergyProperties properties;
  private volatile double grams;

  CarbonIntensity(HttpClient client, EnergyProperties properties) {
    this.client = client;
    this.properties = properties;
    this.grams = properties.carbonIntensity();
  }

  /** ≥ 0; 0 where it is not known. */
  double grams() {
    return grams;
  }

  /** Asks the source, where there is one; what it does not tell well changes nothing. */
  Mono<Void> fetch() {
    URI uri = properties.carbonUri();
    return uri == null
        ? Mono.empty()
        : client
            .get()
            .uri(uri)
            .responseSingle(
                (response, body) ->
                    response.status().code() == 200
                        ? body.asString()
                        : Mono.error(
                            new IllegalStateException("status " + response.status().code())))
            .doOnNext(this::take)
            .then()
            .timeout(PATIENCE)
            .onErrorResume(
                failure -> {
                  LOG.warn("carbon intensity of {}: {}", uri.getHost(), failure.toString());
                  return Mono.empty();
                });
  }

  private void take(String body) {
    try {
      JsonNode found =
          JSON.readTree(body.length() > MOST_BODY ? "" : body).at(properties.carbonPointer());
      double value = found.asDouble(-1);
      if (!found.isNumber() || !(value >= 0) || Double.isInfinite(value)) {
        throw new IllegalStateException(
            "%s: %s (expected: a number >= 0)".formatted(properties.carbonPointer(), found));
      }
      grams = value;
    } catch (JacksonException e) {
      throw new IllegalStateException("no JSON: " + e.getOriginalMessage(), e);
    }
  }
}
