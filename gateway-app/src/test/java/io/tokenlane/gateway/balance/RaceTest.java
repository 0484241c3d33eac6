package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.tokenlane.balance.Lease;
import io.tokenlane.balance.Node;
import io.tokenlane.gateway.call.Trail;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What becomes of the answer that nobody will see. */
final class RaceTest {
  private static final NettyDataBufferFactory BUFFERS =
      new NettyDataBufferFactory(ByteBufAllocator.DEFAULT);

  private final MockServerWebExchange exchange =
      MockServerWebExchange.from(MockServerHttpRequest.get("/"));
  private final Race race = new Race(exchange.getResponse(), Trail.start(exchange, "request", 0));

  private static Lease lease(String id) {
    Node node = new Node(id, URI.create("http://127.0.0.1:9000"), 1, 1);
    return new Lease() {
      @Override
      public Node node() {
        return node;
      }

      @Override
      public void firstByte() {}

      @Override
      public void produced(int tokens) {}

      @Override
      public void read(int prompt, int cached) {}

      @Override
      public void success() {}

      @Override
      public void ignored() {}

      @Override
      public void dropped(String why) {}
    };
  }

  private static Mono<Void> answer(Race.Runner runner, Flux<ByteBuf> body) {
    return Mono.defer(() -> runner.response().writeWith(body.map(BUFFERS::wrap)));
  }

  /** Held by the test as well, so that one release too many is seen. */
  private static ByteBuf held(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8).retain();
  }

  @Test
  void whatTheSlowerOneSaysIsReleasedOnce() {
    Race.Runner one = race.runner(lease("one"));
    Race.Runner two = race.runner(lease("two"));
    ByteBuf late = held("late");
    ByteBuf later = held("later");

    answer(one, Flux.just(held("soon"))).block();
    // Not by Runner.run, which the winner has ended: it came while the winner was found.
    Mono<Void> beaten = answer(two, Flux.just(late, later));

    assertThat(beaten.onErrorComplete().block(Duration.ofSeconds(20))).isNull();
    assertThat(late.refCnt()).isEqualTo(1);
    assertThat(later.refCnt()).isEqualTo(2);
    assertThat(exchange.getResponse().getBodyAsString().block()).isEqualTo("soon");
  }
}
