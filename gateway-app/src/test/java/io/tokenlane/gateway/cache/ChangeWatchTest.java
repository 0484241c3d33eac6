package io.tokenlane.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.VariantKeys;
import io.tokenlane.prefetch.http.HttpFields;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** What a change takes out of all stores, and what its own answer leaves there. */
final class ChangeWatchTest {
  private static final URI RESOURCE = URI.create("http://host/thing");
  private static final String GROUP = CacheRules.group(RESOURCE, "/thing");

  private final AtomicLong now = new AtomicLong();
  private final AnswerCache own = new AnswerCache(1 << 20, 1 << 20, now::incrementAndGet);
  private final AnswerCache others = new AnswerCache(1 << 20, 1 << 20, now::incrementAndGet);
  private final PlainRule rule =
      new PlainRule(
          own,
          RouteCache.DEFAULT,
          "key",
          GROUP,
          HttpFields.NONE,
          new VariantKeys(10),
          "planned",
          false,
          null,
          null);
  private final MockServerHttpResponse response = new MockServerHttpResponse();

  private ChangeWatch watch(HttpMethod method) {
    response.setStatusCode(HttpStatus.OK);
    response.getHeaders().set("Cache-Control", "max-age=60");
    response.getHeaders().set("Content-Location", "/thing");
    return new ChangeWatch(
        response,
        MockServerHttpRequest.method(method, RESOURCE).build(),
        rule,
        List.of(own, others));
  }

  private static DataBuffer buffer(String text) {
    return DefaultDataBufferFactory.sharedInstance.wrap(
        text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private void store(AnswerCache cache) {
    Answer.Times times = Answer.Times.fresh(cache.nowNanos(), Duration.ofMinutes(1));
    ByteBuffer body = ByteBuffer.wrap(new byte[1]);
    cache.put("key", new Answer(GROUP, 200, HttpFields.NONE, body, times), cache.nowNanos());
  }

  @Test
  void aChangeReachesTheStoresOfAllRoutes() {
    store(own);
    store(others);

    watch(HttpMethod.PUT).writeWith(Flux.just(buffer("done"))).block();

    assertThat(own.find("key")).isEmpty();
    assertThat(others.find("key")).isEmpty();
  }

  @Test
  void aPostThatReturnsTheResourceStoresIt() {
    watch(HttpMethod.POST).writeWith(Flux.just(buffer("thing"))).block();

    assertThat(own.find("key")).isPresent();
  }

  @Test
  void unlessAnotherChangeCameMeanwhile() {
    ChangeWatch begun = watch(HttpMethod.POST);
    own.forget(GROUP);
    begun.writeWith(Flux.just(buffer("thing"))).block();

    assertThat(own.find("key")).isEmpty();
  }

  @Test
  void norWhereItCameBeforeTheEndOfTheBody() {
    Sinks.One<DataBuffer> end = Sinks.one();
    var writing =
        watch(HttpMethod.POST)
            .writeWith(Flux.just(buffer("thi")).concatWith(end.asMono()))
            .toFuture();
    own.forget(GROUP);
    end.tryEmitValue(buffer("ng"));

    assertThat(writing).isCompleted();
    assertThat(own.find("key")).isEmpty();
  }
}
