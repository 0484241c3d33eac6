package io.tokenlane.gateway.security;

import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.gateway.error.ErrorBody;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.gateway.telemetry.Audit;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
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
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import reactor.core.publisher.Mono;

/**
 * The actuator is there to be read. What changes the gateway through it (drain, forget, reload)
 * needs a credential with the role {@code admin}: the console's token, an API key or a web token.
 * Where no credential could be accepted at all, whoever is on this machine may, but no page in a
 * browser. Each change, and each that was refused, is kept in the audit log.
 */
final class ChangeGate implements WebFilter, Ordered {
  private static final String ADMIN = "admin";
  private static final Principal BY_TOKEN = new Principal("console", "console", Set.of(ADMIN));
  private static final Principal HERE = new Principal("-", "-", Set.of(ADMIN));
  private static final Principal NOBODY = new Principal("-", "-", Set.of());
  private static final Set<HttpMethod> READING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
  private static final Duration AFTER_A_FAILURE = Duration.ofMillis(500);
  private static final int LONGEST_TARGET = 256;
  private static final Pattern LOCAL_HOST =
      Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d+)?");

  private final PathPattern guarded;
  private final Logins logins;
  private final @Nullable String token;
  private final Audit audit;

  /** Four guesses at a time, and a pause after each wrong one. */
  private final Semaphore guesses = new Semaphore(4);

  /**
   * @param path the actuator's, as {@code /actuator}
   */
  ChangeGate(String path, Logins logins, AdminToken token, Audit audit) {
    this.guarded = PathPatternParser.defaultInstance.parse(path + "/**");
    this.logins = logins;
    this.token = token.value();
    this.audit = audit;
  }

  @Override
  public int getOrder() {
    return FilterOrder.AUTHENTICATION - 1;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    ServerHttpRequest request = exchange.getRequest();
    // As the actuator itself finds its endpoints: however the path is written.
    if (READING.contains(request.getMethod())
        || !guarded.matches(request.getPath().pathWithinApplication())) {
      return chain.filter(exchange);
    }
    if (token == null && !logins.possible()) {
      return here(request) ? done(exchange, chain, HERE) : refuse(exchange, HttpStatus.FORBIDDEN);
    }
    return guessed(exchange, chain);
  }

  private Mono<Void> guessed(ServerWebExchange exchange, WebFilterChain chain) {
    if (!guesses.tryAcquire()) {
      return refuse(exchange, HttpStatus.TOO_MANY_REQUESTS);
    }
    return prove(exchange.getRequest())
        .onErrorResume(ApiException.class, refused -> Mono.empty())
        .defaultIfEmpty(NOBODY)
        .delayUntil(who -> admin(who) ? Mono.empty() : Mono.delay(AFTER_A_FAILURE))
        .doFinally(signal -> guesses.release())
        .flatMap(
            who ->
                admin(who)
                    ? done(exchange, chain, who)
                    : refuse(exchange, HttpStatus.UNAUTHORIZED));
  }

  private static boolean admin(Principal who) {
    return who.roles().contains(ADMIN);
  }

  private Mono<Principal> prove(ServerHttpRequest request) {
    String shown =
        Credentials.bearer(request.getHeaders())
            .or(() -> Credentials.apiKey(request.getHeaders()))
            .orElse(null);
    if (shown == null) {
      return Mono.empty();
    }
    boolean own =
        token != null
            && MessageDigest.isEqual(
                token.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
    return own ? Mono.just(BY_TOKEN) : logins.prove(request, shown);
  }

  private static boolean here(ServerHttpRequest request) {
    InetSocketAddress peer = request.getRemoteAddress();
    InetAddress from = peer == null ? null : peer.getAddress();
    String host = request.getHeaders().getFirst(HttpHeaders.HOST);
    return from != null
        && from.isLoopbackAddress()
        && host != null
        && LOCAL_HOST.matcher(host.toLowerCase(Locale.ROOT)).matches()
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
