package io.tokenlane.gateway.console;

import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.console.Sessions.Session;
import io.tokenlane.gateway.error.ApiException;
import io.tokenlane.gateway.security.Logins;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseCookie;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Logging in with an API key or a token of role {@code admin}, or the console's own token. */
final class LoginApi {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Principal BY_TOKEN = new Principal("console", "console", Set.of("admin"));
  private static final Duration AFTER_A_FAILURE = Duration.ofMillis(500);

  private final Gate gate;
  private final Sessions sessions;
  private final Logins logins;
  private final @Nullable String token;

  /** Four guesses at a time, and a pause after each wrong one. */
  private final Semaphore guesses = new Semaphore(4);

  LoginApi(Gate gate, Sessions sessions, Logins logins, @Nullable String token) {
    this.gate = gate;
    this.sessions = sessions;
    this.logins = logins;
    this.token = token;
  }

  Mono<ServerResponse> session(ServerRequest request) {
    return ConsoleApi.json(HttpStatus.OK, told(request, gate.session(request)));
  }

  private ObjectNode told(ServerRequest request, Optional<Session> session) {
    ObjectNode told = JSON.createObjectNode();
    boolean admin = session.filter(s -> Gate.isAdmin(s.who())).isPresent();
    told.put("sees", admin || gate.sees(request));
    told.put("admin", admin);
    told.put("login_possible", token != null || logins.possible());
    session.ifPresent(s -> told.put("who", s.who().id()).put("csrf", s.csrf()));
    return told;
  }

  /** Body: {@code {"credential": …}}. */
  Mono<ServerResponse> login(ServerRequest request) {
    if (!Gate.ownPage(request)) {
      throw new Gate.Refusal(HttpStatus.FORBIDDEN, "the request is not of the console's own page");
    }
    return ConsoleApi.body(request)
        .map(body -> ConsoleApi.parsed(body).path("credential").asString("").strip())
        .flatMap(credential -> guess(request, credential));
  }

  /** Counted once its body is there: who sends none holds nobody up. */
  private Mono<ServerResponse> guess(ServerRequest request, String credential) {
    if (!guesses.tryAcquire()) {
      return Mono.error(
          new Gate.Refusal(
              HttpStatus.TOO_MANY_REQUESTS, "too many logins at once; try again in a second"));
    }
    return Mono.defer(() -> prove(request, credential))
        .filter(Gate::isAdmin)
        .map(Optional::of)
        .defaultIfEmpty(Optional.empty())
        .onErrorResume(ApiException.class, refused -> Mono.just(Optional.empty()))
        .flatMap(who -> who.map(w -> welcome(request, w)).orElseGet(() -> refuse(request)))
        .doFinally(signal -> guesses.release());
  }

  private Mono<Principal> prove(ServerRequest request, String credential) {
    boolean own =
        token != null
            && MessageDigest.isEqual(
                token.getBytes(StandardCharsets.UTF_8),
                credential.getBytes(StandardCharsets.UTF_8));
    return own ? Mono.just(BY_TOKEN) : logins.prove(request.exchange().getRequest(), credential);
  }

  private Mono<ServerResponse> welcome(ServerRequest request, Principal who) {
    Session session = sessions.begin(who);
    gate.note(request, Optional.of(session), "login", "console", "done");
    return Pages.guarded(ServerResponse.ok())
        .cookie(cookie(request, session.id(), Duration.ofSeconds(-1)))
        .header("Cache-Control", "no-store")
        .header("Content-Type", "application/json")
        .bodyValue(JSON.writeValueAsBytes(told(request, Optional.of(session))));
  }

  private static ResponseCookie cookie(ServerRequest request, String value, Duration age) {
    return ResponseCookie.from(Gate.COOKIE, value)
        .httpOnly(true)
        .sameSite("Strict")
        .secure("https".equals(request.uri().getScheme()))
        .path(ConsoleConfig.PATH)
        .maxAge(age)
        .build();
  }

  private Mono<ServerResponse> refuse(ServerRequest request) {
    gate.note(request, Optional.empty(), "login", "console", "refused");
    return Mono.delay(AFTER_A_FAILURE)
        .then(
            Mono.error(
                new Gate.Refusal(
                    HttpStatus.UNAUTHORIZED,
                    "not accepted (expected: a credential of this gateway with the role admin)")));
  }

  Mono<ServerResponse> logout(ServerRequest request) {
    Session session = gate.changer(request, "logout", "console");
    sessions.end(session.id());
    return ServerResponse.noContent().cookie(cookie(request, "", Duration.ZERO)).build();
  }
}
