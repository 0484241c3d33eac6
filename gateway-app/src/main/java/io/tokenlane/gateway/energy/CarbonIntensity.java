package io.tokenlane.gateway.energy;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Grams of CO2 per kilowatt-hour: as last fetched, else by the time of day, else one figure; and
 * when there are few of them.
 */
public final class CarbonIntensity {
  private static final Logger LOG = LoggerFactory.getLogger(CarbonIntensity.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int MOST_BODY = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient client;
  private final EnergyProperties properties;
  private final Clock clock;
  private final @Nullable CarbonDay day;
  private final CarbonPast past = new CarbonPast();
  private volatile double fetched = Double.NaN;

  CarbonIntensity(HttpClient client, EnergyProperties properties, Clock clock) {
    this.client = client;
    this.properties = properties;
    this.clock = clock;
    this.day =
        properties.carbonSchedule().isEmpty() ? null : new CarbonDay(properties.carbonSchedule());
  }

  /** ≥ 0; 0 where it is not known. */
  public double grams() {
    double last = fetched;
    CarbonDay planned = day;
    if (!Double.isNaN(last)) {
      return last;
    }
    return planned == null ? properties.carbonIntensity() : planned.grams(LocalTime.now(clock));
  }

  /**
   * How long something that can wait had better wait, before it asks again. By a schedule: until
   * the least grams that come within {@code most}. By what is fetched, for which nobody knows what
   * comes: until it is among the lowest third of a day.
   *
   * @param most how long it can wait
   * @return zero where now is as good as any time, or nothing is known; at most {@code most}
   */
  public Duration pause(Duration most) {
    if (!most.isPositive()) {
      return Duration.ZERO;
    }
    double last = fetched;
    if (!Double.isNaN(last)) {
      Duration interval = properties.carbonInterval();
      Duration again = interval.compareTo(most) < 0 ? interval : most;
      return past.low(last) ? Duration.ZERO : again;
    }
    CarbonDay planned = day;
    return planned == null ? Duration.ZERO : planned.untilLeast(LocalTime.now(clock), most);
  }

  /** Asks the source, where there is one; what it does not tell well changes nothing. */
  Mono<Void> fetch() {
    URI uri = properties.carbonUri();
    return uri == null
        ? Mono.empty()
        : client
            .get()
            .uri(uri)
            .response(CarbonIntensity::text)
            .next()
            .doOnNext(this::take)
            .then()
            .timeout(PATIENCE)
            .onErrorResume(
                failure -> {
                  LOG.warn("carbon intensity of {}: {}", uri.getHost(), failure.toString());
                  return Mono.empty();
                });
  }

  /** The body, of which no more is read than the bound and one chunk. */
  private static Flux<String> text(HttpClientResponse response, ByteBufFlux body) {
    if (response.status().code() != 200) {
      return Flux.error(new IllegalStateException("status " + response.status().code()));
    }
    return body.reduceWith(ByteArrayOutputStream::new, CarbonIntensity::append)
        .map(read -> read.toString(StandardCharsets.UTF_8))
        .flux();
  }

  private static ByteArrayOutputStream append(ByteArrayOutputStream read, ByteBuf chunk) {
    if (read.size() + chunk.readableBytes() > MOST_BODY) {
      throw new IllegalStateException("body beyond " + MOST_BODY + " bytes (expected: at most)");
    }
    byte[] bytes = new byte[chunk.readableBytes()];
    chunk.getBytes(chunk.readerIndex(), bytes);
    read.writeBytes(bytes);
    return read;
  }

  private void take(String body) {
    try {
      JsonNode found = JSON.readTree(body).at(properties.carbonPointer());
      double value = found.asDouble(-1);
      if (!found.isNumber() || !(value >= 0) || Double.isInfinite(value)) {
        throw new IllegalStateException(
            "%s: %s (expected: a number >= 0)".formatted(properties.carbonPointer(), found));
      }
      past.add(clock.instant(), value);
      fetched = value;
    } catch (JacksonException e) {
      throw new IllegalStateException("no JSON: " + e.getOriginalMessage(), e);
    }
  }
}
