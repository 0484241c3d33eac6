package io.tokenlane.gateway.console;

import io.tokenlane.gateway.console.Sessions.Session;
import io.tokenlane.gateway.security.AdminLogins;
import io.tokenlane.gateway.security.ThisMachine;
import io.tokenlane.gateway.telemetry.Audit;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Who may see and who may change. To see: a login with the role {@code admin}; or, at the
 * management port, a connection from this machine that names this machine, so that no foreign page
 * can read through a browser here by pointing its own name at it. To change: always a login with
 * that role, and a request that only the console's own page can have made.
 */
final class Gate {
  /** The cookie of a login. */
  static final String COOKIE = "tokenlane_console";

  /** The field that repeats what the page was told at login. */
  static final String CSRF = "x-tokenlane-csrf";

  private static final int LONGEST_TARGET = 256;

  private final Sessions sessions;
  private final Audit audit;
  private final ManagementPort managementPort;

  /**
   * @param managementPort the actuator's port; where it is also the API's, nobody sees without
   *     login
   */
  Gate(Sessions sessions, Audit audit, ManagementPort managementPort) {
    this.sessions = sessions;
    this.audit = audit;
    this.managementPort = managementPort;
  }

  Optional<Session> session(ServerRequest request) {
    HttpCookie cookie = request.cookies().getFirst(COOKIE);
    return cookie == null ? Optional.empty() : sessions.find(cookie.getValue());
  }

  boolean sees(ServerRequest request) {
    return session(request).filter(s -> AdminLogins.isAdmin(s.who())).isPresent() || local(request);
  }

  private boolean local(ServerRequest request) {
    ServerHttpRequest asked = request.exchange().getRequest();
    return management(asked.getLocalAddress()) && ThisMachine.asks(asked);
  }

  private boolean management(@Nullable InetSocketAddress at) {
    int port = managementPort.get();
    return at != null && port > 0 && at.getPort() == port;
  }

  /**
   * Who makes this change.
   *
   * @throws Refusal if nobody who may; which is kept in the audit log
   */
  Session changer(ServerRequest request, String action, String target) {
    Optional<Session> session = session(request);
    Refusal refusal = refusal(request, session);
    if (refusal != null) {
      note(request, session, action, target, "refused: " + refusal.getMessage());
      throw refusal;
    }
    return session.orElseThrow();
  }

  private static @Nullable Refusal refusal(ServerRequest request, Optional<Session> session) {
    if (session.isEmpty()) {
      return new Refusal(HttpStatus.UNAUTHORIZED, "not logged in");
    }
    if (!AdminLogins.isAdmin(session.get().who())) {
      return new Refusal(HttpStatus.FORBIDDEN, "the role admin is needed");
    }
    return ownPage(request) && repeats(request, session.get())
        ? null
        : new Refusal(HttpStatus.FORBIDDEN, "the request is not of the console's own page");
  }

  private static boolean repeats(ServerRequest request, Session session) {
    String said = request.headers().firstHeader(CSRF);
    return said != null && AdminLogins.same(session.csrf(), said);
  }

  /** What browsers say of where a request comes from: nothing else than this very origin. */
  static boolean ownPage(ServerRequest request) {
    String site = request.headers().firstHeader("Sec-Fetch-Site");
    String origin = request.headers().firstHeader(HttpHeaders.ORIGIN);
    String host = request.headers().firstHeader(HttpHeaders.HOST);
    return (site == null || site.equals("same-origin"))
        && (origin == null || authority(origin).equals(host));
  }

  private static String authority(String origin) {
    try {
      return String.valueOf(URI.create(origin).getAuthority());
    } catch (IllegalArgumentException notAnOrigin) {
      return "";
    }
  }

  void note(
      ServerRequest request,
      Optional<Session> session,
      String action,
      String target,
      String outcome) {
    audit.changed(
        new Audit.Change(
            session.map(s -> s.who().id()).orElse("-"),
            request.remoteAddress().map(InetSocketAddress::getHostString).orElse("-"),
            action,
            target.length() <= LONGEST_TARGET ? target : target.substring(0, LONGEST_TARGET),
            outcome));
  }

  /** Why something is not done, with its status. */
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final HttpStatus status;

    Refusal(HttpStatus status, String why) {
      super(why, null, false, false);
      this.status = status;
    }

    HttpStatus status() {
      return status;
    }
  }
}
