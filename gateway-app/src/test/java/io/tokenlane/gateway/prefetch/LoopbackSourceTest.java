package io.tokenlane.gateway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.cache.PrefetchPass;
import io.tokenlane.prefetch.ByteBudget;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** What is fetched ahead is read for its size alone. */
final class LoopbackSourceTest {
  private static final int MOST = 10_000;

  private final FakeUpstream door = new FakeUpstream();
  private final ByteBudget budget = new ByteBudget(5_000, () -> 0L);

  @AfterEach
  void close() {
    door.close();
  }

  private CompletableFuture<Duration> fetch(Flux<String> body) {
    door.answers(
        (call, response) ->
            response
                .header("Cache-Status", "tokenlane; fwd=miss; ttl=600; stored")
                .sendString(body)
                .then());
    InetSocketAddress at =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), URI.create(door.uri()).getPort());
    PrefetchPass pass = new PrefetchPass(Duration.ofMinutes(10));
    return new LoopbackSource(at, pass, budget, MOST).fetch("/x").toCompletableFuture();
  }

  @Test
  void countsWhatItReads() {
    assertThat(fetch(Flux.just("x".repeat(4_000), "x".repeat(4_000))).join())
        .isEqualTo(Duration.ofMinutes(10));
    assertThat(budget.open()).isFalse();
  }

  @Test
  void readsNoMoreOfWhatIsTooLargeToBeStored() {
    CompletableFuture<Void> left = new CompletableFuture<>();
    Flux<String> large =
        Flux.just("x".repeat(1_000)).repeat(10_000).doOnCancel(() -> left.complete(null));

    assertThatThrownBy(fetch(large)::join)
        .hasMessageContaining("expected: at most max_answer, 10000");

    assertThat(left).succeedsWithin(Duration.ofSeconds(20));
    assertThat(budget.open()).isFalse();
  }

  @Test
  void anEmptyBodyIsOne() {
    assertThat(fetch(Flux.empty()).join()).isEqualTo(Duration.ofMinutes(10));
    assertThat(budget.open()).isTrue();
  }
}
