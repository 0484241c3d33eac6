package io.tokenlane.gateway.security;

import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.error.ErrorBody;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.gateway.telemetry.Audit;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.function.Predicate;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * The actuator is there to be read. What changes the gateway through it (drain, forget, reload)
 * needs a credential with the role {@code admin}: the console's token, an API key or a web token.
 * Where no credential could be accepted at all, whoever is on this machine may, but no page in a
 * browser. Each change, and each that was refused, is kept in the audit log.
 */
final class ChangeGate implements WebFilter, Ordered {
  private static final Principal HERE = new Principal("-", "-", Set.of("admin"));
  private static final Principal NOBODY = new Principal("-", "-", Set.of());
  private static final Set<HttpMethod> READING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
  private static final int LONGEST_TARGET = 256;

  private final Predicate<ServerWebExchange> guarded;
  private final AdminLogins admins;
  private final Audit audit;

  /**
   * @param guarded whether a request is one to the actuator
   */
  ChangeGate(Predicate<ServerWebExchange> guarded, AdminLogins admins, Audit audit) {
    this.guarded = guarded;
    this.admins = admins;
    this.audit = audit;
  }

  @Override
  public int getOrder() {
    return FilterOrder.AUTHENTICATION - 1;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    ServerHttpRequest request = exchange.getRequest();
    if (READING.contains(request.getMethod()) || !guarded.test(exchange)) {
      return chain.filter(exchange);
    }
    if (!admins.possible()) {
      return here(request) ? done(exchange, chain, HERE) : refuse(exchange, HttpStatus.FORBIDDEN);
    }
    return guessed(exchange, chain);
  }

  private Mono<Void> guessed(ServerWebExchange exchange, WebFilterChain chain) {
    ServerHttpRequest request = exchange.getRequest();
    String shown =
        Credentials.bearer(request.getHeaders())
            .or(() -> Credentials.apiKey(request.getHeaders()))
            .orElse("");
    return admins
        .prove(request, shown)
        .map(who -> done(exchange, chain, who))
        .onErrorResume(
            AdminLogins.TooMany.class,
            full -> Mono.just(refuse(exchange, HttpStatus.TOO_MANY_REQUESTS)))
        .switchIfEmpty(Mono.fromSupplier(() -> refuse(exchange, HttpStatus.UNAUTHORIZED)))
        .flatMap(answer -> answer);
  }

  private static boolean here(ServerHttpRequest request) {
    return ThisMachine.asks(request)
        && request.getHeaders().getFirst(HttpHeaders.ORIGIN) == null
        && request.getHeaders().getFirst("Sec-Fetch-Site") == null;
  }

  private Mono<Void> done(ServerWebExchange exchange, WebFilterChain chain, Principal who) {
    return chain
        .filter(exchange)
        .doFinally(
            signal -> {
              var status = exchange.getResponse().getStatusCode();
              note(exchange, who, status == null ? "done" : "done: " + status.value());
            });
  }

  private void note(ServerWebExchange exchange, Principal who, String outcome) {
    ServerHttpRequest request = exchange.getRequest();
    InetSocketAddress peer = request.getRemoteAddress();
    String target = request.getPath().pathWithinApplication().value();
    audit.changed(
        new Audit.Change(
            who.id(),
            peer == null ? "-" : peer.getHostString(),
            request.getMethod().name(),
            target.length() <= LONGEST_TARGET ? target : target.substring(0, LONGEST_TARGET),
            outcome));
  }

  private Mono<Void> refuse(ServerWebExchange exchange, HttpStatus status) {
    note(exchange, NOBODY, "refused: " + status.value());
    ServerHttpResponse response = exchange.getResponse();
    response.setStatusCode(status);
    response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
    if (status == HttpStatus.UNAUTHORIZED) {
      response.getHeaders().set(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"tokenlane\"");
    }
    byte[] body =
        ErrorBody.problem(
            status.value(),
            status.getReasonPhrase(),
            "A change needs the role admin (expected: Authorization: Bearer with"
                + " tokenlane.console.token, or an API key or token of that role).",
            "-");
    return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
  }
}
