package io.tokenlane.gateway.route;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;

/**
 * Tells apps behind plain routes who asked: {@code X-Forwarded-For}, {@code -Proto}, {@code -Host}
 * and {@code Forwarded} (RFC 7239). What a trusted proxy said before is continued, what anybody
 * else said is replaced. Nodes are told nothing: they may be somebody else's.
 */
final class ForwardedFields implements HttpHeadersFilter, Ordered {
  private static final String FORWARDED = "Forwarded";
  private static final String FOR = "X-Forwarded-For";
  private static final String PROTO = "X-Forwarded-Proto";
  private static final String HOST = "X-Forwarded-Host";
  private static final String PREFIX = "x-forwarded-";

  private final TrustedProxies trusted;

  ForwardedFields(TrustedProxies trusted) {
    this.trusted = trusted;
  }

  /** After Spring Cloud Gateway's own, which drop all such fields. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }

  @Override
  public HttpHeaders filter(HttpHeaders input, ServerWebExchange exchange) {
    HttpHeaders came = exchange.getRequest().getHeaders();
    List<String> gone = gone(input);
    boolean tells = !RouteConfig.onNodes(exchange);
    if (gone.isEmpty() && !tells) {
      return input;
    }
    HttpHeaders out = new HttpHeaders();
    out.addAll(input);
    gone.forEach(out::remove);
    if (tells) {
      tell(exchange.getRequest(), came, out);
    }
    return out;
  }

  /** What others have said of who asked. */
  private static List<String> gone(HttpHeaders input) {
    List<String> gone = new ArrayList<>(0);
    for (String name : input.headerNames()) {
      boolean said =
          name.equalsIgnoreCase(FORWARDED)
              || name.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
      if (said) {
        gone.add(name);
      }
    }
    return gone;
  }

  private void tell(ServerHttpRequest request, HttpHeaders came, HttpHeaders out) {
    InetSocketAddress peer = request.getRemoteAddress();
    InetAddress address = peer == null ? null : peer.getAddress();
    if (address == null) {
      return;
    }
    boolean believed = trusted.include(address);
    String ip = address.getHostAddress();
    String proto = request.getURI().getScheme();
    String host = came.getFirst(HttpHeaders.HOST);
    out.set(FOR, continued(believed ? came.getOrEmpty(FOR) : List.of(), ip));
    out.set(PROTO, last(believed ? came.getOrEmpty(PROTO) : List.of(), proto));
    String toldHost = last(believed ? came.getOrEmpty(HOST) : List.of(), host == null ? "" : host);
    if (!toldHost.isEmpty()) {
      out.set(HOST, toldHost);
    }
    String element = "for=" + node(ip) + ";proto=" + proto + host(host);
    out.set(FORWARDED, continued(believed ? came.getOrEmpty(FORWARDED) : List.of(), element));
  }

  private static String node(String ip) {
    return ip.indexOf(':') < 0 ? ip : "\"[" + ip + "]\"";
  }

  private static String host(@Nullable String host) {
    return host == null ? "" : ";host=\"" + host.replace("\"", "") + '"';
  }

  /** Lines of one field are one list (RFC 9110 §5.3). */
  private static String continued(List<String> before, String now) {
    return Stream.concat(before.stream().filter(line -> !line.isBlank()), Stream.of(now))
        .collect(Collectors.joining(", "));
  }

  /** What the nearest proxy said. */
  private static String last(List<String> before, String otherwise) {
    return before.stream()
        .filter(line -> !line.isBlank())
        .reduce((earlier, later) -> later)
        .orElse(otherwise);
  }
}
