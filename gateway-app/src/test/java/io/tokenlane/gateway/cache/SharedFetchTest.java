package io.tokenlane.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.call.Usage;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.Flight;
import io.tokenlane.prefetch.cache.Landing;
import io.tokenlane.prefetch.cache.Turn;
import io.tokenlane.prefetch.http.CacheStatus;
import io.tokenlane.prefetch.http.CacheStatus.Forward;
import io.tokenlane.prefetch.http.HttpFields;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Model calls without their own client: it leaves before the first byte, or there is none. */
final class SharedFetchTest {
  private final AnswerCache cache = new AnswerCache(1 << 20, 1 << 20, () -> 0L);
  private final ModelRule rule =
      new ModelRule(
          cache,
          CallParser.parse(CallKind.CHAT, "{\"messages\":[]}".getBytes(StandardCharsets.UTF_8)),
          "key",
          HttpFields.NONE,
          Duration.ofSeconds(10),
          Duration.ZERO,
          0,
          new HotAnswers(false),
          Optional.empty(),
          new Reading(CallKind.CHAT));
  private final MockServerWebExchange exchange =
      MockServerWebExchange.from(MockServerHttpRequest.post("/v1/chat/completions"));
  private final Sinks.One<DataBuffer> gate = Sinks.one();
  private final AtomicReference<Outcome> outcome = new AtomicReference<>();
  private final Flight flight = ((Turn.Lead) cache.turn(rule.trip(), a -> true)).flight();
  private final SharedFetch fetch =
      new SharedFetch(rule, flight, null, CacheStatus.forward(Forward.MISS));

  private final GatewayFilterChain node =
      fetched -> {
        ServerHttpResponse response = fetched.getResponse();
        return gate.asMono().flatMap(body -> response.writeWith(Mono.just(body)));
      };

  @BeforeEach
  void begin() {
    Trail.start(exchange, "id", 0);
  }

  private void run() {
    fetch.run(exchange, node).subscribe(outcome::set);
  }

  private void answer() {
    byte[] bytes = FakeUpstream.ANSWER.getBytes(StandardCharsets.UTF_8);
    gate.tryEmitValue(DefaultDataBufferFactory.sharedInstance.wrap(bytes));
  }

  /** As a visit does it. */
  private List<Ride> waiters(int n) {
    List<Ride> rides = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      var _ =
          ((Turn.Wait) cache.turn(rule.trip(), a -> true))
              .landing()
              .thenAccept(landing -> rides.add(board(landing)));
    }
    return rides;
  }

  private static Ride board(Landing landing) {
    Landing.Opened opened = (Landing.Opened) landing;
    return Ride.on(opened.opening().body(), DefaultDataBufferFactory.sharedInstance).orElseThrow();
  }

  @Test
  void whoWaitsRidesOn() {
    run();
    List<Ride> waiters = waiters(2);
    fetch.clientLeft();
    answer();

    assertThat(waiters).hasSize(2);
    assertThat(waiters.getFirst().body().count().block()).isEqualTo(1);
    assertThat(cache.find("key")).isPresent();
  }

  @Test
  void withNobodyElseTheCallIsGivenUp() {
    run();
    fetch.clientLeft();
    answer();

    assertThat(cache.flightsUnderWay()).isZero();
    assertThat(cache.find("key")).isEmpty();
    assertThat(outcome).hasNullValue();
  }

  @Test
  void whatRenewsAStoredAnswerNeedsNoClient() {
    AtomicReference<Trail> ended = new AtomicReference<>();
    Usage usage = new Usage(7, 0, 3, true);
    GatewayFilterChain counting =
        fetched -> {
          Trail.of(fetched).used(usage);
          return node.filter(fetched);
        };
    fetch.renew(exchange, counting, ended::set).subscribe();
    assertThat(ended).hasNullValue();
    answer();

    assertThat(cache.find("key")).isPresent();
    assertThat(cache.flightsUnderWay()).isZero();
    // Counted once, and not as what the client was given.
    assertThat(Optional.ofNullable(ended.get()).flatMap(Trail::usage)).contains(usage);
    assertThat(Trail.of(exchange).usage()).isEmpty();
  }
}
