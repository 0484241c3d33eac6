package io.tokenlane.gateway.security;

import io.tokenlane.gateway.cache.PrefetchPass;
import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.route.FilterOrder;
import java.util.List;
import java.util.function.Supplier;
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
  private final Supplier<Rules> rules;
  private final PrefetchPass pass;

  AuthenticationFilter(
      ApplicationContext api, Supplier<Rules> rules, List<Authenticator> ways, PrefetchPass pass) {
    this.api = api;
    this.ways = List.copyOf(ways);
    this.rules = rules;
    this.pass = pass;
  }

  /**
   * What may be configured anew while the gateway runs.
   *
   * @param publicPaths which need no credential
   * @param open whether requests without one may come in
   * @param forward whether upstreams see a credential that the gateway has taken
   */
  record Rules(List<PathPattern> publicPaths, boolean open, boolean forward) {
    static Rules of(SecurityProperties properties, List<OwnDoor> doors) {
      Stream<String> own = doors.stream().map(door -> door.path() + "/**");
      return new Rules(
          Stream.concat(properties.publicPaths().stream(), own)
              .map(PathPatternParser.defaultInstance::parse)
              .toList(),
          properties.open(),
          properties.forwardAuthorization());
    }
  }

  @Override
  public int getOrder() {
    return FilterOrder.AUTHENTICATION;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    if (!api.equals(exchange.getApplicationContext())) {
      return chain.filter(exchange);
    }
    ServerHttpRequest request = exchange.getRequest();
    ServerWebExchange bare = withoutPass(exchange);
    if (ways.isEmpty() || free(exchange)) {
      return chain.filter(bare);
    }
    return Flux.fromIterable(ways)
        .concatMap(way -> way.authenticate(request).map(p -> proved(bare, way, p)))
        .next()
        .switchIfEmpty(Mono.defer(() -> unproved(bare)))
        .flatMap(chain::filter);
  }

  /** The gateway's pass to itself, which no upstream may see, whoever it lets in here. */
  private static ServerWebExchange withoutPass(ServerWebExchange exchange) {
    if (!exchange.getRequest().getHeaders().containsHeader(InternalPass.HEADER)) {
      return exchange;
    }
    ServerHttpRequest bare =
        exchange.getRequest().mutate().headers(h -> h.remove(InternalPass.HEADER)).build();
    return exchange.mutate().request(bare).build();
  }

  private boolean free(ServerWebExchange exchange) {
    ServerHttpRequest request = exchange.getRequest();
    return pass.isShownBy(request.getHeaders())
        || (unambiguous(request)
            && rules.get().publicPaths().stream()
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
    if (!way.inFields()
        || (rules.get().forward() && !(way instanceof ApiKeys || way instanceof InternalPass))) {
      return exchange;
    }
    return exchange
        .mutate()
        .request(exchange.getRequest().mutate().headers(Credentials::remove).build())
        .build();
  }

  private Mono<ServerWebExchange> unproved(ServerWebExchange exchange) {
    return rules.get().open()
        ? Mono.just(exchange)
        : Mono.error(
            Credentials.refused(
                "missing_credentials",
                "The request has no credential that this gateway accepts (expected: an API key"
                    + " as Authorization: Bearer …)."));
  }
}
