package io.tokenlane.gateway.security;

import io.tokenlane.gateway.cache.PrefetchPass;
import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.route.FilterOrder;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.http.server.PathContainer.PathSegment;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Proves who asks before anything else is done for them. The credential that proved it goes no
 * further than here.
 */
final class AuthenticationFilter implements WebFilter, Ordered {
  /** Dot segments (RFC 3986 §3.3), and separators or escapes that were themselves escaped. */
  private static final Pattern AMBIGUOUS = Pattern.compile("\\.\\.?|.*[/\\\\%].*", Pattern.DOTALL);

  private final ApplicationContext api;
  private final List<Authenticator> ways;
  private final List<PathPattern> publicPaths;
  private final boolean open;
  private final boolean forward;
  private final PrefetchPass pass;

  AuthenticationFilter(
      ApplicationContext api,
      SecurityProperties properties,
      List<Authenticator> ways,
      PrefetchPass pass,
      List<OwnDoor> doors) {
    this.api = api;
    this.ways = List.copyOf(ways);
    this.publicPaths =
        Stream.concat(
                properties.publicPaths().stream(), doors.stream().map(door -> door.path() + "/**"))
            .map(PathPatternParser.defaultInstance::parse)
            .toList();
    this.open = properties.open();
    this.forward = properties.forwardAuthorization();
    this.pass = pass;
  }

  @Override
  public int getOrder() {
    return FilterOrder.AUTHENTICATION;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    if (ways.isEmpty() || !api.equals(exchange.getApplicationContext()) || free(exchange)) {
      return chain.filter(exchange);
    }
    ServerHttpRequest request = exchange.getRequest();
    return Flux.fromIterable(ways)
        .concatMap(way -> way.authenticate(request).map(p -> proved(exchange, way, p)))
        .next()
        .switchIfEmpty(Mono.defer(() -> unproved(exchange)))
        .flatMap(chain::filter);
  }

  private boolean free(ServerWebExchange exchange) {
    ServerHttpRequest request = exchange.getRequest();
    return pass.isShownBy(request.getHeaders())
        || (unambiguous(request)
            && publicPaths.stream()
                .anyMatch(pattern -> pattern.matches(request.getPath().pathWithinApplication())));
  }

  /** Whether no origin could read the path as another one than the patterns see. */
  private static boolean unambiguous(ServerHttpRequest request) {
    return request.getPath().pathWithinApplication().elements().stream()
        .filter(PathSegment.class::isInstance)
        .map(segment -> ((PathSegment) segment).valueToMatch())
        .noneMatch(AMBIGUOUS.asMatchPredicate());
  }

  private ServerWebExchange proved(
      ServerWebExchange exchange, Authenticator way, Principal principal) {
    Trail.of(exchange).proved(principal);
    if (!way.inFields() || (forward && !(way instanceof ApiKeys || way instanceof InternalPass))) {
      return exchange;
    }
    return exchange
        .mutate()
        .request(exchange.getRequest().mutate().headers(Credentials::remove).build())
        .build();
  }

  private Mono<ServerWebExchange> unproved(ServerWebExchange exchange) {
    return open
        ? Mono.just(exchange)
        : Mono.error(
            Credentials.refused(
                "missing_credentials",
                "The request has no credential that this gateway accepts (expected: an API key"
                    + " as Authorization: Bearer …)."));
  }
}
