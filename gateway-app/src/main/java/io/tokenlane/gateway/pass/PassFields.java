package io.tokenlane.gateway.pass;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/** Header fields of requests and answers that pass: what is refused, taken out and put in. */
final class PassFields {
  /** Fields with which a request needs more than passing. */
  private static final Set<String> NEEDS_MORE =
      Set.of(
          "transfer-encoding",
          "upgrade",
          "expect",
          "te",
          "trailer",
          "cache-control",
          "pragma",
          "forwarded",
          "content-encoding",
          "http2-settings");

  /** Of one connection (RFC 9110 §7.6.1), beside those that {@code Connection} names. */
  private static final Set<String> OF_CONNECTION =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authorization",
          "te",
          "trailer",
          "upgrade",
          "endpoint-load-metrics");

  /** Taken from a client where it is well formed, and made anew else. */
  private static final Set<String> BY_GATEWAY = Set.of("x-request-id", "traceparent");

  /** What apps are told or asked, and nodes are not. */
  private static final List<String> OF_APPS =
      List.of(
          "x-forwarded-for",
          "x-forwarded-proto",
          "x-forwarded-host",
          "forwarded",
          "accept-encoding");

  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;
  private static final String EVENTS = "text/event-stream";

  private static final List<String> CREDENTIALS =
      List.of("authorization", "x-api-key", "api-key", "cookie");

  /** Without any of these, no cache keeps an answer for longer than it takes to pass it on. */
  private static final Set<String> OF_CACHES =
      Set.of(
          "expires", "etag", "last-modified", "location", "content-location", "surrogate-control");

  private static final Set<HttpMethod> METHODS =
      Set.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);

  private PassFields() {}

  /** Whether a request's line and fields ask for nothing but to be passed on. */
  static boolean simple(HttpRequest request) {
    if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        || !request.decoderResult().isSuccess()
        || !METHODS.contains(request.method())) {
      return false;
    }
    int hosts = 0;
    int lengths = 0;
    for (Map.Entry<String, String> field : request.headers()) {
      String name = field.getKey().toLowerCase(Locale.ROOT);
      if (NEEDS_MORE.contains(name)
          || name.startsWith("x-tokenlane-")
          || name.startsWith("x-forwarded-")) {
        return false;
      }
      hosts += name.equals("host") ? 1 : 0;
      lengths += name.equals("content-length") ? 1 : 0;
    }
    String connection = request.headers().get(HttpHeaderNames.CONNECTION);
    boolean stays = connection == null || connection.equalsIgnoreCase("keep-alive");
    return hosts == 1 && lengths <= 1 && stays;
  }

  /** The fields of the request that goes upstream. */
  static HttpHeaders upstream(HttpRequest request, PassOrigin target, Asker asker) {
    HttpHeaders fields = DefaultHttpHeadersFactory.headersFactory().newHeaders();
    String host = "";
    for (Iterator<Map.Entry<CharSequence, CharSequence>> all =
            request.headers().iteratorCharSequence();
        all.hasNext(); ) {
      Map.Entry<CharSequence, CharSequence> field = all.next();
      String name = field.getKey().toString().toLowerCase(Locale.ROOT);
      if (name.equals("host")) {
        host = field.getValue().toString();
      } else if (!OF_CONNECTION.contains(name) && !BY_GATEWAY.contains(name)) {
        fields.add(field.getKey(), field.getValue());
      }
    }
    fields.set(HttpHeaderNames.HOST, target.authority());
    fields.set("x-request-id", asker.requestId());
    fields.set("X-Forwarded-For", asker.address());
    fields.set("X-Forwarded-Proto", asker.scheme());
    fields.set("X-Forwarded-Host", host);
    fields.set("Forwarded", asker.forwarded(host));
    String trace = asker.trace();
    if (trace != null) {
      fields.set("traceparent", trace);
    }
    return fields;
  }

  /**
   * The fields of the request that goes to a node, which may be somebody else's: it is told nothing
   * of who asks.
   *
   * @param apiKey the gateway's own credential; null where the node needs none
   * @param forwardsCredentials whether the client's own go on
   */
  static HttpHeaders node(
      HttpRequest request,
      PassOrigin target,
      Asker asker,
      @Nullable String apiKey,
      boolean forwardsCredentials) {
    HttpHeaders fields = upstream(request, target, asker);
    OF_APPS.forEach(fields::remove);
    if (!forwardsCredentials) {
      CREDENTIALS.forEach(fields::remove);
    }
    if (apiKey != null) {
      fields.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + apiKey);
    }
    return fields;
  }

  /**
   * Who asks.
   *
   * @param address of the connection's other end
   * @param scheme http or https
   * @param trace what upstream is told in {@code traceparent}; null: nothing
   */
  record Asker(String requestId, String address, String scheme, @Nullable String trace) {
    static Asker of(ChannelHandlerContext client, String requestId, @Nullable String trace) {
      String address =
          client.channel().remoteAddress() instanceof InetSocketAddress peer
              ? peer.getAddress().getHostAddress()
              : "unknown";
      boolean secured = client.pipeline().get(SslHandler.class) != null;
      return new Asker(requestId, address, secured ? "https" : "http", trace);
    }

    /** One element of {@code Forwarded} (RFC 7239). */
    String forwarded(String host) {
      String node = address.indexOf(':') < 0 ? address : "\"[" + address + "]\"";
      return "for=" + node + ";proto=" + scheme + ";host=\"" + host.replace("\"", "") + '"';
    }
  }

  /** Whether a cache could have kept the answer, or has to hear of what it changed elsewhere. */
  static boolean storable(HttpHeaders answer) {
    for (Map.Entry<String, String> field : answer) {
      if (storable(field.getKey(), field.getValue())) {
        return true;
      }
    }
    return false;
  }

  /** Whether this field of an answer is such a one. */
  static boolean storable(String field, String value) {
    String name = field.toLowerCase(Locale.ROOT);
    return OF_CACHES.contains(name) || (name.endsWith("cache-control") && !forbids(value));
  }

  private static boolean forbids(String cacheControl) {
    String directives = cacheControl.toLowerCase(Locale.ROOT);
    return directives.contains("no-store") || directives.contains("private");
  }

  /** Turns an answer's fields into those of the client's. */
  static void downstream(HttpResponse answer, String requestId, String timing, boolean bodiless) {
    HttpHeaders fields = answer.headers();
    removeOfConnection(fields);
    boolean framed =
        fields.contains(HttpHeaderNames.CONTENT_LENGTH)
            || fields.contains(HttpHeaderNames.TRANSFER_ENCODING);
    if (!framed && !bodiless) {
      fields.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    fields.set("x-request-id", requestId);
    if (!fields.contains("X-Content-Type-Options")) {
      fields.set("X-Content-Type-Options", "nosniff");
    }
    fields.add("Server-Timing", timing);
    answer.setProtocolVersion(HttpVersion.HTTP_1_1);
  }

  private static void removeOfConnection(HttpHeaders fields) {
    for (String named : fields.getAll(HttpHeaderNames.CONNECTION)) {
      for (String name : named.split(",")) {
        remove(fields, name.strip());
      }
    }
    OF_CONNECTION.forEach(fields::remove);
  }

  private static void remove(HttpHeaders fields, String named) {
    boolean framing =
        named.equalsIgnoreCase("content-length") || named.equalsIgnoreCase("transfer-encoding");
    if (!named.isEmpty() && !framing) {
      fields.remove(named);
    }
  }

  /** Whether an answer of this status has no body (RFC 9110 §6.4.1). */
  static boolean bodiless(int status) {
    return status == NO_CONTENT || status == NOT_MODIFIED;
  }

  /** Whether an answer is a stream of events. */
  static boolean isEvents(HttpHeaders answer) {
    String type = answer.get(HttpHeaderNames.CONTENT_TYPE);
    return type != null && type.regionMatches(true, 0, EVENTS, 0, EVENTS.length());
  }

  /**
   * Passes an answer that comes before the answer (RFC 8297): as text and right behind the codec,
   * which counts answers and must not see it.
   */
  static void interim(ChannelHandlerContext client, HttpResponse answer) {
    ChannelHandlerContext codec = client.pipeline().context(NettyPipeline.HttpCodec);
    if (codec != null) {
      var _ = codec.writeAndFlush(ByteBufUtil.writeAscii(client.alloc(), interim(answer)));
    }
  }

  private static String interim(HttpResponse answer) {
    StringBuilder text = new StringBuilder("HTTP/1.1 ").append(answer.status()).append("\r\n");
    removeOfConnection(answer.headers());
    answer
        .headers()
        .forEach(h -> text.append(h.getKey()).append(": ").append(h.getValue()).append("\r\n"));
    return text.append("\r\n").toString();
  }

  /**
   * Server Timing (W3C), in milliseconds.
   *
   * @param leasedNanos when a node was leased; 0 where none was
   */
  static String timing(long startNanos, long leasedNanos, long firstByteNanos) {
    return leasedNanos == 0
        ? "gateway;dur=" + millis(firstByteNanos - startNanos)
        : "gateway;dur="
            + millis(leasedNanos - startNanos)
            + ", node;dur="
            + millis(firstByteNanos - leasedNanos);
  }

  private static String millis(long nanos) {
    long tenths = nanos / 100_000;
    return tenths / 10 + "." + tenths % 10;
  }
}
