package io.tokenlane.gateway.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.telemetry.PassedRequests;
import io.tokenlane.gateway.telemetry.RequestIds;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.http.CacheStatus;
import io.tokenlane.prefetch.http.HttpFields;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;

/**
 * Hits that need no routing. An answer comes here when it has been served, fresh, the long way: to
 * a GET without credentials, cookies or conditions, of a resource that does not vary. The same
 * request, host and target alike, is then answered from the connection's own pipeline while that
 * very answer is still stored and fresh. Whoever must prove who they are never comes this far: an
 * anonymous request that was refused leaves nothing here, and one with credentials asks the long
 * way. Counted, logged and marked like any hit.
 */
final class FastHits {
  private static final int REMEMBERED = 10_000;

  /** Fields that change nothing in the answer of a resource that does not vary. */
  private static final Set<String> HARMLESS = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

  static {
    HARMLESS.addAll(
        List.of(
            "host",
            "user-agent",
            "accept",
            "accept-encoding",
            "accept-language",
            "accept-charset",
            "connection",
            "referer",
            "dnt",
            "x-request-id",
            "traceparent",
            "tracestate",
            "priority",
            "sec-fetch-dest",
            "sec-fetch-mode",
            "sec-fetch-site",
            "sec-fetch-user",
            "sec-ch-ua",
            "sec-ch-ua-mobile",
            "sec-ch-ua-platform",
            "upgrade-insecure-requests"));
  }

  private final Cache<String, Entry> entries =
      Caffeine.newBuilder().maximumSize(REMEMBERED).executor(Runnable::run).build();
  private final boolean enabled;
  private final HitListener hits;
  private final PassedRequests told;

  /** An answer as it goes out, but for what is new each time. */
  record Entry(CacheRule rule, String key, Answer answer, HttpHeaders fields) {
    @SuppressWarnings("ReferenceEquality") // an equal answer that replaced it is another one
    boolean valid(long nowNanos) {
      Optional<Answer> stored = rule.cache().find(key);
      return stored.isPresent() && stored.get() == answer && answer.ttlLeftSeconds(nowNanos) > 0;
    }
  }

  /**
   * Starts empty.
   *
   * @param enabled false where something before the cache has to see every request
   */
  FastHits(boolean enabled, HitListener hits, PassedRequests told) {
    this.enabled = enabled;
    this.hits = hits;
    this.told = told;
  }

  /** Tells that {@code answer} was served, fresh, to this request. */
  void served(ServerWebExchange exchange, CacheRule rule, Answer answer) {
    ServerHttpRequest request = exchange.getRequest();
    boolean fast =
        enabled
            && rule instanceof PlainRule plain
            && !plain.ahead()
            && answer.status() == HttpResponseStatus.OK.code()
            && !answer.fields().has("Vary")
            && Trail.of(exchange).principal().isEmpty()
            && request.getMethod().name().equals("GET")
            && request.getHeaders().headerNames().stream().allMatch(HARMLESS::contains);
    if (fast) {
      String host = request.getHeaders().getFirst("Host");
      String where = where(host, CacheFilter.target(request));
      entries.put(where, new Entry(rule, rule.key(), answer, fields(answer)));
    }
  }

  private static HttpHeaders fields(Answer answer) {
    HttpHeaders headers = new DefaultHttpHeaders();
    for (HttpFields.Line line : answer.fields().lines()) {
      headers.add(line.name(), line.value());
    }
    return headers.set(HttpHeaderNames.CONTENT_LENGTH, answer.body().remaining());
  }

  private static String where(@Nullable String host, String target) {
    return host + '\n' + target;
  }

  /** The response, where this request may be answered here. */
  @Nullable FullHttpResponse answer(HttpRequest request, String client) {
    if (!enabled || !plain(request)) {
      return null;
    }
    Entry entry =
        entries.getIfPresent(where(request.headers().get(HttpHeaderNames.HOST), request.uri()));
    if (entry == null) {
      return null;
    }
    long now = entry.rule().cache().nowNanos();
    if (!entry.valid(now)) {
      return null;
    }
    String host = String.valueOf(request.headers().get(HttpHeaderNames.HOST));
    hits.hit(request.uri());
    hits.asked(client, new HitListener.Resource(host, request.uri()), true);
    return response(request, entry, now);
  }

  private static boolean plain(HttpRequest request) {
    if (!request.method().equals(HttpMethod.GET)
        || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        || !request.decoderResult().isSuccess()) {
      return false;
    }
    for (Map.Entry<String, String> field : request.headers()) {
      if (!HARMLESS.contains(field.getKey())) {
        return false;
      }
    }
    String connection = request.headers().get(HttpHeaderNames.CONNECTION);
    return connection == null || connection.equalsIgnoreCase("keep-alive");
  }

  private FullHttpResponse response(HttpRequest request, Entry entry, long now) {
    Answer answer = entry.answer();
    String id = RequestIds.keepOrMake(request.headers().get(RequestIds.HEADER));
    HttpHeaders headers = entry.fields().copy();
    headers.set(HttpHeaderNames.AGE, Long.toString(answer.ageSeconds(now)));
    headers.set("Cache-Status", CacheStatus.hit(answer.ttlLeftSeconds(now)).render());
    headers.set(RequestIds.HEADER, id);
    String trace = request.headers().get("traceparent");
    if (trace != null) {
      headers.set("traceparent", trace);
    }
    told.ended(
        new PassedRequests.Passed(
            id,
            "GET",
            request.uri(),
            answer.status(),
            "done",
            "hit",
            answer.body().remaining(),
            0,
            0));
    ByteBuf body = Unpooled.wrappedBuffer(answer.body().duplicate());
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body, headers, EmptyHttpHeaders.INSTANCE);
  }
}
