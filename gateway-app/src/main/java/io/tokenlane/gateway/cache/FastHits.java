package io.tokenlane.gateway.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
import io.netty.util.AsciiString;
import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.telemetry.PassedRequests;
import io.tokenlane.gateway.telemetry.RequestIds;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.http.CacheStatus;
import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.Vary;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;

/**
 * Hits that need no routing. An answer comes here when it has been served, fresh, the long way: to
 * a GET without cookies or conditions, for the tenant that its credential proved or for nobody. The
 * same request, host, target, tenant and what {@code Vary} names alike, is then answered from the
 * connection's own pipeline while that very answer is still stored and fresh. An API key is proved
 * here each time; with any other credential a request goes the long way, and an anonymous one that
 * was refused there leaves nothing here. Counted, logged and marked like any hit.
 */
final class FastHits {
  static final AsciiString CACHE_STATUS = AsciiString.cached("Cache-Status");
  static final AsciiString REQUEST_ID = AsciiString.cached(RequestIds.HEADER);
  static final AsciiString TRACE_PARENT = AsciiString.cached("traceparent");

  /** Fields with a credential; a request with one of them is proved here, or goes the long way. */
  static final FieldNames CREDENTIALS = new FieldNames("authorization", "x-api-key", "api-key");

  private static final int REMEMBERED = 10_000;

  /** Fields that change nothing in the answer of a resource that does not vary. */
  private static final FieldNames HARMLESS =
      new FieldNames(
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
          "upgrade-insecure-requests");

  private final Cache<String, HotEntry> entries =
      Caffeine.newBuilder().maximumSize(REMEMBERED).executor(Runnable::run).build();
  private final BooleanSupplier enabled;
  private final HitLedger ledger;
  private final KnownRequests known;

  /**
   * A request that was answered here.
   *
   * @param tenant null where it had no credential
   */
  record Answered(
      HttpRequest request, FullHttpResponse response, HotEntry entry, @Nullable String tenant) {}

  /**
   * Starts empty.
   *
   * @param enabled false where something before the cache has to see every request
   */
  FastHits(BooleanSupplier enabled, HitLedger ledger) {
    this.enabled = enabled;
    this.ledger = ledger;
    this.known = new KnownRequests(enabled, ledger);
  }

  /** Every request goes the long way once more. */
  void clear() {
    entries.invalidateAll();
    known.clear();
  }

  /** Those that need not be parsed any more. */
  KnownRequests known() {
    return known;
  }

  /** Tells that {@code answer} was served, fresh, to this request. */
  void served(ServerWebExchange exchange, CacheRule rule, Answer answer) {
    ServerHttpRequest request = exchange.getRequest();
    if (rule instanceof PlainRule plain && fast(request, plain, answer)) {
      String host = request.getHeaders().getFirst("Host");
      String tenant = Trail.of(exchange).principal().map(Principal::tenant).orElse(null);
      Map<String, List<String>> selected = new HashMap<>();
      for (String name : Vary.names(answer.fields())) {
        selected.put(name, request.getHeaders().getOrDefault(name, List.of()));
      }
      String own = plain.key();
      String key = plain.keyOf(answer);
      String before = own.equals(key) ? null : own;
      entries.put(
          where(host, CacheFilter.target(request), tenant),
          new HotEntry(rule, key, before, new WeakReference<>(answer), fields(answer), selected));
    }
  }

  private boolean fast(ServerHttpRequest request, PlainRule plain, Answer answer) {
    return enabled.getAsBoolean()
        && !plain.ahead()
        && plain.query() == null
        && answer.status() == HttpResponseStatus.OK.code()
        && plain.request().equals(Fields.of(request.getHeaders()))
        && Vary.names(answer.fields()).stream().allMatch(HARMLESS::contains)
        && request.getMethod().name().equals("GET")
        && request.getHeaders().headerNames().stream().allMatch(HARMLESS::contains);
  }

  private static HttpHeaders fields(Answer answer) {
    HttpHeaders headers = new DefaultHttpHeaders();
    for (HttpFields.Line line : answer.fields().lines()) {
      headers.add(AsciiString.of(line.name()), AsciiString.of(line.value()));
    }
    return headers.set(HttpHeaderNames.CONTENT_LENGTH, answer.body().remaining());
  }

  private static String where(@Nullable String host, String target, @Nullable String tenant) {
    return tenant == null ? host + '\n' + target : host + '\n' + target + '\n' + tenant;
  }

  /** The response, where this request may be answered here. */
  @Nullable Answered answer(HttpRequest request, String client) {
    if (!enabled.getAsBoolean() || !plain(request)) {
      return null;
    }
    int credentials = credentials(request.headers());
    if (credentials < 0 || credentials > 1) {
      return null;
    }
    long start = System.nanoTime();
    String tenant = null;
    if (credentials == 1) {
      tenant = ledger.tenant(request.headers()::get).orElse(null);
      if (tenant == null) {
        return null;
      }
    }
    String host = String.valueOf(request.headers().get(HttpHeaderNames.HOST));
    HotEntry entry = entries.getIfPresent(where(host, request.uri(), tenant));
    if (entry == null || !entry.selectedBy(request.headers())) {
      return null;
    }
    long now = entry.rule().cache().nowNanos();
    Answer answer = entry.current(now);
    if (answer == null) {
      return null;
    }
    if (tenant == null) {
      ledger.asked(client, resource(entry, host, request.uri()));
    }
    PassedRequests.Trace trace = ledger.begun(request.headers().get(TRACE_PARENT));
    String id = RequestIds.keepOrMake(request.headers().get(REQUEST_ID));
    HttpHeaders fields = timed(entry, answer, now).set(REQUEST_ID, id);
    if (trace.passed() != null) {
      fields.set(TRACE_PARENT, trace.passed());
    }
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.OK,
            Unpooled.wrappedBuffer(answer.body().duplicate()),
            fields,
            EmptyHttpHeaders.INSTANCE);
    long bytes = answer.body().remaining();
    ledger.ended(new HitLedger.Hit(id, request.uri(), bytes, start), trace);
    return new Answered(request, response, entry, tenant);
  }

  /** What is learnt of the request. */
  static HitListener.Resource resource(HotEntry entry, String host, String target) {
    return new HitListener.Resource(PlainRule.route(entry.key()), host, target);
  }

  private static boolean plain(HttpRequest request) {
    String connection = request.headers().get(HttpHeaderNames.CONNECTION);
    return request.method().equals(HttpMethod.GET)
        && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && request.decoderResult().isSuccess()
        && (connection == null || connection.equalsIgnoreCase("keep-alive"));
  }

  /** How many fields are credentials; -1 where one may change the answer. */
  private static int credentials(HttpHeaders fields) {
    int credentials = 0;
    Iterator<Map.Entry<CharSequence, CharSequence>> each = fields.iteratorCharSequence();
    while (each.hasNext()) {
      CharSequence name = each.next().getKey();
      if (CREDENTIALS.contains(name)) {
        credentials++;
      } else if (!HARMLESS.contains(name)) {
        return -1;
      }
    }
    return credentials;
  }

  private static HttpHeaders timed(HotEntry entry, Answer answer, long now) {
    return entry
        .fields()
        .copy()
        .set(HttpHeaderNames.AGE, Long.toString(answer.ageSeconds(now)))
        .set(CACHE_STATUS, CacheStatus.hit(answer.ttlLeftSeconds(now)).render());
  }
}
