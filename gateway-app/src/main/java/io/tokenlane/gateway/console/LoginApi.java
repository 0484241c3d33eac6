package io.tokenlane.gateway.console;

import io.tokenlane.gateway.admission.Bodies;
import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.console.Sessions.Session;
import io.tokenlane.gateway.security.AdminLogins;
import java.time.Duration;
import java.util.Optional;
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

  private final Bodies bodies;
  private final Gate gate;
  private final Sessions sessions;
  private final AdminLogins admins;

  LoginApi(Bodies bodies, Gate gate, Sessions sessions, AdminLogins admins) {
    this.bodies = bodies;
    this.gate = gate;
    this.sessions = sessions;
    this.admins = admins;
  }

  Mono<ServerResponse> session(ServerRequest request) {
    return ConsoleApi.json(HttpStatus.OK, told(request, gate.session(request)));
  }

  private ObjectNode told(ServerRequest request, Optional<Session> session) {
    ObjectNode told = JSON.createObjectNode();
    boolean admin = session.filter(s -> AdminLogins.isAdmin(s.who())).isPresent();
    told.put("sees", admin || gate.sees(request));
    told.put("admin", admin);
    told.put("login_possible", admins.possible());
    session.ifPresent(s -> told.put("who", s.who().id()).put("csrf", s.csrf()));
    return told;
  }

  /** Body: {@code {"credential": …}}. */
  Mono<ServerResponse> login(ServerRequest request) {
    if (!Gate.ownPage(request)) {
      throw new Gate.Refusal(HttpStatus.FORBIDDEN, "the request is not of the console's own page");
    }
    return bodies
        .read(request.exchange().getRequest(), ConsoleApi.SHORT_BODY)
        .map(body -> ConsoleApi.parsed(body).path("credential").asString("").strip())
        .flatMap(credential -> guess(request, credential));
  }

  /** Counted once its body is there: who sends none holds nobody up. */
  private Mono<ServerResponse> guess(ServerRequest request, String credential) {
    return admins
        .prove(request.exchange().getRequest(), credential)
        .map(Optional::of)
        .defaultIfEmpty(Optional.empty())
        .onErrorMap(
            AdminLogins.TooMany.class,
            full -> new Gate.Refusal(HttpStatus.TOO_MANY_REQUESTS, AdminLogins.TooMany.WHY))
        .flatMap(who -> who.map(w -> welcome(request, w)).orElseGet(() -> refuse(request)));
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
    return Mono.error(
        new Gate.Refusal(
            HttpStatus.UNAUTHORIZED,
            "not accepted (expected: a credential of this gateway with the role admin)"));
  }

  Mono<ServerResponse> logout(ServerRequest request) {
    Session session = gate.changer(request, "logout", "console");
    sessions.end(session.id());
    return ServerResponse.noContent().cookie(cookie(request, "", Duration.ZERO)).build();
  }
}
