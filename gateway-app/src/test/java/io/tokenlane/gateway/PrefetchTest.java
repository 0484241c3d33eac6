package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.cache.PrefetchPass;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** Prefetched endpoints, with the gateway's own pass in hand. */
final class PrefetchTest {
  private final RunningGateway gateway = RunningGateway.fresh();

  private HttpResponse<String> prefetch(String path) {
    return gateway.get(path, PrefetchPass.HEADER, gateway.bean(PrefetchPass.class).secret());
  }

  @Test
  void answersAreThereBeforeAnybodyAsks() {
    assertThat(gateway.manage("/actuator/prometheus").body())
        .contains("tokenlane_prefetch_total{outcome=\"done\"} 2");
  }

  @Test
  void anOriginThatSaysNothingIsStoredForThePlannedTime() {
    prefetch("/api/v1/user");

    HttpResponse<String> hit = gateway.get("/api/v1/user");

    assertThat(header(hit, "Cache-Status")).matches("tokenlane; hit; ttl=(300|299)");
    assertThat(gateway.app.calls()).hasSize(1);
    assertThat(gateway.app.calls().getFirst().header(PrefetchPass.HEADER)).isNull();
  }

  @Test
  void aPrefetchReplacesWhatIsStored() {
    gateway.app.answers(FakeUpstream.ok("1"));
    prefetch("/api/v1/config");
    gateway.app.answers(FakeUpstream.ok("2"));
    prefetch("/api/v1/config");

    assertThat(gateway.get("/api/v1/config").body()).isEqualTo("2");
  }

  /** An answer from before routing lacks {@code Server-Timing}. */
  @Test
  void whatWasFetchedAheadIsAnsweredBeforeRouting() {
    gateway.app.answers(FakeUpstream.ok("planned"));
    prefetch("/api/v1/user");
    gateway.get("/api/v1/user");
    HttpResponse<String> fast = gateway.get("/api/v1/user");
    assertThat(fast.body()).isEqualTo("planned");
    assertThat(header(fast, "Cache-Status")).startsWith("tokenlane; hit");
    assertThat(header(fast, "Server-Timing")).isEmpty();

    gateway.app.answers(FakeUpstream.ok("planned anew"));
    prefetch("/api/v1/user");
    assertThat(gateway.get("/api/v1/user").body()).isEqualTo("planned anew");

    gateway.app.answers(FakeUpstream.with("reloaded", "Cache-Control", "max-age=60"));
    gateway.get("/api/v1/user", "Cache-Control", "no-cache");
    assertThat(gateway.get("/api/v1/user").body())
        .as("what a client has fetched since goes before")
        .isEqualTo("reloaded");
  }

  @Test
  void whatHasExpiredIsNotInItsWay() {
    gateway.app.answers(
        FakeUpstream.with("expired", "Cache-Control", "max-age=0", "ETag", "\"1\""));
    gateway.get("/api/v1/config");
    gateway.app.answers(FakeUpstream.ok("planned"));
    prefetch("/api/v1/config");
    gateway.get("/api/v1/config");

    HttpResponse<String> fast = gateway.get("/api/v1/config");

    assertThat(fast.body()).isEqualTo("planned");
    assertThat(header(fast, "Server-Timing")).isEmpty();
  }

  @Test
  void theOriginsWordHolds() {
    gateway.app.answers(FakeUpstream.with("v", "Cache-Control", "no-store"));
    assertThat(header(prefetch("/api/a"), "Cache-Status")).contains("detail=no-store");

    gateway.app.answers(FakeUpstream.with("v", "Cache-Control", "max-age=20"));
    assertThat(header(prefetch("/api/b"), "Cache-Status")).contains("ttl=20; stored");

    gateway.app.answers(FakeUpstream.with("v", "Cache-Control", "max-age=9000"));
    assertThat(header(prefetch("/api/c"), "Cache-Status")).contains("ttl=300; stored");
  }

  /** Nobody had asked for it when the origin went away. */
  @Test
  void whatWasFetchedAheadStandsInForAnOriginThatFails() {
    gateway.app.answers(
        FakeUpstream.with(
            "v", "Cache-Control", "max-age=20, stale-if-error=600", "Age", "20", "ETag", "\"1\""));
    prefetch("/api/e");
    gateway.app.answers(FakeUpstream.status(503));

    HttpResponse<String> stale = gateway.get("/api/e");

    assertThat(stale.body()).isEqualTo("v");
    assertThat(header(stale, "Cache-Status")).contains("stale-if-error");
    assertThat(gateway.get("/api/f").statusCode()).isEqualTo(503);
  }

  @Test
  void anErrorIsNotPrefetched() {
    gateway.app.answers(FakeUpstream.status(404));

    assertThat(header(prefetch("/api/d"), "Cache-Status")).contains("detail=not-fresh");
  }
}
