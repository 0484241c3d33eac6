package io.tokenlane.gateway.admission;

import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.reload.LiveSettings;
import io.tokenlane.gateway.reload.Sections;
import io.tokenlane.gateway.route.HttpProperties;
import java.util.function.Supplier;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

/** Reads whole bodies of the gateway's own interfaces within the limits that hold at the time. */
public final class Bodies {
  private final Supplier<BodyReader> reader;

  /** Follows the limits as they change. */
  public Bodies(LiveSettings settings) {
    this.reader = settings.follow(Bodies::reader, LimitsProperties.class, HttpProperties.class);
  }

  static BodyReader reader(Sections all) {
    long maxBytes = all.get(LimitsProperties.class).maxBody().toBytes();
    return new BodyReader(Math.toIntExact(maxBytes), all.get(HttpProperties.class).bodyTimeout());
  }

  /**
   * A body of at most {@code tokenlane.limits.max_body}, as it comes under /v1: unpacked, empty
   * bytes where there is none.
   *
   * @return fails with an {@link io.tokenlane.gateway.error.ApiException} only: 413 where it is
   *     larger, 408 where it takes longer than {@code tokenlane.http.body_timeout}, 400 and 415
   *     where it cannot be read
   */
  public Mono<byte[]> read(ServerHttpRequest request) {
    return reader.get().read(request);
  }

  /**
   * The same where no larger body means anything.
   *
   * @param most in bytes, ≥ 0; more than {@code max_body} is no more
   */
  public Mono<byte[]> read(ServerHttpRequest request, int most) {
    return reader.get().upTo(most).read(request);
  }
}
