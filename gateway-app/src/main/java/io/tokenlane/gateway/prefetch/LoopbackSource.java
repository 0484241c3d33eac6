package io.tokenlane.gateway.prefetch;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.tokenlane.gateway.cache.HitListener;
import io.tokenlane.gateway.cache.PrefetchPass;
import io.tokenlane.prefetch.ByteBudget;
import io.tokenlane.prefetch.Prefetcher;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/**
 * Fetches endpoints through the gateway's own front door, so that routes, filters and the cache
 * treat them as they treat a client's request.
 */
final class LoopbackSource implements Prefetcher.Source {
  private static final Pattern STORED_FOR = Pattern.compile("; ttl=([1-9]\\d*); stored");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient client;
  private final ByteBudget budget;
  private final long maxAnswerBytes;

  /**
   * Fetches at {@code frontDoor}.
   *
   * @param maxAnswerBytes the largest body that is stored: of a larger one no more is read; &gt; 0
   */
  LoopbackSource(
      InetSocketAddress frontDoor, PrefetchPass pass, ByteBudget budget, long maxAnswerBytes) {
    this.budget = budget;
    this.maxAnswerBytes = maxAnswerBytes;
    this.client =
        HttpClient.create()
            .remoteAddress(() -> frontDoor)
            .headers(h -> h.set(PrefetchPass.HEADER, pass.secret()))
            .responseTimeout(PATIENCE);
  }

  @Override
  public CompletionStage<Duration> fetch(String endpoint) {
    if (!budget.open()) {
      return CompletableFuture.failedFuture(
          new IllegalStateException("bytes_per_minute: all taken (expected: some left)"));
    }
    Endpoint asked = Endpoint.parse(endpoint);
    return (asked.content().isEmpty() ? client.get().uri(asked.target()) : sending(asked))
        .response(this::sized)
        .single()
        .toFuture();
  }

  private HttpClient.ResponseReceiver<?> sending(Endpoint asked) {
    byte[] content = asked.content().getBytes(StandardCharsets.UTF_8);
    return client
        .headers(
            h ->
                h.set(HttpHeaderNames.CONTENT_TYPE, asked.type())
                    .set(HttpHeaderNames.CONTENT_LENGTH, content.length))
        .request(HttpMethod.valueOf(asked.method()))
        .uri(asked.target())
        .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(content)));
  }

  /** Fetches what nobody has planned, for the host that clients name. */
  CompletionStage<Duration> fetch(HitListener.Resource resource, PrefetchPass pass) {
    return client
        .headers(
            h ->
                h.set(HttpHeaderNames.HOST, resource.host())
                    .set(PrefetchPass.HEADER, pass.forPredicted()))
        .get()
        .uri(resource.target())
        .response(this::sized)
        .single()
        .toFuture();
  }

  private Flux<Duration> sized(HttpClientResponse response, ByteBufFlux body) {
    return body.map(ByteBuf::readableBytes)
        .doOnNext(budget::spent)
        .scan(0L, Long::sum)
        .takeUntil(bytes -> bytes > maxAnswerBytes)
        .takeLast(1)
        .map(bytes -> storedFor(response, bytes));
  }

  private Duration storedFor(HttpClientResponse response, long bytes) {
    if (bytes > maxAnswerBytes) {
      throw new IllegalStateException(
          "body: "
              + bytes
              + " bytes and more (expected: at most max_answer, "
              + maxAnswerBytes
              + ")");
    }
    @Nullable String cacheStatus = response.responseHeaders().get("cache-status");
    Matcher stored = STORED_FOR.matcher(cacheStatus == null ? "" : cacheStatus);
    if (!stored.find()) {
      throw new IllegalStateException(
          "status " + response.status().code() + ", not stored: " + cacheStatus);
    }
    return Duration.ofSeconds(Long.parseLong(stored.group(1)));
  }
}
