package io.tokenlane.gateway.security;

import io.tokenlane.gateway.cache.PrefetchPass;
import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.route.FilterOrder;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
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
   * @param doors where a part of the gateway lets in itself
   * @param open whether requests without one may come in
   * @param forward whether upstreams see a credential that the gateway has taken
   */
  record Rules(
      List<PathPattern> publicPaths, List<PathPattern> doors, boolean open, boolean forward) {
    static Rules of(SecurityProperties properties, List<OwnDoor> doors) {
      return new Rules(
          patterns(properties.publicPaths().stream()),
          patterns(doors.stream().map(door -> door.path() + "/**")),
          properties.open(),
          properties.forwardAuthorization());
    }

    private static List<PathPattern> patterns(Stream<String> paths) {
      return paths.map(PathPatternParser.defaultInstance::parse).toList();
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
    if (ways.isEmpty()
        || pass.isShownBy(request.getHeaders())
        || fits(request, rules.get().doors())) {
      return chain.filter(bare);
    }
    if (fits(request, rules.get().publicPaths())) {
      return chain.filter(withoutOwn(bare));
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
    return mutated(exchange, headers -> headers.remove(InternalPass.HEADER));
  }

  private static boolean fits(ServerHttpRequest request, List<PathPattern> paths) {
    return unambiguous(request)
        && paths.stream()
            .anyMatch(pattern -> pattern.matches(request.getPath().pathWithinApplication()));
  }

  /** Where nobody is asked for a credential, those of the gateway still go no further. */
  private ServerWebExchange withoutOwn(ServerWebExchange exchange) {
    boolean forward = rules.get().forward();
    List<Authenticator> keep = ways.stream().filter(w -> !(forward && w.mayGoOn())).toList();
    return mutated(
        exchange,
        headers ->
            Credentials.remove(headers, value -> keep.stream().anyMatch(w -> w.owns(value))));
  }

  private static ServerWebExchange mutated(
      ServerWebExchange exchange, Consumer<HttpHeaders> change) {
    return exchange
        .mutate()
        .request(exchange.getRequest().mutate().headers(change).build())
        .build();
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
    return !way.inFields() || (rules.get().forward() && way.mayGoOn())
        ? exchange
        : mutated(exchange, Credentials::remove);
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
